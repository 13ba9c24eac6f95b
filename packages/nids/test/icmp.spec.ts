/** ICMP and ICMPv6: what callbacks are shown, what is quoted, and which half-open connections are forgotten. */
import type { IcmpMessage, NidsParams } from "@tsnids/nids";
import type { ExtensionHeader, Frame } from "@tsnids/testkit";
import {
  Capture,
  capture,
  concat,
  conversation,
  cutFrame,
  extensionHeader,
  ExtensionHeaderNumber,
  fragmentHeader,
  frame,
  icmpPacket,
  ipPacket,
  ipv4Packet,
  tcpPacket,
  udpPacket,
} from "@tsnids/testkit";
import { expect } from "chai";
import { established, following, smallNids, text } from "./following.js";

/** The hosts of a connection, and a router on the way, in both families. */
const families = [
  {
    family: 4,
    ...{ client: "10.0.0.1", server: "10.0.0.2", router: "10.0.0.254" },
    ...{ at: (address: string, port: number): string => `${address}:${port}` },
    ...{ echo: 8, unreachable: 3, hostUnreachable: 1, portUnreachable: 3, lastCode: 15 },
  },
  {
    family: 6,
    ...{ client: "2001:db8::1", server: "2001:db8::2", router: "2001:db8::fe" },
    ...{ at: (address: string, port: number): string => `[${address}]:${port}` },
    ...{ echo: 128, unreachable: 1, hostUnreachable: 3, portUnreachable: 4, lastCode: 7 },
  },
] as const;

function shown(frames: Iterable<Frame>, params: Partial<NidsParams> = {}): unknown[] {
  const nids = smallNids(params);
  const seen: unknown[] = [];
  nids.registerIcmp(({ family, type, code, sourceAddress, destinationAddress, body, missing }: IcmpMessage) => {
    seen.push([family, type, code, sourceAddress, destinationAddress, text(body.subarray(4)), missing]);
  });
  nids.process(capture([frames]).batch());
  return seen;
}

