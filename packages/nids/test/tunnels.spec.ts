/**
 * Tunnels: what is in them is found, what only looks like one is left alone, and each can be switched off. Streams and
 * datagrams say what they are in.
 */
import type { NidsParams } from "@tsnids/nids";
import { tunnelKinds } from "@tsnids/nids";
import type { Frame, TunnelOptions } from "@tsnids/testkit";
import {
  capture,
  concat,
  cutFrame,
  fragmentFrame,
  frame,
  tunnelPacket,
  udpPacket,
  writableTunnels,
} from "@tsnids/testkit";
import { expect } from "chai";
import { smallNids, text } from "./following.js";

const ends = { source: "192.0.2.1", destination: "192.0.2.2" };
const ends6 = { source: "2001:db8:9::1", destination: "2001:db8:9::2" };
const inner4 = udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "four" });
const inner6 = udpPacket("[2001:db8::1]:1", "[2001:db8::2]:2", { data: "six" });
const teredo6 = udpPacket("[2001:0:102:304::1]:1", "[2001:db8::2]:2", { data: "six" });

/** The datagrams that are heard by their text, those of tunnels left out; and alerts by their codes. */
function heardOf(frames: readonly Frame[], params: Partial<NidsParams> = {}): string[] {
  const nids = smallNids(params);
  const heard: string[] = [];
  nids.registerUdp(({ data, sourcePort }) => {
    if (sourcePort < 1024) heard.push(text(data));
  });
  nids.on("alert", ({ code }) => void heard.push(code));
  nids.process(capture([frames]).batch());
  return heard;
}

/** One frame with a tunnel in it. */
function through(kind: string, packet: Uint8Array, options: Partial<TunnelOptions> = {}): Frame {
  return frame(tunnelPacket(kind, packet, { ...ends, ...options }));
}

/** What goes through a kind, over the given ends. */
function cargo(
  kind: string,
  over: { readonly source: string },
): { readonly packet: Uint8Array; readonly says: string }[] {
  const plain = /^([46])in([46])$/.exec(kind);
  if (plain !== null && (plain[2] === "6") !== over.source.includes(":")) return [];
  const four = { packet: inner4, says: "four" };
  const six = { packet: kind === "teredo" ? teredo6 : inner6, says: "six" };
  if (plain !== null) return [plain[1] === "4" ? four : six];
  return kind === "teredo" ? [six] : [four, six];
}

/** The kind by which the engine knows what the test kit writes. */
function kindOf(written: string): (typeof tunnelKinds)[number] {
  const names: Readonly<Record<string, string>> = {
    ...{ "gre-ethernet": "gre", "gre-in-udp": "gre", erspan1: "erspan", erspan2: "erspan", erspan3: "erspan" },
  };
  const name = names[written] ?? written;
  return tunnelKinds.find((kind) => kind === name) ?? expect.fail(`no kind ${name}`);
}

