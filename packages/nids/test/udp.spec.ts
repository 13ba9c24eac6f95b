/** UDP (RFC 768, RFC 8200 §8.1): lengths, checksums, and what a callback is shown. */
import type { ChecksumMode, UdpDatagram } from "@tsnids/nids";
import type { Frame, UdpFields } from "@tsnids/testkit";
import { capture, concat, cutFrame, frame, ipPacket, parseAddress, udpDatagram, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { smallNids, text } from "./following.js";

type Fields = Omit<UdpFields, "sourcePort" | "destinationPort">;

const ends = { ipv4: ["10.0.0.1:1000", "10.0.0.2:53"], ipv6: ["[2001:db8::1]:1000", "[2001:db8::2]:53"] } as const;

function shown(datagram: UdpDatagram): string {
  const { sourceAddress, sourcePort, destinationAddress, destinationPort, data, missing } = datagram;
  return `${sourceAddress} ${sourcePort} ${destinationAddress} ${destinationPort} ${text(data)} ${missing}`;
}

/** What callbacks are shown of frames, and how many were found invalid. */
function seen(frames: readonly Frame[], checksums: ChecksumMode = "verify"): { heard: string[]; invalid: number } {
  const nids = smallNids({ checksums });
  const heard: string[] = [];
  nids.registerUdp((datagram) => void heard.push(shown(datagram)));
  nids.process(capture([frames]).batch());
  return { heard, invalid: nids.statistics().udpInvalid };
}

for (const family of ["ipv4", "ipv6"] as const) {
  const [from, to] = ends[family];
  const datagram = (fields: Fields): Frame => frame(udpPacket(from, to, fields));
  const names = family === "ipv4" ? "10.0.0.1 1000 10.0.0.2 53" : "2001:db8::1 1000 2001:db8::2 53";

  /** A datagram with bytes behind it that its length does not count. */
  const trailed = (fields: Fields): Frame => {
    const [source, destination] = family === "ipv4" ? ["10.0.0.1", "10.0.0.2"] : ["2001:db8::1", "2001:db8::2"];
    const addresses = { source: parseAddress(source), destination: parseAddress(destination) };
    const inner = udpDatagram({ ...fields, sourcePort: 1000, destinationPort: 53 }, addresses);
    return frame(ipPacket(source, destination, 17, concat(inner, Uint8Array.of(9, 9, 9))));
  };

  describe(`udp in ${family}`, () => {
    it("shows addresses, ports and data", () => {
      expect(seen([datagram({ data: "query" }), datagram({})]).heard).to.deep.equal([
        `${names} query 0`,
        `${names}  0`,
      ]);
    });

    it("shows when it was captured", () => {
      const nids = smallNids();
      let moment = "";
      nids.registerUdp(({ seconds, nanoseconds }) => void (moment = `${seconds} ${nanoseconds}`));
      nids.process(capture([frame(udpPacket(from, to, {}), { time: "12.000000034" })]).batch());
      expect(moment).to.equal("12 34");
    });

    it("shows the IP packet it came in", () => {
      const nids = smallNids();
      let shownIp: unknown;
      nids.registerUdp(({ ip }) => {
        shownIp = [ip.header.length, ip.protocol, ip.source, ip.reassembled, text(ip.payload.subarray(8))];
      });
      nids.process(
        capture([datagram({ data: "0123456789abcdef" })])
          .fragment(0, [16])
          .batch(),
      );
      const [headerBytes, source] = family === "ipv4" ? [20, "10.0.0.1"] : [40, "2001:db8::1"];
      expect(shownIp).to.deep.equal([headerBytes, 17, source, true, "0123456789abcdef"]);
    });

    it("drops lengths below 8 and beyond the packet", () => {
      for (const length of [0, 7, 14]) {
        expect(seen([datagram({ data: "query", length })], "ignore"), `length ${length}`).to.deep.equal({
          heard: [],
          invalid: 1,
        });
      }
    });

    it("drops what is too short for a header", () => {
      const [source, destination] = family === "ipv4" ? ["10.0.0.1", "10.0.0.2"] : ["2001:db8::1", "2001:db8::2"];
      const short = frame(ipPacket(source, destination, 17, new Uint8Array(7)));
      expect(seen([short])).to.deep.equal({ heard: [], invalid: 1 });
    });

    it("leaves out trailing bytes, also from the checksum", () => {
      expect(seen([trailed({ data: "query" })])).to.deep.equal({ heard: [`${names} query 0`], invalid: 0 });
      expect(seen([trailed({ data: "query", checksum: "bad" })])).to.deep.equal({ heard: [], invalid: 1 });
    });

    it("drops wrong checksums, unless they are ignored", () => {
      expect(seen([datagram({ data: "query", checksum: "bad" })])).to.deep.equal({ heard: [], invalid: 1 });
      expect(seen([datagram({ data: "query", checksum: "bad" })], "ignore").heard).to.deep.equal([`${names} query 0`]);
    });

    it("shows what the snap length left, and how much it cut", () => {
      const whole = datagram({ data: "0123456789" });
      const cut = cutFrame(whole, whole.bytes.length - 4);
      expect(seen([cut])).to.deep.equal({ heard: [`${names} 012345 4`], invalid: 0 });
    });

    it("comes from fragments, with its checksum verified", () => {
      const good = capture([datagram({ data: "0123456789abcdef" })]).fragment(0, [16]);
      const bad = capture([datagram({ data: "0123456789abcdef", checksum: "bad" })]).fragment(0, [16]);
      expect(seen(good.frames)).to.deep.equal({ heard: [`${names} 0123456789abcdef 0`], invalid: 0 });
      expect(seen(bad.frames)).to.deep.equal({ heard: [], invalid: 1 });
    });
  });
}

describe("a udp checksum of zero", () => {
  it("means none in IPv4 (RFC 768)", () => {
    expect(seen([frame(udpPacket(...ends.ipv4, { data: "x", checksum: 0 }))]).invalid).to.equal(0);
  });

  it("is wrong in IPv6 (RFC 8200 §8.1)", () => {
    expect(seen([frame(udpPacket(...ends.ipv6, { data: "x", checksum: 0 }))]).invalid).to.equal(1);
  });
});