for (const { family, client, server, router, at, ...numbers } of families) {
  const [from, to] = [at(client, 1025), at(server, 80)];
  const error = (source: string, code: number, data: Uint8Array, type: number = numbers.unreachable): Frame =>
    frame(icmpPacket(source, client, { type, code, data }));

  describe(`icmp callbacks, IPv${family}`, () => {
    const echo = (checksum: "good" | "bad" = "good"): Frame =>
      frame(icmpPacket(client, server, { type: numbers.echo, code: 0, data: "ping", checksum }));
    const echoShown = [family, numbers.echo, 0, client, server, "ping", 0];

    it("are shown type, code, addresses and body", () => {
      expect(shown([echo()])).to.deep.equal([echoShown]);
    });

    it("are shown a message put together from fragments", () => {
      expect(shown(capture([echo()]).fragment(0, [8]))).to.deep.equal([echoShown]);
    });

    it("are not shown wrong checksums, in no mode", () => {
      for (const checksums of ["verify", "ignore", "auto"] as const) {
        expect(shown([echo("bad")], { checksums })).to.deep.equal([]);
      }
    });

    it("are shown what the snap length left", () => {
      expect(shown([cutFrame(echo(), echo().bytes.length - 3)])).to.deep.equal([[...echoShown.slice(0, 5), "p", 3]]);
      expect(shown([cutFrame(echo(), echo().bytes.length - 5)])).to.deep.equal([]); // the header is not whole
    });

    it("run the last registered first, each also where another throws, until unregistered", () => {
      const nids = smallNids();
      const heard: string[] = [];
      const first = (): void => void heard.push("first");
      nids.registerIcmp(first);
      nids.registerIcmp(() => {
        heard.push("second");
        throw new Error("second");
      });
      const batch = capture([echo()]).batch();
      expect(() => nids.process(batch)).to.throw("second");
      nids.unregisterIcmp(first);
      expect(() => nids.process(batch)).to.throw("second");
      expect(heard).to.deep.equal(["second", "first", "second"]);
      expect(nids.statistics().icmpMessages).to.equal(2);
    });

    it("are shown the IP packet, and when it was captured", () => {
      const nids = smallNids();
      const seen: unknown[] = [];
      nids.registerIcmp(({ ip, seconds, nanoseconds }) => {
        seen.push([ip.family, ip.header.length, ip.source, seconds, nanoseconds]);
      });
      nids.process(capture([{ ...echo(), time: { seconds: 12, nanoseconds: 34 } }]).batch());
      expect(seen).to.deep.equal([[family, family === 4 ? 20 : 40, client, 12, 34]]);
    });

    it("find their views overwritten afterwards, where that is asked for", () => {
      const nids = smallNids({ poisonAfterCallback: true });
      const kept: Uint8Array[] = [];
      nids.registerIcmp(({ body, ip }) => void kept.push(body, ip.header));
      nids.process(capture([echo()]).batch());
      for (const view of kept) expect([...new Set(view)]).to.deep.equal([0xdb]);
    });
  });

  describe(`what an icmp error quotes, IPv${family}`, () => {
    const quoted = (frames: Iterable<Frame>): unknown => {
      const nids = smallNids();
      nids.registerTcp(following(() => undefined));
      let seen: unknown;
      nids.registerIcmp((message) => {
        const quote = message.quoted;
        seen = quote && { ...quote, stream: quote.stream?.toString() };
      });
      nids.process(new Capture([...frames]).batch());
      return seen;
    };
    const datagram = udpPacket(from, to, { data: "0123456789" });
    const flow = {
      ...{ protocol: 17, sourceAddress: client, sourcePort: 1025, destinationAddress: server, destinationPort: 80 },
      ...{ icmpType: undefined, icmpCode: undefined, stream: undefined },
    };

    it("has addresses, ports and protocol", () => {
      expect(quoted([error(router, numbers.hostUnreachable, datagram)])).to.deep.equal(flow);
    });

    it("has the followed stream, in whichever direction", () => {
      const talk = conversation({ client: from, server: to }).handshake();
      const stream = `${from} -> ${to}`;
      for (const [sender, receiver] of [
        [from, to],
        [to, from],
      ] as const) {
        const packet = tcpPacket(sender, receiver, { seq: 1, data: "x" });
        expect(quoted([...talk.frames, error(router, 0, packet)])).to.include({ protocol: 6, stream });
      }
    });

    it("has type and code of a message, and none of one of the other family", () => {
      const echo = icmpPacket(client, server, { type: numbers.echo, code: 0 });
      expect(quoted([error(router, 0, echo)])).to.include({
        protocol: echo[family === 4 ? 9 : 6],
        icmpType: numbers.echo,
        icmpCode: 0,
      });
      const disguised = ipPacket(client, server, family === 4 ? 58 : 1, Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 0));
      expect(quoted([error(router, 0, disguised)])).to.include({ icmpType: undefined, icmpCode: undefined });
    });

    it("has no ports where the quote ends before them, and is nothing where it ends before the addresses", () => {
      const header = datagram.length - 18;
      const short = quoted([error(router, 0, datagram.slice(0, header + 3))]);
      expect(short).to.deep.equal({ ...flow, sourcePort: undefined, destinationPort: undefined });
      expect(quoted([error(router, 0, datagram.slice(0, header - 1))])).to.equal(undefined);
      expect(quoted([error(router, 0, new Uint8Array(64))])).to.equal(undefined);
    });

    it("has what follows an authentication header, as far as it is quoted", () => {
      const header = Uint8Array.of(17, 4, ...new Array<number>(22).fill(0));
      const packet = ipPacket(client, server, 51, concat(header, datagram.subarray(-18)));
      expect(quoted([error(router, 0, packet)])).to.deep.equal(flow);
      const short = quoted([error(router, 0, packet.slice(0, -18))]);
      expect(short).to.deep.equal({ ...flow, sourcePort: undefined, destinationPort: undefined });
    });

    it("is nothing in other messages", () => {
      expect(quoted([error(router, 0, datagram, numbers.echo)])).to.equal(undefined);
    });
  });

  describe(`"destination unreachable", IPv${family}`, () => {
    const syn = tcpPacket(from, to, { seq: 7, flags: "S" });
    /** Whether a SYN with another sequence number still belongs to the old attempt after this message. */
    const forgets = (message: Frame): boolean => {
      const nids = smallNids({ midstream: false });
      nids.process(capture([frame(syn)]).batch());
      nids.process(capture([message]).batch());
      return nids.statistics().tcpUnreachable === 1;
    };

    it("makes a half-open connection be forgotten, whoever says so", () => {
      for (let code = 0; code <= numbers.lastCode; code++) {
        const source = code === numbers.portUnreachable || (family === 4 && code === 2) ? server : router;
        expect(forgets(error(source, code, syn)), `code ${code}`).to.equal(true);
      }
      expect(forgets(error(router, numbers.hostUnreachable, syn.slice(0, syn.length - 12)))).to.equal(true);
    });

    it("so does one about the answer", () => {
      const nids = smallNids({ midstream: false });
      const answer = tcpPacket(to, from, { seq: 9, ack: 8, flags: "SA" });
      const message = frame(icmpPacket(router, server, { type: numbers.unreachable, code: 0, data: answer }));
      nids.process(capture([[frame(syn), frame(answer), message]]).batch());
      expect(nids.statistics().tcpUnreachable).to.equal(1);
    });

    it("is not believed about a port from anybody but the destination", () => {
      expect(forgets(error(router, numbers.portUnreachable, syn))).to.equal(false);
    });

    it("is not believed with an unknown code, another type, a wrong checksum, or too short a quote", () => {
      const code = numbers.hostUnreachable;
      expect(forgets(error(router, numbers.lastCode + 1, syn))).to.equal(false);
      expect(forgets(error(router, 0, syn, family === 4 ? 11 : 3))).to.equal(false);
      expect(forgets(error(router, code, syn.slice(0, syn.length - 13)))).to.equal(false);
      const type = numbers.unreachable;
      expect(forgets(frame(icmpPacket(router, client, { type, code, data: syn, checksum: "bad" })))).to.equal(false);
      const whole = error(router, code, concat(syn, new Uint8Array(8)));
      expect(forgets(cutFrame(whole, whole.bytes.length - 8))).to.equal(false); // cannot be verified
    });

    it("is not believed about another connection", () => {
      expect(forgets(error(router, 0, tcpPacket(at(client, 1026), to, { seq: 7, flags: "S" })))).to.equal(false);
      expect(forgets(error(router, 0, udpPacket(from, to, { data: "0123456789" })))).to.equal(false);
    });

    it("does nothing to an established connection", () => {
      const nids = smallNids();
      const heard: string[] = [];
      nids.registerTcp(following(({ state }) => void heard.push(state)));
      const talk = conversation({ client: from, server: to }).handshake();
      nids.process(talk.batch());
      nids.process(capture([error(router, 0, tcpPacket(from, to, { seq: 1001, data: "12345678" }))]).batch());
      nids.process(talk.send("client", "x").batch(), 3);
      expect(heard).to.deep.equal(["JUST_ESTABLISHED", "DATA"]);
      expect(nids.statistics().tcpUnreachable).to.equal(0);
    });
  });
}