describe("tunnels", () => {
  it("are written for every kind there is", () => {
    expect(new Set(writableTunnels.map(kindOf))).to.deep.equal(new Set(tunnelKinds));
  });

  for (const kind of writableTunnels) {
    const all = [ends, ends6].flatMap((over) => cargo(kind, over).map((what) => ({ ...what, over })));

    it(`${kind} is looked into`, () => {
      for (const { packet, says, over } of all) {
        expect(heardOf([through(kind, packet, over)]), `${says} over ${over.source}`).to.deep.equal([says]);
      }
    });

    it(`${kind} can be switched off, alone`, () => {
      for (const { packet, says, over } of all) {
        const others = tunnelKinds.filter((each) => each !== kindOf(kind));
        expect(heardOf([through(kind, packet, over)], { tunnels: others })).to.deep.equal([]);
        expect(heardOf([through(kind, packet, over)], { tunnels: [kindOf(kind)] })).to.deep.equal([says]);
      }
    });

    it(`${kind} may be cut off anywhere`, () => {
      for (const { packet, over } of all) {
        const whole = through(kind, packet, over);
        for (let length = 14; length < whole.bytes.length; length++) {
          const heard = heardOf([cutFrame(whole, length)]).filter((each) => each !== "ip-header");
          expect(["", ..."four".split("").map((_, end) => "four".slice(0, end)), "s", "si"]).to.include(heard.join());
        }
      }
    });

    it(`${kind} goes through fragments, and fragments through it`, () => {
      for (const { packet, says, over } of all) {
        const whole = through(kind, packet, over);
        expect(heardOf(fragmentFrame(whole, [8, 16], 77)), "the tunnel in fragments").to.deep.equal([says]);
        const pieces = fragmentFrame(frame(packet), [8], 78).map(({ bytes }) =>
          through(kind, bytes.subarray(14), over),
        );
        expect(heardOf(pieces), "fragments in the tunnel").to.deep.equal([says]);
        const both = pieces.flatMap((piece, at) => fragmentFrame(piece, [16], 80 + at));
        expect(heardOf(both), "both").to.deep.equal([says]);
        expect(heardOf(both.reverse()), "both, in reverse").to.deep.equal([says]);
      }
    });
  }

  it("may be in each other", () => {
    let packet = inner4;
    const [four, six] = [ends, ends6];
    for (const [kind, over] of [
      ...[["gre", four] as const, ["vxlan", six] as const, ["6in4", four] as const, ["gtp", four] as const],
      ...[["4in4", four] as const, ["erspan3", six] as const],
    ]) {
      packet = tunnelPacket(kind, packet, over);
    }
    expect(heardOf([frame(packet)])).to.deep.equal(["four"]);
  });

  it("may be in each other so many times; then there is an alert", () => {
    let packet = inner4;
    for (let depth = 1; depth <= 4; depth++) {
      packet = tunnelPacket("4in4", packet, ends);
      expect(heardOf([frame(packet)], { maxEncapsulations: 4 })).to.deep.equal(["four"]);
    }
    expect(heardOf([frame(packet, { vlan: [5] })], { maxEncapsulations: 4 })).to.deep.equal(["encapsulation-depth"]);
    expect(heardOf([frame(inner4, { vlan: [1, 2, 3] })], { maxEncapsulations: 2 })).to.deep.equal([
      "encapsulation-depth",
    ]);
    expect(heardOf([frame(inner4, { mpls: [101, 102, 103] })], { maxEncapsulations: 2 })).to.deep.equal([
      "encapsulation-depth",
    ]);
  });

  it("are the limits of what is in them: neither padding nor what was cut off behind them belongs to it", () => {
    const lying = inner4.slice();
    new DataView(lying.buffer).setUint16(2, inner4.length + 10);
    const padded = frame(tunnelPacket("4in4", lying, ends), { padTo: 120 });
    expect(heardOf([cutFrame(padded, 100)], { checksums: "ignore" })).to.deep.equal(["ip-header"]);

    const offloaded = inner4.slice();
    new DataView(offloaded.buffer).setUint16(2, 0);
    const nids = smallNids({ checksums: "ignore" });
    const lengths: number[] = [];
    nids.registerIp(({ bytes }) => void lengths.push(bytes.length));
    nids.process(capture([[frame(tunnelPacket("4in4", offloaded, ends), { padTo: 120 })]]).batch());
    expect(lengths).to.deep.equal([20 + inner4.length, inner4.length]);
  });

  it("that came in fragments do not make what is in them a reassembled datagram", () => {
    const nids = smallNids();
    const heard: unknown[] = [];
    nids.registerIp(({ reassembled, protocol }) => void heard.push([protocol, reassembled]));
    nids.on("alert", ({ code }) => void heard.push(code));
    nids.process(capture([fragmentFrame(through("gre", inner4), [8])]).batch());
    const damaged = inner4.slice();
    damaged[10] = (damaged[10] ?? 0) ^ 1;
    nids.process(capture([fragmentFrame(through("gre", damaged), [8], 7)]).batch());
    expect(heard).to.deep.equal([
      ...[
        [47, true],
        [17, false],
        [47, true],
      ],
      "ip-header",
    ]);
  });

  it("count as packets of their own", () => {
    const nids = smallNids();
    nids.process(capture([through("gre", tunnelPacket("vxlan", inner4, ends))]).batch());
    expect(nids.statistics()).to.include({ frames: 1, ipPackets: 3, tunnelled: 2, udpDatagrams: 2, framesNotIp: 0 });
  });

  it("are shown to udp and ip callbacks before what is in them", () => {
    const nids = smallNids();
    const heard: string[] = [];
    nids.registerIp(({ source, protocol }) => void heard.push(`ip ${source} ${protocol}`));
    nids.registerUdp(({ destinationPort }) => void heard.push(`udp ${destinationPort}`));
    nids.process(capture([through("vxlan", inner4)]).batch());
    expect(heard).to.deep.equal(["ip 192.0.2.1 17", "udp 4789", "ip 10.0.0.1 17", "udp 2"]);
  });

  it("over IPv6 may leave out the UDP checksum, which nothing else may (RFC 6935)", () => {
    const without = (port: number): Frame => {
      const vxlan = tunnelPacket("vxlan", inner4, { ...ends6, destinationPort: port });
      new DataView(vxlan.buffer).setUint16(46, 0);
      return frame(vxlan);
    };
    expect(heardOf([without(4789)])).to.deep.equal(["four"]);
    expect(heardOf([without(4790)])).to.deep.equal([]);
    expect(heardOf([without(4790)], { vxlanPorts: [4790] })).to.deep.equal(["four"]);
  });

  for (const [parameter, kind] of [
    ["vxlanPorts", "vxlan"],
    ["genevePorts", "geneve"],
    ["gtpPorts", "gtp"],
    ["teredoPorts", "teredo"],
    ["l2tpPorts", "l2tp"],
    ["greInUdpPorts", "gre-in-udp"],
    ["mplsInUdpPorts", "mpls-in-udp"],
  ] as const) {
    it(`${parameter} says where ${kind} is`, () => {
      const [{ packet, says }] = cargo(kind, ends) as [{ packet: Uint8Array; says: string }];
      const elsewhere = through(kind, packet, { destinationPort: 777 });
      const back = through(kind, packet, { sourcePort: 777, destinationPort: 40000 });
      expect(heardOf([elsewhere])).to.deep.equal([]);
      expect(heardOf([elsewhere], { [parameter]: [778, 777] })).to.deep.equal([says]);
      expect(heardOf([through(kind, packet)], { [parameter]: [] })).to.deep.equal([]);
      const answer = heardOf([back], { [parameter]: [777] });
      expect(answer[answer.length - 1], "from the port").to.equal(says);
    });
  }
});

