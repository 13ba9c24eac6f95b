/**
 * The packets of @tsnids/sniff beside tshark: the same fields with the same values, in every frame of every capture of
 * pcaps/, and of frames with what those captures lack.
 */
import type { Icmp, Packet } from "@tsnids/sniff";
import { fromFile, Ipv4, Ipv6 } from "@tsnids/sniff";
import { capture, fragmentFrame, frame, icmpPacket, tcpPacket, udpPacket } from "@tsnids/testkit";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeNeeding } from "../left-out.js";
import { repository } from "../suites.js";

/** A field of tshark, and what it is here; undefined where the packet has none. */
type FieldPair = readonly [name: string, value: (packet: Packet) => string | number | undefined];

const fields: readonly FieldPair[] = [
  ["frame.len", ({ originalLength }) => originalLength],
  ["frame.cap_len", ({ bytes }) => bytes.length],
  ["eth.dst", ({ ethernet }) => ethernet?.destination],
  ["eth.src", ({ ethernet }) => ethernet?.source],
  ["vlan.id", ({ vlan }) => vlan?.id],
  ["vlan.priority", ({ vlan }) => vlan?.priority],
  ["arp.opcode", ({ arp }) => arp?.operation],
  ["arp.src.hw_mac", ({ arp }) => arp?.senderHardware],
  ["arp.src.proto_ipv4", ({ arp }) => arp?.senderAddress],
  ["arp.dst.hw_mac", ({ arp }) => arp?.targetHardware],
  ["arp.dst.proto_ipv4", ({ arp }) => arp?.targetAddress],
  ["ip.hdr_len", (packet) => ipv4(packet)?.headerLength],
  ["ip.dsfield", (packet) => hex(ipv4(packet)?.trafficClass, 2)],
  ["ip.len", (packet) => ipv4(packet)?.totalLength],
  ["ip.id", (packet) => hex(ipv4(packet)?.identification, 4)],
  ["ip.flags.df", (packet) => flag(ipv4(packet)?.dontFragment)],
  ["ip.flags.mf", (packet) => flag(ipv4(packet)?.moreFragments)],
  ["ip.frag_offset", (packet) => eighths(ipv4(packet)?.fragmentOffset)],
  ["ip.ttl", (packet) => ipv4(packet)?.ttl],
  ["ip.proto", (packet) => ipv4(packet)?.nextProtocol],
  ["ip.checksum", (packet) => hex(ipv4(packet)?.checksum, 4)],
  ["ip.src", (packet) => ipv4(packet)?.source],
  ["ip.dst", (packet) => ipv4(packet)?.destination],
  ["ipv6.tclass", (packet) => hex(ipv6(packet)?.trafficClass, 8)],
  ["ipv6.flow", (packet) => hex(ipv6(packet)?.flowLabel, 6)],
  ["ipv6.plen", (packet) => ipv6(packet)?.payloadLength],
  ["ipv6.nxt", (packet) => ipv6(packet)?.nextProtocol],
  ["ipv6.hlim", (packet) => ipv6(packet)?.hopLimit],
  ["ipv6.src", (packet) => ipv6(packet)?.source],
  ["ipv6.dst", (packet) => ipv6(packet)?.destination],
  ["tcp.srcport", ({ tcp }) => tcp?.sourcePort],
  ["tcp.dstport", ({ tcp }) => tcp?.destinationPort],
  ["tcp.seq_raw", ({ tcp }) => tcp?.sequence],
  ["tcp.ack_raw", ({ tcp }) => tcp?.acknowledgment],
  ["tcp.hdr_len", ({ tcp }) => tcp?.headerLength],
  ["tcp.flags", ({ tcp }) => hex(tcp?.flags, 4)],
  ["tcp.window_size_value", ({ tcp }) => tcp?.window],
  ["tcp.checksum", ({ tcp }) => hex(tcp?.checksum, 4)],
  ["tcp.urgent_pointer", ({ tcp }) => tcp?.urgentPointer],
  ["tcp.len", ({ tcp, payload, missing }) => (tcp === undefined ? undefined : payload.length + missing)],
  ["tcp.options.mss_val", (packet) => option(packet, /MSS (\d+)/)],
  ["tcp.options.wscale.shift", (packet) => option(packet, /window scale (\d+)/)],
  ["tcp.options.timestamp.tsval", (packet) => option(packet, /timestamps (\d+)/)],
  ["tcp.options.timestamp.tsecr", (packet) => option(packet, /timestamps \d+ (\d+)/)],
  ["udp.srcport", ({ udp }) => udp?.sourcePort],
  ["udp.dstport", ({ udp }) => udp?.destinationPort],
  ["udp.length", ({ udp }) => udp?.length],
  ["udp.checksum", ({ udp }) => hex(udp?.checksum, 4)],
  ["icmp.type", (packet) => icmp(packet, 4)?.type],
  ["icmp.code", (packet) => icmp(packet, 4)?.code],
  ["icmp.checksum", (packet) => hex(icmp(packet, 4)?.checksum, 4)],
  ["icmp.ident", (packet) => icmp(packet, 4)?.identifier],
  ["icmp.seq", (packet) => icmp(packet, 4)?.sequence],
  ["icmpv6.type", (packet) => icmp(packet, 6)?.type],
  ["icmpv6.code", (packet) => icmp(packet, 6)?.code],
  ["icmpv6.checksum", (packet) => hex(icmp(packet, 6)?.checksum, 4)],
];

