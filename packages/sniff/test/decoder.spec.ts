// What packets are decoded to, field by field; what is invalid, and what is valid and not decoded.

import { LinkType } from "@tsnids/pcap";
import { InvalidPacketError, PacketDecoder, SniffError, UnsupportedPacketError } from "@tsnids/sniff";
import {
  concat,
  cutFrame,
  fragmentFrame,
  frame,
  icmpPacket,
  ipPacket,
  maximumSegmentSize,
  octets,
  tcpPacket,
  timestamps,
  tunnelPacket,
  udpPacket,
  windowScale,
  writableLinkTypes,
} from "@tsnids/testkit";
import type { Frame } from "@tsnids/testkit";
import { expect } from "chai";
import fc from "fast-check";
import { decode, fieldsOf, protocols } from "./decoded.js";

const web = tcpPacket("10.0.0.1:40000", "10.0.0.2:80", { seq: 7, ack: 9, flags: "PA", window: 500, data: "GET /" });

/** A frame with one byte changed; places count from the IP header. */
function withByte(original: Frame, place: number, value: number): Frame {
  const bytes = original.bytes.slice();
  bytes[original.networkOffset + place] = value;
  return { ...original, bytes };
}

function etherFrame(type: number, payload: Uint8Array): Frame {
  const bytes = concat(octets([2, 0, 10, 0, 0, 2, 2, 0, 10, 0, 0, 1, type >> 8, type & 0xff]), payload);
  return { ...frame(web), bytes, originalLength: bytes.length };
}

describe("a decoded packet", () => {
  it("has Ethernet, IPv4 and TCP with all fields, and the payload", () => {
    const packet = decode(frame(web));
    expect(protocols(packet)).to.deep.equal(["Ethernet", "IPv4", "TCP"]);
    expect(fieldsOf(packet, "Ethernet")["type"]).to.equal("0x0800 (IPv4)");
    expect(fieldsOf(packet, "IPv4")).to.include({ "total length": 45, protocol: "6 (TCP)", source: "10.0.0.1" });
    expect(fieldsOf(packet, "TCP")).to.include({
      "source port": 40000,
      "destination port": 80,
      sequence: 7,
      acknowledgment: 9,
      window: 500,
      flags: "0x018: AE 0, CWR 0, ECE 0, URG 0, ACK 1, PSH 1, RST 0, SYN 0, FIN 0",
    });
    expect(packet.tcp?.has("PSH")).to.equal(true);
    expect(packet.tcp?.has("SYN")).to.equal(false);
    expect(new TextDecoder().decode(packet.payload)).to.equal("GET /");
    expect(packet.problem).to.equal(undefined);
  });

  it("has the options of TCP, and says where they are malformed", () => {
    const options = [maximumSegmentSize(1460), windowScale(7), timestamps(11, 12)];
    const syn = frame(tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, flags: "S", options }));
    expect(decode(syn).tcp?.options).to.match(/^MSS 1460, window scale 7, timestamps 11 12/);
    expect(decode(withByte(syn, 41, 99)).tcp?.options).to.equal("malformed option 2");
    expect(decode(withByte(syn, 41, 0)).tcp?.options).to.equal("malformed option 2");
  });

  it("has UDP, ICMP and ICMPv6", () => {
    const udp = decode(frame(udpPacket("10.0.0.1:53", "10.0.0.2:4000", { data: "answer" }), { padTo: 60 }));
    expect(fieldsOf(udp, "UDP")).to.include({ "source port": 53, length: 14 });
    expect([udp.payload.length, udp.trailer.length]).to.deep.equal([6, 12]);
    const ping = decode(frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8, rest: 0x00050006, data: "x" })));
    expect(fieldsOf(ping, "ICMP")).to.include({ type: "8 (echo request)", identifier: 5, sequence: 6 });
    const unreachable = decode(frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 3, code: 1 })));
    expect(fieldsOf(unreachable, "ICMP")).to.include({
      type: "3 (destination unreachable)",
      code: 1,
      rest: "0x00000000",
    });
    const ping6 = decode(frame(icmpPacket("fe80::1", "ff02::1", { type: 129 })));
    expect(fieldsOf(ping6, "ICMPv6")).to.include({ type: "129 (echo reply)", identifier: 0 });
  });

  it("has ARP", () => {
    const message = octets([0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 10, 0, 0, 1, 10, 0, 0, 1, 2, 0, 10, 0, 0, 2, 10, 0, 0, 2]);
    const packet = decode(etherFrame(0x0806, concat(message, new Uint8Array(18))));
    expect(packet.arp).to.include({
      operation: 2,
      senderHardware: "02:00:0a:00:00:01",
      senderAddress: "10.0.0.1",
      targetHardware: "02:00:0a:00:00:02",
      targetAddress: "10.0.0.2",
    });
    expect([packet.payload.length, packet.problem]).to.deep.equal([18, undefined]);
  });

  it("has IPv6 with its extension headers", () => {
    const whole = frame(udpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { data: "0123456789abcdef" }));
    const [first, second] = fragmentFrame(whole, [8]).map(decode);
    expect(first && protocols(first)).to.deep.equal(["Ethernet", "IPv6", "IPv6 fragment header", "UDP"]);
    expect(first && fieldsOf(first, "IPv6 fragment header")).to.include({ "fragment offset": 0, flags: "MF 1" });
    expect(first?.problem).to.equal(undefined);
    expect(second?.problem).to.be.instanceOf(UnsupportedPacketError).with.property("protocol", "IPv6");
  });

  it("has what stands before IP, for every link type the test kit writes", () => {
    for (const link of writableLinkTypes) {
      const packet = decode(frame(web, { link }));
      expect([link, packet.ip?.source, packet.payload.length, packet.problem]).to.deep.equal([
        link,
        "10.0.0.1",
        5,
        undefined,
      ]);
    }
    const tagged = decode(frame(web, { vlan: [{ id: 5, priority: 3 }], mpls: [100], padTo: 64 }));
    expect(protocols(tagged)).to.deep.equal(["Ethernet", "VLAN", "MPLS", "IPv4", "TCP"]);
    expect(tagged.vlan).to.include({ id: 5, priority: 3, dropEligible: false });
    const cooked = decode(frame(web, { link: LinkType.LINUX_SLL2 }));
    expect(fieldsOf(cooked, "Linux cooked v2")).to.include({ type: "0x0800 (IPv4)" });
  });
});

