/**
 * Frames of kill() and reject() as tshark reads them: every checksum of every layer is right, every length fits, and
 * the innermost packet is the reset or the answer it should be.
 */
import { Nids, TcpState } from "@tsnids/nids";
import type { InjectedFrame } from "@tsnids/nids";
import { LinkType } from "@tsnids/pcap";
import { capture, conversation, frame, tunnelPacket, udpPacket, writableTunnels } from "@tsnids/testkit";
import type { FrameOptions } from "@tsnids/testkit";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeNeeding } from "../left-out.js";

type Way = Omit<FrameOptions, "time">;

const families = [4, 6] as const;
const endpoints = {
  4: ["10.0.0.1:40000", "10.0.0.2:80"],
  6: ["[2001:db8::1]:40000", "[2001:db8::2]:80"],
} as const;
const outers = [
  ["192.0.2.1", "192.0.2.2"],
  ["2001:db8:9::1", "2001:db8:9::2"],
] as const;

/** What resets are not sent into, and Teredo, whose addresses are special. */
const left: readonly string[] = ["erspan1", "erspan2", "erspan3", "pptp", "teredo"];

describeNeeding(["tshark"], "frames of kill() and reject() are right in tshark's eyes", function () {
  this.timeout(60_000);

  it("on links, in tags, labels and sessions", () => {
    const ways: readonly Way[] = [
      ...[
        {},
        { llc: true },
        { vlan: [5] },
        { vlan: [7, 5] },
        { mpls: [100, 200] },
        { pppoe: 9 },
        { vlan: [5], pppoe: 9 },
      ],
    ];
    expectRight(ways.flatMap((way) => families.map((family) => [family, way] as const)));
  });

  for (const link of [LinkType.NULL, LinkType.LINUX_SLL, LinkType.LINUX_SLL2, LinkType.RAW]) {
    it(`on link type ${link}`, () => expectRight(families.map((family) => [family, { link }] as const)));
  }

  for (const kind of writableTunnels.filter((each) => !left.includes(each))) {
    it(`in ${kind}`, () => {
      const plain = /^([46])in([46])$/.exec(kind);
      const talks = outers.flatMap(([source, destination], which) => {
        if (plain !== null && (plain[2] === "6") !== (which === 1)) return [];
        const checksum = kind === "gre" || kind === "gre-in-udp";
        const wrap = (packet: Uint8Array): Uint8Array =>
          tunnelPacket(kind, packet, { source, destination, ...(checksum ? { checksum } : {}) });
        return (plain === null ? families : [plain[1] === "4" ? (4 as const) : (6 as const)]).map(
          (family) => [family, { wrap }] as const,
        );
      });
      expectRight(talks);
    });
  }
});

/** Frames for streams and datagrams of these families, in these ways. */
function expectRight(talks: readonly (readonly [4 | 6, Way])[]): void {
  const made = talks.flatMap(([family, way]) => framesFor(family, way));
  const link = talks[0]?.[1].link ?? LinkType.ETHERNET;
  const seen = capture([
    made.map(({ bytes }) => ({ ...frame(new Uint8Array(20), { link }), bytes, originalLength: bytes.length })),
  ]);
  const folder = mkdtempSync(join(tmpdir(), "tsnids-kill-frames-"));
  try {
    writeFileSync(join(folder, "frames.pcap"), seen.pcap());
    const lines = tshark(join(folder, "frames.pcap"));
    expect(lines).to.have.lengthOf(made.length);
    for (const [index, line] of lines.entries()) {
      const [protocols = "", tcpFlags, icmpType, icmpv6Type, expertMessages] = line.split("\t");
      const isReset = made[index]?.to !== "source";
      expect(isReset ? tcpFlags : (icmpType || icmpv6Type)?.split(",")[0], protocols).to.be.oneOf(
        isReset ? ["0x0004"] : ["3", "1"],
      );
      expect(expertMessages?.replaceAll(/Connection reset \(RST\)/g, ""), protocols).not.to.match(
        /checksum|malformed|length|bad/i,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function framesFor(family: 4 | 6, way: Way): readonly InjectedFrame[] {
  const [client, server] = endpoints[family];
  const nids = new Nids({ maxStreams: 16, maxReassemblyBytes: 4096, killDryRun: true, checksums: "verify" });
  const made: InjectedFrame[] = [];
  nids.registerTcp((stream) => {
    if (stream.state === TcpState.JUST_ESTABLISHED) made.push(...stream.kill().frames);
  });
  nids.registerUdp((datagram) => {
    // The way back through labels and such is not known from one packet.
    if (datagram.destinationPort !== 80 || datagram.encapsulation.some(({ kind }) => oneWay.includes(kind))) return;
    made.push(...nids.reject(datagram).frames);
  });
  const talk = conversation({ client, server, ...way }).handshake();
  nids.process(capture([[...talk.frames, frame(udpPacket(client, server, { data: "hello?" }), way)]]).batch());
  expect(made.length).to.be.at.least(4);
  return made;
}

const oneWay: readonly string[] = ["mpls", "gtp", "l2tp", "mpls-in-udp"];

/** One line per frame: protocols, flags, types, complaints. */
function tshark(file: string): string[] {
  const checks = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);
  const fields = ["frame.protocols", "tcp.flags", "icmp.type", "icmpv6.type", "_ws.expert.message"];
  const args = ["-r", file, ...checks, "-T", "fields", ...fields.flatMap((field) => ["-e", field])];
  return execFileSync("tshark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    .replace(/\n$/, "")
    .split("\n");
}
