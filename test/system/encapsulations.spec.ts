/**
 * Every link type and every tunnel that the test kit can write, beside tshark: both find the same bytes in them,
 * between the same endpoints. So the builders and the decoders cannot agree on something wrong.
 */
import { LinkType, linkTypeName } from "@tsnids/pcap";
import { Nids, TcpState } from "@tsnids/nids";
import {
  capture,
  conversation,
  tunnelPacket,
  writableLinkTypes,
  writableTunnels,
  type Conversation,
  type FrameOptions,
} from "@tsnids/testkit";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeNeeding } from "../left-out.js";

type Options = Omit<FrameOptions, "time">;

/** What tshark does not read, or not as TCP: the test of the builders holds these alone. */
const unreadable: readonly number[] = [LinkType.SLIP, LinkType.C_HDLC_WITH_DIR, LinkType.MPLS];

/** A conversation of its own, over either family, with something to say in both directions. */
function talk(family: 4 | 6, port: number, options: Options): Conversation {
  const [client, server] = family === 4 ? ["10.0.0.1", "10.0.0.2"] : ["[2001:db8::1]", "[2001:db8::2]"];
  return conversation({ ...options, client: `${client}:${port}`, server: `${server}:80` })
    .handshake()
    .send("client", `question ${port}`)
    .ack("server")
    .send("server", `answer ${port}`)
    .ack("client");
}

describeNeeding(["tshark"], "link types and tunnels are what tshark takes them for", function () {
  this.timeout(120_000);

  for (const link of writableLinkTypes) {
    if (unreadable.includes(link)) continue;
    it(linkTypeName(link), () => {
      const families = ([4, 6] as const).filter((family) => link !== (family === 4 ? LinkType.IPV6 : LinkType.IPV4));
      compare(families.map((family) => talk(family, 1000 + family, { link })));
    });
  }

  it("tags, labels, sessions and lengths on Ethernet", () => {
    const kinds: readonly Options[] = [
      ...[{ llc: true }, { padTo: 90 }, { vlan: [5] }, { vlan: [7, 5] }, { vlan: [4, 3, 2, 1] }],
      ...[{ mpls: [100] }, { mpls: [300, 200, 100] }, { pppoe: 9 }, { vlan: [5], mpls: [100] }],
      ...[
        { vlan: [5], pppoe: 9 },
        { llc: true, mpls: [16] },
      ],
    ];
    compare(kinds.flatMap((kind, at) => [talk(4, 2000 + at, kind), talk(6, 2000 + at, kind)]));
  });

  it("every tunnel, over and with both families", () => {
    const outers = [
      { source: "192.0.2.1", destination: "192.0.2.2" },
      { source: "2001:db8:9::1", destination: "2001:db8:9::2" },
    ];
    let port = 3000;
    const talks = outers.flatMap((outer) =>
      writableTunnels.flatMap((kind) =>
        familiesIn(kind, outer.source).map((family) =>
          talk(family, port++, { wrap: (packet) => tunnelPacket(kind, packet, outer) }),
        ),
      ),
    );
    compare(talks);
  });

  it("tunnels with all that their headers may have", () => {
    const [source, destination] = ["192.0.2.1", "192.0.2.2"];
    const kinds: readonly (readonly [string, object])[] = [
      ["gre", { id: 7, sequence: 1, checksum: true }],
      ["gre", { checksum: true }],
      ["gre-ethernet", { id: 7 }],
      ["geneve", { extra: Uint8Array.of(1, 2, 3, 1, 0, 0, 0, 9) }],
      ["gtp", { extra: Uint8Array.of(0, 0, 0, 0x85, 1, 0, 9, 0) }],
      ["gtp", { extra: Uint8Array.of(0, 0, 0, 0xc0, 1, 0, 9, 0x85, 1, 0, 9, 0) }],
    ];
    compare(
      kinds.map(([kind, options], at) =>
        talk(4, 4000 + at, { wrap: (packet) => tunnelPacket(kind, packet, { source, destination, ...options }) }),
      ),
    );
  });
});

/** The families a tunnel can carry; Teredo has a specification for its addresses, and a test of its own. */
function familiesIn(kind: string, source: string): readonly (4 | 6)[] {
  const plain = /^([46])in([46])$/.exec(kind);
  if (kind === "teredo" || (plain !== null && (plain[2] === "6") !== source.includes(":"))) return [];
  return plain === null ? [4, 6] : [plain[1] === "4" ? 4 : 6];
}

/** Both programs' bytes, as one line per direction: "10.0.0.1|1004 > 10.0.0.2|80 question 1004". */
function compare(talks: readonly Conversation[]): void {
  const seen = capture(talks);
  expect(ours(seen.batch())).to.deep.equal(tsharks(seen.pcap()));
  expect(ours(seen.batch())).to.have.lengthOf(2 * talks.length);
}

function ours(batch: Parameters<Nids["process"]>[0]): string[] {
  const nids = new Nids();
  const lines: string[] = [];
  nids.registerTcp((stream) => {
    if (stream.state === TcpState.JUST_ESTABLISHED) {
      stream.client.collect++;
      stream.server.collect++;
    }
    if (stream.state !== TcpState.DATA) return;
    const client = `${stream.clientAddress}|${stream.clientPort}`;
    const server = `${stream.serverAddress}|${stream.serverPort}`;
    const pair = stream.server.countNew > 0 ? `${client} > ${server}` : `${server} > ${client}`;
    const half = stream.server.countNew > 0 ? stream.server : stream.client;
    lines.push(`${pair} ${Buffer.from(half.data).toString("latin1")}`);
  });
  nids.process(batch);
  nids.exit();
  return lines.sort();
}

function tsharks(capture: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), "tsnids-encapsulations-"));
  try {
    const file = join(folder, "capture.pcap");
    writeFileSync(file, capture);
    return segments(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function segments(file: string): string[] {
  const fields = [
    "frame.protocols",
    "ip.src",
    "ipv6.src",
    "ip.dst",
    "ipv6.dst",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.payload",
  ];
  const options = ["-n", "-r", file, "-Y", "tcp.len > 0", "-T", "fields", "-E", "occurrence=l"];
  const command = [...options, ...fields.flatMap((field) => ["-e", field])];
  return execFileSync("tshark", command, { encoding: "utf8", stdio: "pipe" })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [protocols = "", ip4From, ip6From, ip4To, ip6To, portFrom, portTo, payload = ""] = line.split("\t");
      const isIpv6 = /^.*\b(ip(v6)?):/.exec(protocols)?.[1] === "ipv6";
      const [from, to] = isIpv6 ? [ip6From, ip6To] : [ip4From, ip4To];
      return `${from}|${portFrom} > ${to}|${portTo} ${Buffer.from(payload, "hex").toString("latin1")}`;
    })
    .sort();
}