describe("what only looks like a tunnel", () => {
  const ethernet = frame(inner4).bytes;
  const unknown = ethernet.slice();
  unknown.set([0x88, 0xb5], 12); // for experiments
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
  const cases: readonly (readonly [name: string, port: number, ...parts: Uint8Array[]])[] = [
    ["VXLAN without an identifier", 4789, bytes(0, 0, 0, 0, 0, 0, 1, 0), ethernet],
    ["VXLAN without a known type", 4789, bytes(8, 0, 0, 0, 0, 0, 1, 0), unknown],
    ["VXLAN without a frame", 4789, bytes(8, 0, 0, 0, 0, 0, 1, 0)],
    ["Geneve of another version", 6081, bytes(0x40, 0, 0x65, 0x58, 0, 0, 1, 0), ethernet],
    ["Geneve's control packet", 6081, bytes(0, 0x80, 0x65, 0x58, 0, 0, 1, 0), ethernet],
    ["Geneve with options beyond the end", 6081, bytes(0x3f, 0, 0x65, 0x58, 0, 0, 1, 0), ethernet],
    ["Geneve without a known type", 6081, bytes(0, 0, 0x65, 0x59, 0, 0, 1, 0), ethernet],
    ["Geneve with 0 for a protocol", 6081, bytes(0, 0, 0, 0, 0, 0, 1, 0), inner4],
    ["Geneve without a known type in its frame", 6081, bytes(0, 0, 0x65, 0x58, 0, 0, 1, 0), unknown],
    ["GTP of another version", 2152, bytes(0x50, 0xff, 0, inner4.length, 0, 0, 0, 1), inner4],
    ["a GTP echo", 2152, bytes(0x30, 1, 0, inner4.length, 0, 0, 0, 1), inner4],
    ["GTP longer than its datagram", 2152, bytes(0x30, 0xff, 1, 0, 0, 0, 0, 1), inner4],
    [
      "GTP with an extension of no length",
      2152,
      bytes(0x34, 0xff, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0x85, 0, 0, 0, 0),
      inner4,
    ],
    [
      "GTP with extensions for ever",
      2152,
      bytes(0x34, 0xff, 0, 40, 0, 0, 0, 1, 0, 0, 0, 0x85),
      new Uint8Array(60).fill(1),
    ],
    [
      ...([
        "GTP with nine extensions",
        2152,
        bytes(0x34, 0xff, 0, 40 + inner4.length, 0, 0, 0, 1, 0, 0, 0, 0x85),
      ] as const),
      ...[1, 2, 3, 4, 5, 6, 7, 8].map(() => bytes(1, 0, 0, 0x85)),
      ...[bytes(1, 0, 0, 0), inner4],
    ],
    ["Teredo with other addresses", 3544, inner6],
    ["Teredo longer than its datagram", 3544, teredo6.subarray(0, 50)],
    ["L2TP's control message", 1701, bytes(0xc8, 2, 0, 20, 0, 1, 0, 1, 0, 0, 0, 0, 0xff, 3, 0, 0x21), inner4],
    ["L2TP of another version", 1701, bytes(0, 3, 0, 1, 0, 1, 0xff, 3, 0, 0x21), inner4],
    ["L2TP longer than its datagram", 1701, bytes(0x40, 2, 9, 9, 0, 1, 0, 1, 0xff, 3, 0, 0x21), inner4],
    ["L2TP with an offset beyond the end", 1701, bytes(2, 2, 0, 1, 0, 1, 0xff, 0xff, 0xff, 3, 0, 0x21), inner4],
    ["GRE with 1 for a protocol", 4754, bytes(0, 0, 0, 1), inner4],
    ["GRE with 3 for a protocol", 4754, bytes(0, 0, 0, 3), ethernet],
    ["GRE with 4 for a protocol", 4754, bytes(0, 0, 0, 4), bytes(0xaa, 0xaa, 3, 0, 0, 0, 8, 0), inner4],
    ["GRE with a route", 4754, bytes(0x40, 0, 8, 0), inner4],
    ["GRE with a strict route", 4754, bytes(8, 0, 8, 0), inner4],
    ["GRE with recursion", 4754, bytes(4, 0, 8, 0), inner4],
    ["GRE without a known type", 4754, bytes(0, 0, 8, 1), inner4],
    ["GRE of version 2", 4754, bytes(0, 2, 8, 0), inner4],
    ["MPLS without a bottom", 6635, bytes(0, 6, 0x40, 0x40)],
    ["nothing at all", 4789],
  ];
  for (const [name, port, ...parts] of cases) {
    it(`${name} is plain UDP`, () => {
      const data = concat(...parts);
      const nids = smallNids();
      const heard: number[] = [];
      nids.registerUdp((datagram) => void heard.push(datagram.data.length));
      nids.on("alert", ({ code }) => expect.fail(code));
      nids.process(capture([[frame(udpPacket("192.0.2.1:4000", `192.0.2.2:${port}`, { data }))]]).batch());
      expect(heard).to.deep.equal([data.length]);
      expect(nids.statistics().tunnelled).to.equal(0);
    });
  }
});

