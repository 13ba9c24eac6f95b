/**
 * Community ID v1, on identifiers that the specification publishes (corelight/community-id-spec, baseline) and that other
 * systems compute. The conformance suite has the rest of them.
 */
import { Nids } from "@tsnids/nids";
import { communityId, OutputError } from "@tsnids/output";
import type { FlowTuple } from "@tsnids/output";
import { capture, conversation, frame, icmpPacket, ipPacket, tcpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";

type Published = readonly [FlowTuple, id: string, seed?: number];

const tuple = (
  protocol: number,
  source: string,
  destination: string,
  sourcePort?: number,
  destinationPort?: number,
): FlowTuple => ({ protocol, source, destination, sourcePort, destinationPort });

const published: readonly Published[] = [
  [tuple(58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 136), "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="],
  [tuple(58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0), "1:2ObVBgIn28oZvibYZhZMBgh7WdQ="],
  [tuple(1, "192.168.0.89", "192.168.0.1", 8, 0), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="],
  [tuple(1, "10.0.0.1", "10.0.0.2", 11, 0), "1:YHxtAirCG//0OzkcVAukqKQN9xM="],
  [
    tuple(6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25),
    "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
  ],
  [tuple(132, "192.168.170.8", "192.168.170.56", 7, 7), "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="],
  [tuple(6, "128.232.110.120", "66.35.250.204", 34855, 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
  [tuple(17, "192.168.1.52", "8.8.8.8", 54585, 53), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="],
  [tuple(46, "10.1.12.1", "10.1.12.2"), "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="],
  [tuple(1, "192.168.0.89", "192.168.0.1", 8, 0), "1:03g6IloqVBdcZlPyX8r0hgoE7kA=", 1],
  [tuple(1, "10.0.0.1", "10.0.0.2", 11, 0), "1:XjUibYHaafLQ3pxQeiMI8g25q20=", 1],
  [
    tuple(6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25),
    "1:eJYTW6AOzFLlSUoESovMjnu7rMw=",
    1,
  ],
  [tuple(6, "128.232.110.120", "66.35.250.204", 34855, 80), "1:3V71V58M3Ksw/yuFALMcW0LAHvc=", 1],
];

function turned({ protocol, source, destination, sourcePort, destinationPort }: FlowTuple): FlowTuple {
  return tuple(protocol, destination, source, destinationPort, sourcePort);
}

describe("the Community ID", () => {
  for (const [flow, id, seed] of published) {
    it(`of protocol ${flow.protocol} from ${flow.source} with seed ${seed ?? 0} is ${id}`, () => {
      expect(communityId(flow, seed)).to.equal(id);
    });
  }

  it("is the same in both directions", () => {
    for (const [flow, id, seed] of published) {
      // Type 3 of ICMPv6 and type 11 of ICMP: time exceeded.
      const goesOneWay = flow.sourcePort === 3 || flow.sourcePort === 11;
      if (!goesOneWay) expect(communityId(turned(flow), seed)).to.equal(id);
    }
  });

  it("of an ICMP message that nobody answers is another one in the other direction", () => {
    const exceeded = tuple(1, "10.0.0.1", "10.0.0.2", 11, 0);
    expect(communityId(exceeded)).not.to.equal(communityId(tuple(1, "10.0.0.2", "10.0.0.1", 11, 0)));
  });

  it("orders endpoints of the same address by port", () => {
    const [low, high] = [tuple(6, "::1", "::1", 80, 40000), tuple(6, "::1", "::1", 40000, 80)];
    expect(communityId(low)).to.equal(communityId(high));
  });

  it("is that of the tuple, for streams, datagrams and packets", () => {
    const nids = new Nids({ maxStreams: 16, maxReassemblyBytes: 1 << 16, maxFragmentBytes: 1 << 16 });
    const seen = new Set<string>();
    nids.registerTcp((stream) => void seen.add(`tcp ${communityId(stream, 7)}`));
    nids.registerUdp((datagram) => void seen.add(`udp ${communityId(datagram, 7)}`));
    nids.registerIp((packet) => void seen.add(`ip ${communityId(packet, 7)}`));
    const talk = conversation({ client: "10.0.0.1:40000", server: "10.0.0.2:80" }).handshake().send("client", "x");
    const others = [
      udpPacket("[2001:db8::1]:53", "[2001:db8::2]:5353", { data: "x" }),
      icmpPacket("10.0.0.1", "10.0.0.2", { type: 0, code: 0 }),
      icmpPacket("10.0.0.2", "10.0.0.1", { type: 8, code: 0 }),
      ipPacket("10.0.0.1", "10.0.0.2", 132, Uint8Array.of(0, 7, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0)),
      ipPacket("10.0.0.1", "10.0.0.2", 132, Uint8Array.of(0, 7)),
      ipPacket("10.0.0.1", "10.0.0.2", 46, Uint8Array.of(1, 2, 3, 4)),
    ];
    nids.process(capture([talk, others.map((packet) => frame(packet))]).batch());
    const tcp = communityId(tuple(6, "10.0.0.2", "10.0.0.1", 80, 40000), 7);
    const udp = communityId(tuple(17, "2001:db8::2", "2001:db8::1", 5353, 53), 7);
    expect([...seen].sort()).to.deep.equal(
      [
        ...[`tcp ${tcp}`, `ip ${tcp}`, `udp ${udp}`, `ip ${udp}`],
        `ip ${communityId(tuple(1, "10.0.0.2", "10.0.0.1", 8, 0), 7)}`,
        `ip ${communityId(tuple(132, "10.0.0.2", "10.0.0.1", 80, 7), 7)}`,
        `ip ${communityId(tuple(132, "10.0.0.2", "10.0.0.1"), 7)}`,
        `ip ${communityId(tuple(46, "10.0.0.2", "10.0.0.1"), 7)}`,
      ].sort(),
    );
  });

  it("is that of the tuple, for ICMP messages and what they quote", () => {
    const nids = new Nids({ maxStreams: 16, maxReassemblyBytes: 1 << 16, maxFragmentBytes: 1 << 16 });
    const heard: string[] = [];
    nids.registerIcmp((message) => {
      const { quoted } = message;
      heard.push(communityId(message, 7), quoted === undefined ? "-" : communityId(quoted, 7));
    });
    const echo = icmpPacket("10.0.0.1", "10.0.0.2", { type: 8, code: 0 });
    const exceeded = (quoted: Uint8Array): Uint8Array =>
      icmpPacket("10.0.0.9", "10.0.0.1", { type: 11, code: 1, data: quoted });
    const query = udpPacket("10.0.0.1:5353", "10.0.0.2:53", { data: "x" });
    const echo6 = icmpPacket("2001:db8::1", "2001:db8::2", { type: 128, code: 0 });
    nids.process(capture([echo, exceeded(echo), exceeded(query), echo6].map((packet) => frame(packet))).batch());
    const [error, ping] = [tuple(1, "10.0.0.9", "10.0.0.1", 11, 1), tuple(1, "10.0.0.2", "10.0.0.1", 0, 0)];
    expect(heard).to.deep.equal([
      ...[communityId(ping, 7), "-"],
      ...[communityId(error, 7), communityId(ping, 7)],
      ...[communityId(error, 7), communityId(tuple(17, "10.0.0.2", "10.0.0.1", 53, 5353), 7)],
      ...[communityId(tuple(58, "2001:db8::2", "2001:db8::1", 129, 0), 7), "-"],
    ]);
  });

  it("of a packet does not depend on what its ports are cut off from", () => {
    const whole = tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 1, data: "x" });
    const heard: string[] = [];
    const nids = new Nids({ maxStreams: 16, maxReassemblyBytes: 1 << 16, maxFragmentBytes: 1 << 16 });
    nids.registerIp((packet) => void heard.push(communityId(packet)));
    nids.process(
      capture([frame(whole)])
        .cut(0, 14 + 20 + 6)
        .batch(),
    );
    expect(heard).to.deep.equal([communityId(tuple(6, "10.0.0.1", "10.0.0.2", 1, 2))]);
  });

  it("takes no number that is out of range, one port alone, and nothing that is no flow", () => {
    const flow = tuple(6, "10.0.0.1", "10.0.0.2", 1, 2);
    for (const [subject, named] of [
      [{ ...flow, protocol: 300 }, "protocol must be a whole number from 0 to 255, not 300"],
      [{ ...flow, protocol: "tcp" }, 'protocol must be .*, not "tcp"'],
      [{ ...flow, protocol: undefined }, "protocol must be .*, not undefined"],
      [{ ...flow, sourcePort: 70000 }, "sourcePort must be a whole number from 0 to 65535, not 70000"],
      [{ ...flow, destinationPort: "80x" }, 'destinationPort must be .*, not "80x"'],
      [{ ...flow, sourcePort: -1 }, "sourcePort"],
      [{ ...flow, sourcePort: NaN }, "sourcePort"],
      [{ ...flow, destinationPort: undefined }, "destinationPort must be .*, not undefined"],
      [{ ...flow, sourcePort: undefined }, "sourcePort"],
      [{ ...flow, destination: undefined }, "destination undefined is not an IPv4 or IPv6 address"],
      [{ clientAddress: 1 }, "source"],
      [undefined, "subject must be an object"],
      [null, "subject"],
      ["10.0.0.1", "subject"],
    ] as const) {
      const call = (): string => communityId(subject as unknown as FlowTuple);
      expect(call).to.throw(OutputError, new RegExp(named)).that.includes({ code: "invalid-argument" });
    }
  });

  it("takes no wrong seed and no wrong address", () => {
    const flow = tuple(6, "10.0.0.1", "10.0.0.2", 1, 2);
    for (const [call, named] of [
      [() => communityId(flow, -1), "seed"],
      [() => communityId(flow, 65536), "seed"],
      [() => communityId(flow, 0.5), "seed"],
      [() => communityId({ ...flow, source: "10.0.0.256" }), 'source "10.0.0.256"'],
      [() => communityId({ ...flow, destination: "" }), 'destination ""'],
      [() => communityId({ ...flow, destination: "::1" }), "families"],
    ] as const) {
      expect(call).to.throw(OutputError, named).that.includes({ code: "invalid-argument", name: "OutputError" });
    }
  });
});
