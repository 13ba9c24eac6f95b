/** Packets byte by byte: every checksum below was worked out by hand from the pseudo-header and the words above it. */
import {
  extensionHeader,
  ExtensionHeaderNumber,
  icmpPacket,
  internetChecksum,
  ipPacket,
  ipv4Packet,
  maximumSegmentSize,
  noOperation,
  octets,
  paddingOptions,
  parseAddress,
  sackPermitted,
  segmentChecksum,
  selectiveAck,
  tcpPacket,
  TestkitError,
  timestamps,
  udpPacket,
  windowScale,
} from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { compact, hex } from "./hex.js";

const synFields = { seq: 1000, flags: "S" } as const;

describe("IPv4 packets", () => {
  it("has the header that everybody's textbook has", () => {
    const packet = ipv4Packet({
      source: "192.168.0.1",
      destination: "192.168.0.199",
      protocol: 17,
      payload: new Uint8Array(0x73 - 20),
      dontFragment: true,
    });
    expect(hex(packet.subarray(0, 20))).to.equal(compact("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7"));
  });

  it("carries a TCP SYN", () => {
    const packet = tcpPacket("10.0.0.1:40000", "10.0.0.2:80", synFields, { ipv4: { identification: 1 } });
    expect(hex(packet)).to.equal(
      compact("4500 0028 0001 0000 4006 66cd 0a000001 0a000002  9c40 0050 000003e8 00000000 5002 ffff fb67 0000"),
    );
  });

  it("carries a UDP datagram of odd length", () => {
    const packet = udpPacket("10.0.0.1:53", "10.0.0.2:4000", { data: "hi!" });
    expect(hex(packet.subarray(20))).to.equal(compact("0035 0fa0 000b 5297 686921"));
  });

  it("carries an ICMP echo request", () => {
    const packet = icmpPacket("10.0.0.1", "10.0.0.2", { type: 8, rest: 0x0001_0001 });
    expect(hex(packet.subarray(20))).to.equal(compact("08 00 f7fd 0001 0001"));
  });

  it("has options padded to words", () => {
    const packet = ipPacket("10.0.0.1", "10.0.0.2", 6, octets("x"), { ipv4: { options: octets([7, 3, 4]) } });
    expect(packet[0]).to.equal(0x46);
    expect(hex(packet.subarray(20))).to.equal("0703040078");
    expect(internetChecksum(packet.subarray(0, 24))).to.equal(0);
  });

  it("lies when asked to", () => {
    const packet = ipPacket("10.0.0.1", "10.0.0.2", 6, octets("x"), {
      ipv4: {
        version: 5,
        headerLength: 4,
        totalLength: 9,
        checksum: 0x1234,
        reservedFlag: true,
        moreFragments: true,
        fragmentOffset: 16,
      },
    });
    expect(hex(packet.subarray(0, 12))).to.equal(compact("5400 0009 0000 a002 4006 1234"));
  });
});

describe("IPv6 packets", () => {
  it("carries a TCP SYN", () => {
    const packet = tcpPacket("[2001:db8::1]:40000", "[2001:db8::2]:80", synFields, {
      ipv6: { trafficClass: 0xb8, flowLabel: 0x12345, hopLimit: 1 },
    });
    expect(hex(packet)).to.equal(
      compact(`6b812345 0014 06 01 20010db8${"00".repeat(11)}01 20010db8${"00".repeat(11)}02
               9c40 0050 000003e8 00000000 5002 ffff b3f5 0000`),
    );
  });

  it("chains extension headers", () => {
    const packet = ipPacket("::1", "::2", 17, octets("x"), {
      ipv6: {
        extensions: [
          paddingOptions(ExtensionHeaderNumber.HOP_BY_HOP),
          extensionHeader(ExtensionHeaderNumber.DESTINATION_OPTIONS, new Uint8Array(7)),
          extensionHeader(ExtensionHeaderNumber.AUTHENTICATION, new Uint8Array(10)),
        ],
      },
    });
    expect(hex(packet.subarray(4, 8))).to.equal("00290040");
    expect(hex(packet.subarray(40))).to.equal(
      compact(`3c00010400000000 3301${"00".repeat(14)} 1102${"00".repeat(14)} 78`),
    );
  });

  it("carries ICMPv6, whose checksum covers the pseudo-header", () => {
    const packet = icmpPacket("::1", "::2", { type: 128, data: "ping" });
    const addresses = { source: parseAddress("::1"), destination: parseAddress("::2") };
    expect(packet[6]).to.equal(58);
    expect(segmentChecksum(addresses, 58, packet.subarray(40))).to.equal(0);
  });
});

