/**
 * reject(): "unreachable" to the source of a packet (RFC 792, RFC 4443 §3.1). What it looks like in VLANs and tunnels
 * is with kill() (kill-encapsulation.spec.ts); here is what it says, and when it says nothing.
 */
import type { Injection, Nids, NidsParams, RejectOptions, UdpDatagram } from "@tsnids/nids";
import { NidsError } from "@tsnids/nids";
import { LinkType } from "@tsnids/pcap";
import type { Frame } from "@tsnids/testkit";
import { capture, cutFrame, frame, icmpPacket, ipPacket, tcpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { smallNids } from "./following.js";

const sent = { ipv4: { identification: 12345, ttl: 64 }, ipv6: { hopLimit: 64 } };
const query = udpPacket("10.0.0.1:4000", "10.0.0.2:53", { data: "who is it?" });
const query6 = udpPacket("[2001:db8::1]:4000", "[2001:db8::2]:53", { data: "who is it?" });

/** What reject() returns for the one packet of these frames, given to an ip callback. */
function rejected(frames: Frame | Iterable<Frame>, options?: RejectOptions, params?: Partial<NidsParams>): Injection {
  const nids = smallNids({ killDryRun: true, ...params });
  const injections: Injection[] = [];
  nids.registerIp((packet) => void injections.push(nids.reject(packet, options)));
  nids.process(capture(["time" in frames ? [frames] : frames]).batch());
  expect(injections).to.have.lengthOf(1);
  return injections[0] as Injection;
}

function answerTo(packet: Uint8Array, options?: RejectOptions): Uint8Array | undefined {
  return rejected(frame(packet), options).frames[0]?.bytes;
}

describe("reject()", () => {
  it("says that the port, the host or a firewall is the reason", () => {
    for (const [reason, code, code6] of [
      ["port", 3, 4],
      ["host", 1, 3],
      ["prohibited", 13, 1],
    ] as const) {
      const four = icmpPacket("10.0.0.2", "10.0.0.1", { type: 3, code, data: query }, sent);
      const six = icmpPacket("2001:db8::2", "2001:db8::1", { type: 1, code: code6, data: query6 }, sent);
      expect(answerTo(query, { reason })).to.deep.equal(frame(four).bytes);
      expect(answerTo(query6, { reason })).to.deep.equal(frame(six).bytes);
    }
  });

  it("takes what udp, icmp and ip callbacks get, and sends it through the injector", () => {
    const injected: Uint8Array[] = [];
    const nids = smallNids({ injector: { inject: (bytes) => void injected.push(bytes) } });
    const outcomes: string[] = [];
    nids.registerUdp((datagram) => void outcomes.push(nids.reject(datagram).outcome));
    nids.registerIcmp((message) => void outcomes.push(nids.reject(message).outcome));
    nids.registerIp((packet) => void outcomes.push(nids.reject(packet).outcome));
    const echo = icmpPacket("10.0.0.1", "10.0.0.2", { type: 8, data: "ping" });
    const syn = tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, flags: "S" });
    nids.process(capture([[frame(query), frame(echo), frame(syn)]]).batch());
    expect(outcomes).to.deep.equal(["sent", "sent", "sent", "sent", "sent"]);
    expect(injected).to.have.lengthOf(5);
    expect(nids.statistics()).to.include({ rejects: 5, framesInjected: 5, kills: 0, killsRefused: 0 });
  });

  it("quotes as much as every path lets through", () => {
    const long = udpPacket("10.0.0.1:4000", "10.0.0.2:53", { data: "x".repeat(1300) });
    const long6 = udpPacket("[2001:db8::1]:4000", "[2001:db8::2]:53", { data: "x".repeat(1300) });
    expect(answerTo(long)).to.have.lengthOf(14 + 576);
    expect(answerTo(long6)).to.have.lengthOf(14 + 1280);
    const first = icmpPacket("10.0.0.2", "10.0.0.1", { type: 3, code: 3, data: long.subarray(0, 548) }, sent);
    expect(answerTo(long)).to.deep.equal(frame(first).bytes);
  });

  it("quotes a datagram put together from fragments, and never answers one fragment", () => {
    const pieces = capture([[frame(query)]]).fragment(0, [16]);
    expect(rejected(pieces).frames[0]?.bytes).to.have.lengthOf(14 + 20 + 8 + query.length);
    const nids = smallNids({ killDryRun: true });
    const codes: unknown[] = [];
    nids.registerIpFragment((fragment) => {
      try {
        nids.reject(fragment);
      } catch (error) {
        codes.push((error as NidsError).code);
      }
    });
    nids.process(pieces.batch());
    expect(codes).to.deep.equal(["invalid-argument", "invalid-argument"]);
  });

  const udp = (source: string, destination: string): Uint8Array => udpPacket(`${source}:1`, `${destination}:2`, {});
  const unanswerable: Readonly<Record<string, Uint8Array>> = {
    "an ICMP error": icmpPacket("10.0.0.1", "10.0.0.2", { type: 3, code: 3, data: query }),
    "a redirect": icmpPacket("10.0.0.1", "10.0.0.2", { type: 5, data: query }),
    "an ICMPv6 error": icmpPacket("2001:db8::1", "2001:db8::2", { type: 1, code: 4, data: query6 }),
    "an ICMPv6 error nobody knows": icmpPacket("2001:db8::1", "2001:db8::2", { type: 99, data: query6 }),
    "an ICMPv6 redirect": icmpPacket("2001:db8::1", "2001:db8::2", { type: 137 }),
    "what goes to multicast": udp("10.0.0.1", "224.0.0.251"),
    "what goes to IPv6 multicast": udp("[2001:db8::1]", "[ff02::fb]"),
    "what goes to everybody": udp("10.0.0.1", "255.255.255.255"),
    "what comes from multicast": udp("224.0.0.1", "10.0.0.2"),
    "what comes from nobody": udp("0.0.0.0", "10.0.0.2"),
    "what comes from nobody, IPv6": udp("[::]", "[2001:db8::2]"),
    "what comes from IPv6 multicast": udp("[ff02::1]", "[2001:db8::2]"),
  };
  for (const [name, packet] of Object.entries(unanswerable)) {
    it(`does not answer ${name}`, () => {
      expect(rejected(frame(packet))).to.deep.equal({ outcome: "not-answerable", frames: [] });
    });
  }

  it("answers echo requests of either version", () => {
    expect(answerTo(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8 }))).to.have.lengthOf(14 + 20 + 8 + 28);
    expect(answerTo(icmpPacket("2001:db8::1", "2001:db8::2", { type: 128 }))).to.have.lengthOf(14 + 40 + 8 + 48);
  });

  it("does not answer what the link layer sends to many", () => {
    const toAll = frame(query);
    toAll.bytes.fill(0xff, 0, 6);
    const cooked = (link: number, at: number, type: number): Frame => {
      const made = frame(query, { link });
      made.bytes[at] = type;
      return made;
    };
    const frames = [
      ...[toAll, cooked(LinkType.LINUX_SLL, 1, 1), cooked(LinkType.LINUX_SLL, 1, 2)],
      ...[cooked(LinkType.LINUX_SLL2, 10, 1), cooked(LinkType.LINUX_SLL2, 10, 2)],
    ];
    for (const each of frames) expect(rejected(each).outcome).to.equal("not-answerable");
    expect(rejected(cooked(LinkType.LINUX_SLL, 1, 0)).outcome).to.equal("dry-run");
  });

  it("does not answer what too little was captured of", () => {
    const other = ipPacket("10.0.0.1", "10.0.0.2", 132, new Uint8Array(40));
    expect(rejected(cutFrame(frame(other), 14 + 20 + 7)).outcome).to.equal("not-answerable");
    expect(rejected(cutFrame(frame(other), 14 + 20 + 8)).frames[0]?.bytes).to.have.lengthOf(14 + 28 + 28);
    expect(answerTo(ipPacket("10.0.0.1", "10.0.0.2", 132, new Uint8Array(3)))).to.have.lengthOf(14 + 28 + 23);
  });

  it("is held by the rails of kill()", () => {
    expect(rejected(frame(query), {}, { killDeny: ["10.0.0.1"] }).outcome).to.equal("not-allowed");
    expect(rejected(frame(query6), {}, { killAllow: ["10.0.0.0/8"] }).outcome).to.equal("not-allowed");
    const injector = { inject: () => undefined };
    const armed = { killDryRun: false, injector };
    expect(rejected(frame(query), {}, { ...armed, maxKillsPerSecond: 0 }).outcome).to.equal("rate-limited");
    expect(rejected(frame(query), { dryRun: true }, armed).outcome).to.equal("dry-run");
    expect(rejected(frame(query), {}, armed).outcome).to.equal("sent");
  });

  describe("throws", () => {
    function code(work: () => unknown): string | undefined {
      try {
        work();
        return undefined;
      } catch (error) {
        return error instanceof NidsError ? error.code : String(error);
      }
    }

    function codeIn(nids: Nids, work: (datagram: UdpDatagram) => unknown): string | undefined {
      let heard: string | undefined;
      nids.registerUdp((datagram) => void (heard = code(() => work(datagram))));
      nids.process(capture([[frame(query)]]).batch());
      return heard;
    }

    it("without an injector", () => {
      const nids = smallNids();
      expect(codeIn(nids, (datagram) => nids.reject(datagram))).to.equal("no-injector");
    });

    it("for a packet that is not in hand", () => {
      const nids = smallNids({ killDryRun: true });
      let kept: UdpDatagram | undefined;
      nids.registerUdp((datagram) => void (kept = datagram));
      nids.process(capture([[frame(query)]]).batch());
      expect(code(() => nids.reject(kept as UdpDatagram))).to.equal("invalid-argument");
      const other = smallNids({ killDryRun: true });
      expect(codeIn(smallNids(), (datagram) => other.reject(datagram))).to.equal("invalid-argument");
    });

    it("for what is no packet, and options there are not", () => {
      const nids = smallNids({ killDryRun: true });
      for (const wrong of [undefined, null, 7, "packet", {}, { ip: {} }]) {
        expect(code(() => nids.reject(wrong as unknown as UdpDatagram))).to.equal("invalid-argument");
      }
      const wrongs = [{ reason: "closed" }, { dryRun: 1 }, { strategy: "exact" }];
      for (const wrong of wrongs) {
        const options = wrong as unknown as RejectOptions;
        expect(codeIn(nids, (datagram) => nids.reject(datagram, options))).to.equal("invalid-argument");
      }
    });
  });
});