describe("a packet that cannot be decoded to the end", () => {
  /** Frame, class of the error, protocol and text. */
  const cases: readonly (readonly [title: string, frame: Frame, type: unknown, protocol: string, text: RegExp])[] = [
    ["an IPv4 version of 5", withByte(frame(web), 0, 0x55), InvalidPacketError, "IPv4", /version is 5/],
    ["an IPv4 header of 16 bytes", withByte(frame(web), 0, 0x44), InvalidPacketError, "IPv4", /header length is 16/],
    ["a packet longer than its frame", withByte(frame(web), 3, 46), InvalidPacketError, "IPv4", /length is 46/],
    [
      "a packet shorter than its header",
      withByte(frame(web), 3, 19),
      InvalidPacketError,
      "IPv4",
      /less than its header/,
    ],
    ["a TCP header of 16 bytes", withByte(frame(web), 32, 0x40), InvalidPacketError, "TCP", /header length is 16/],
    ["a TCP header longer than the packet", withByte(frame(web), 32, 0xf0), InvalidPacketError, "TCP", /header of 60/],
    [
      "a frame of 9 bytes",
      { ...frame(web), bytes: new Uint8Array(9), originalLength: 9 },
      InvalidPacketError,
      "Ethernet",
      /9 bytes/,
    ],
    [
      "a UDP length below 8",
      withByte(frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "" })), 25, 7),
      InvalidPacketError,
      "UDP",
      /length is 7/,
    ],
    [
      "a header cut by the snap length",
      cutFrame(frame(web), 40),
      UnsupportedPacketError,
      "TCP",
      /6 bytes .* were captured/,
    ],
    [
      "a TCP header cut by fragmentation",
      fragmentFrame(frame(web), [16], 1)[0]!,
      UnsupportedPacketError,
      "TCP",
      /16 bytes of a header of 20 .* the rest is in another one/,
    ],
    [
      "TCP options cut by fragmentation, over IPv6",
      fragmentFrame(
        frame(tcpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { seq: 1, options: [timestamps(1, 2)] })),
        [24],
        1,
      )[0]!,
      UnsupportedPacketError,
      "TCP",
      /24 bytes of a header of 32/,
    ],
    [
      "an ICMP header cut by fragmentation",
      withByte(frame(ipPacket("10.0.0.1", "10.0.0.2", 1, octets("abc"))), 6, 0x20),
      UnsupportedPacketError,
      "ICMP",
      /3 bytes of a header of 8/,
    ],
    [
      "another protocol",
      frame(ipPacket("10.0.0.1", "10.0.0.2", 132, octets("abc"))),
      UnsupportedPacketError,
      "SCTP",
      /IPv4/,
    ],
    [
      "a tunnel",
      frame(web, { wrap: (packet) => tunnelPacket("4in4", packet, { source: "192.0.2.1", destination: "192.0.2.2" }) }),
      UnsupportedPacketError,
      "IPv4",
      /IPv4/,
    ],
    ["another EtherType", etherFrame(0x88cc, octets("abc")), UnsupportedPacketError, "LLDP", /not decoded/],
    ["another link type", { ...frame(web), linkType: LinkType.USER0 }, UnsupportedPacketError, "USER0", /not decoded/],
  ];

  for (const [title, given, type, protocol, text] of cases) {
    it(`${title}: says so`, () => {
      const { problem } = decode(given);
      expect(problem).to.be.instanceOf(type);
      expect(problem).to.include({ protocol });
      expect(problem?.message).to.match(text);
    });
  }

  it("keeps what was decoded, and the rest is payload", () => {
    const packet = decode(withByte(frame(web), 32, 0x40));
    expect(protocols(packet)).to.deep.equal(["Ethernet", "IPv4"]);
    expect(packet.payload.length).to.equal(25);
    expect(packet.toString().split("\n").at(-1)).to.equal("└─ invalid-packet: TCP: the header length is 16");
  });

  it("is told from arguments that are none, which are refused by name", () => {
    const decoder = new PacketDecoder();
    const { bytes, time } = frame(web);
    const wrong = undefined as never;
    const cases: readonly (readonly [name: string, refused: () => unknown])[] = [
      ["frame", () => decoder.decode(wrong, time)],
      ["frame", () => decoder.decode("abc" as never, time)],
      ["time", () => decoder.decode(bytes, wrong)],
      ["time.seconds", () => decoder.decode(bytes, { seconds: 2 ** 32, nanoseconds: 0 })],
      ["time.nanoseconds", () => decoder.decode(bytes, { seconds: 0, nanoseconds: 0.5 })],
      ["linkType", () => decoder.decode(bytes, time, -1)],
      ["originalLength", () => decoder.decode(bytes, time, LinkType.ETHERNET, bytes.length - 1)],
    ];
    for (const [name, refused] of cases) {
      expect(refused, name)
        .to.throw(SniffError, new RegExp(`^${name} must be `))
        .with.property("code", "invalid-argument");
    }
  });

  it("never throws, whatever the bytes, and accounts for all of them", () => {
    const decoder = new PacketDecoder();
    const links = [...writableLinkTypes, LinkType.USER0];
    const starts = links.map((link) => (link === LinkType.USER0 ? new Uint8Array(0) : frame(web, { link }).bytes));
    fc.assert(
      fc.property(
        fc.nat(links.length - 1),
        fc.nat(60),
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(20),
        (at, kept, tail, cut) => {
          const bytes = concat(starts[at]!.subarray(0, kept), tail);
          const packet = decoder.decode(bytes, { seconds: 0, nanoseconds: 0 }, links[at], bytes.length + cut);
          const headers = packet.layers.reduce((sum, layer) => sum + layer.bytes.length, 0);
          expect(headers + packet.payload.length + packet.trailer.length).to.equal(bytes.length);
          expect(packet.toString()).to.match(/^[\P{Cc}\n]*$/u);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