describe("reserved bits of tunnels", () => {
  /** Where they are, behind the outer IP header; and each of them. */
  for (const [kind, at, ...bits] of [
    ["vxlan", 8, 0x01, 0x02, 0x04, 0x10, 0x20, 0x40, 0x80],
    ["vxlan", 9, 0x01, 0x40, 0x80],
    ["vxlan", 11, 0x01, 0x80],
    ["vxlan", 15, 0x01, 0x80],
    ["geneve", 9, 0x01, 0x20, 0x40],
    ["geneve", 15, 0x01, 0x80],
    ["gre", 0, 0x01, 0x02],
    ["gre", 1, 0x08, 0x10, 0x20, 0x40, 0x80],
    ["gre-in-udp", 8, 0x01, 0x02],
    ["gtp", 8, 0x08],
    ["l2tp", 8, 0x01, 0x04, 0x10, 0x20],
    ["l2tp", 9, 0x10, 0x20, 0x40, 0x80],
  ] as const) {
    it(`are ignored: ${kind}, byte ${at}`, () => {
      for (const bit of bits) {
        const packet = tunnelPacket(kind, inner4, ends);
        packet[20 + at] = (packet[20 + at] ?? 0) | bit;
        if (kind !== "gre") packet.set([0, 0], 20 + 6); // no UDP checksum
        expect(heardOf([frame(packet)]), `bit ${bit}`).to.deep.equal(["four"]);
      }
    });
  }
});