describe("TCP options", () => {
  it("stand in the header in order, padded with zeros", () => {
    const options = [maximumSegmentSize(1460), sackPermitted(), timestamps(100, 50), noOperation(), windowScale(7)];
    const packet = tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 0, options, data: "d" });
    expect(hex(packet.subarray(40))).to.equal(compact("020405b4 0402 080a 00000064 00000032 01 030307 64"));
    expect(packet[32]).to.equal(0xa0);
  });

  it("knows SACK blocks", () => {
    expect(
      hex(
        selectiveAck([
          [1, 2],
          [0xffff_fffe, 3],
        ]),
      ),
    ).to.equal(compact("0512 00000001 00000002 fffffffe 00000003"));
  });

  it("refuses more than 40 bytes", () => {
    const options = Array.from({ length: 41 }, noOperation);
    expect(() => tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 0, options }))
      .to.throw(TestkitError, /options: 44 bytes/)
      .with.property("code", "bad-field");
  });
});

describe("checksums of segments", () => {
  const port = fc.integer({ min: 0, max: 65535 });
  const ends = fc.constantFrom(["10.0.0.1", "10.0.0.2"], ["[2001:db8::1]", "[2001:db8::2]"]);

  /** What a receiver computes: 0 means that the checksum is right. */
  function verify(packet: Uint8Array, protocol: number): number {
    const isIpv6 = packet[0]! >>> 4 === 6;
    const [at, size, header] = isIpv6 ? [8, 16, 40] : [12, 4, 20];
    const addresses = {
      source: packet.subarray(at, at + size),
      destination: packet.subarray(at + size, at + 2 * size),
    };
    return segmentChecksum(addresses, protocol, packet.subarray(header));
  }

  it("verify for every TCP segment and UDP datagram", () => {
    fc.assert(
      fc.property(ends, port, port, fc.uint8Array({ maxLength: 200 }), ([from, to], sport, dport, data) => {
        const seq = sport * 65536 + dport;
        expect(verify(tcpPacket(`${from}:${sport}`, `${to}:${dport}`, { seq, data }), 6)).to.equal(0);
        expect(verify(udpPacket(`${from}:${sport}`, `${to}:${dport}`, { data }), 17)).to.equal(0);
      }),
    );
  });

  it("do not verify when they are to be bad", () => {
    fc.assert(
      fc.property(ends, port, ([from, to], sport) => {
        expect(verify(tcpPacket(`${from}:${sport}`, `${to}:1`, { seq: 1, checksum: "bad" }), 6)).not.to.equal(0);
        expect(verify(udpPacket(`${from}:${sport}`, `${to}:1`, { checksum: "bad" }), 17)).not.to.equal(0);
      }),
    );
  });

  it("of UDP are never 0, which would mean none", () => {
    const zero = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: [0, 0] });
    const packet = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: zero.subarray(26, 28) });
    expect(hex(packet.subarray(26, 28))).to.equal("ffff");
  });
});

describe("field checks", () => {
  const wrong: readonly (readonly [what: string, code: string, build: () => unknown])[] = [
    ["a sequence number past 2^32", "bad-field", () => tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 2 ** 32 })],
    ["an unknown flag", "bad-flags", () => tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, flags: "SX" })],
    ["a character that is no byte", "bad-data", () => udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "€" })],
    ["mixed families", "mixed-families", () => udpPacket("10.0.0.1:1", "[::1]:2", {})],
    [
      "an odd fragment offset",
      "bad-fragment",
      () => icmpPacket("10.0.0.1", "10.0.0.2", { type: 8 }, { ipv4: { fragmentOffset: 7 } }),
    ],
    ["a packet past 65535 bytes", "bad-field", () => ipPacket("10.0.0.1", "10.0.0.2", 6, new Uint8Array(65516))],
  ];
  for (const [what, code, build] of wrong) {
    it(`refuse ${what}`, () => {
      expect(build).to.throw(TestkitError).with.property("code", code);
    });
  }
});