describe("an icmp message", () => {
  it("of the other family's protocol number is none", () => {
    const wrong = frame(
      ipv4Packet({ source: "10.0.0.1", destination: "10.0.0.2", protocol: 58, payload: new Uint8Array(8) }),
    );
    expect(shown([wrong])).to.deep.equal([]);
  });

  describe("that quotes extension headers", () => {
    const options = extensionHeader(ExtensionHeaderNumber.DESTINATION_OPTIONS, new Uint8Array(6));

    function quotedOf(extensions: readonly ExtensionHeader[]): unknown {
      const ends = ["[2001:db8::1]:1025", "[2001:db8::2]:80"] as const;
      const data = udpPacket(...ends, { data: "0123456789" }, { ipv6: { extensions } });
      const nids = smallNids();
      let seen: unknown;
      nids.registerIcmp(({ quoted }) => (seen = quoted));
      nids.process(capture([frame(icmpPacket("2001:db8::3", "2001:db8::1", { type: 1, data }))]).batch());
      return seen;
    }

    it("has the ports behind them", () => {
      expect(quotedOf([options])).to.include({ protocol: 17, sourcePort: 1025, destinationPort: 80 });
      expect(quotedOf([fragmentHeader(0, true, 7), options])).to.include({ protocol: 17, sourcePort: 1025 });
    });

    it("has none behind more than a packet may have", () => {
      expect(quotedOf(new Array<ExtensionHeader>(8).fill(options))).to.include({ protocol: 17, sourcePort: 1025 });
      expect(quotedOf(new Array<ExtensionHeader>(9).fill(options))).to.include({ protocol: 60, sourcePort: undefined });
    });

    it("has none where the packet is a later fragment", () => {
      expect(quotedOf([options, fragmentHeader(8, false, 7)])).to.include({ protocol: 44, sourcePort: undefined });
    });
  });

  it("that quotes a later fragment has no ports", () => {
    const nids = smallNids();
    let seen: unknown;
    nids.registerIcmp(({ quoted }) => (seen = quoted));
    const whole = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: new Uint8Array(40) }));
    const later = capture([whole]).fragment(0, [16]).at(1).bytes.subarray(14);
    nids.process(capture([frame(icmpPacket("10.0.0.3", "10.0.0.1", { type: 11, data: later }))]).batch());
    expect(seen).to.include({ protocol: 17, sourcePort: undefined });
  });

  it("about a stream in another VLAN does not name it", () => {
    const nids = smallNids();
    nids.registerTcp(following(() => undefined));
    const packet = tcpPacket("10.0.0.1:40000", "10.0.0.2:80", { seq: 1001, data: "x" });
    const message = icmpPacket("10.0.0.3", "10.0.0.1", { type: 3, data: packet });
    const streams: unknown[] = [];
    nids.registerIcmp(({ quoted }) => void streams.push(quoted?.stream?.id));
    nids.process(established().batch());
    nids.process(capture([[frame(message), frame(message, { vlan: [{ id: 5 }] })]]).batch());
    expect(streams).to.deep.equal([1, undefined]);
  });
});