/** Fragments and streams stay as they were captured. */
const asCaptured = ["ip.defragment", "ipv6.defragment", "tcp.desegment_tcp_streams"].flatMap((name) => [
  "-o",
  `${name}:FALSE`,
]);

describeNeeding(["tshark"], "the fields of sniffed packets equal tshark's", function () {
  this.timeout(60_000);

  const folder = join(repository, "pcaps");
  const seen = new Map<string, number>();
  let written = "";
  before(() => {
    written = mkdtempSync(join(tmpdir(), "tsnids-fields-"));
  });
  after(() => {
    rmSync(written, { recursive: true });
  });

  for (const name of readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file))) {
    it(name, () => compare(join(folder, name)));
  }

  it("frames of the test kit", async () => {
    const big = frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "x".repeat(64) }));
    const frames = capture([
      frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 8, rest: 0x00050006, data: "abcdefgh" })),
      frame(icmpPacket("10.0.0.1", "10.0.0.2", { type: 11, code: 1 })),
      frame(icmpPacket("2001:db8::1", "2001:db8::2", { type: 128, rest: 0x00050006 })),
      frame(tcpPacket("10.0.0.1:1", "10.0.0.2:2", { seq: 0xffffffff, flags: "SECU", urgentPointer: 3 }), {
        vlan: [{ id: 9 }],
      }),
      ...fragmentFrame(big, [16, 40], 7),
      frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: "" }), { padTo: 60, llc: true }),
    ]);
    const path = join(written, "frames.pcap");
    writeFileSync(path, frames.pcap());
    await compare(path);
  });

  it("were compared for every field", () => {
    const never = fields.map(([name]) => name).filter((name) => (seen.get(name) ?? 0) === 0);
    expect(never).to.deep.equal([]);
  });

  async function compare(path: string): Promise<void> {
    const packets = await fromFile(path);
    const expected = tsharkValues(path);
    expect(packets).to.have.lengthOf(expected.length);
    packets.forEach((packet, index) => {
      const mine = fields.map(([name, value]) => [name, String(value(packet) ?? "")] as const);
      const its = fields.map(([name], field) => [name, expected[index]?.[field] ?? ""] as const);
      expect(mine, `frame ${index + 1}`).to.deep.equal(its);
      for (const [name, value] of its) if (value !== "") seen.set(name, (seen.get(name) ?? 0) + 1);
    });
  }
});

function tsharkValues(path: string): string[][] {
  const asked = fields.flatMap(([name]) => ["-e", name]);
  const command = ["-n", "-r", path, ...asCaptured, "-T", "fields", "-E", "occurrence=f", ...asked];
  return execFileSync("tshark", command, { encoding: "utf8", stdio: "pipe", maxBuffer: 1 << 28 })
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t").map((value) => ({ True: "1", False: "0" })[value] ?? value));
}

function ipv4({ ip }: Packet): Ipv4 | undefined {
  return ip instanceof Ipv4 ? ip : undefined;
}

function ipv6({ ip }: Packet): Ipv6 | undefined {
  return ip instanceof Ipv6 ? ip : undefined;
}

function icmp(packet: Packet, family: 4 | 6): Icmp | undefined {
  return packet.icmp?.family === family ? packet.icmp : undefined;
}

function option({ tcp }: Packet, pattern: RegExp): string | undefined {
  return pattern.exec(tcp?.options ?? "")?.[1];
}

/** As the header has it: tshark does not multiply it. */
function eighths(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 8;
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function hex(value: number | undefined, digits: number): string | undefined {
  return value === undefined ? undefined : `0x${value.toString(16).padStart(digits, "0")}`;
}
