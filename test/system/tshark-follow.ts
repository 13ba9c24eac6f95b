/**
 * tshark's reassembly of a capture, the answer that `tsnids streams` is compared with.
 *
 * Two runs of tshark. The first lists, per TCP segment, stream number, addresses, ports and flags: from it come who opened
 * each stream and how many of the same pair came before. The second follows all streams at once:
 *
 *     Follow: tcp,raw
 *     Filter: tcp.stream eq 0
 *     Node 0: [2001:db8::1]:49185
 *     Node 1: [2001:db8::2]:21
 *     	3232302066…        bytes from node 1, after a tab
 *     5553455220…         bytes from node 0
 *
 * Node 0 is whoever sent the first segment in the file, which need not be the client. Bytes that never were in the capture
 * stand on a line of their own as the text "[17520 bytes missing in capture file]", in hexadecimal like the rest and with
 * a NUL at its end.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

/** One direction of a stream that carried data: the shape of a line of `tsnids streams --json`. */
export interface StreamDirection {
  /** "address|port" of the side that opened the connection; without a SYN, of the first sender in the file. */
  readonly client: string;
  readonly server: string;
  /** Counts the streams of the same client and server in the file, from 0. */
  readonly nth: number;
  readonly dir: "c2s" | "s2c";
  readonly bytes: number;
  /** Of the delivered bytes, gaps left out, in hexadecimal. */
  readonly sha256: string;
  /** [offset in the delivered bytes, bytes missing there] */
  readonly gaps: readonly (readonly [number, number])[];
}

/** Who talked in a stream, by tshark's stream number. */
export interface Endpoints {
  client: string;
  server: string;
}

/** Every stream direction of the file that carried data, in the order of tshark's stream numbers, c2s first. */
export function followStreams(file: string): StreamDirection[] {
  const fields = ["tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.flags"];
  const segments = tshark(file, "-Y", "tcp", "-T", "fields", "-E", "occurrence=l", ...fields.flatMap((f) => ["-e", f]));
  const endpoints = parseEndpoints(segments);
  if (endpoints.length === 0) return [];
  const follow = tshark(file, "-q", ...endpoints.flatMap((_, stream) => ["-z", `follow,tcp,raw,${stream}`]));
  return parseFollow(follow, endpoints);
}

/** Reads the listing of segments (tab-separated, in the order of `followStreams`) into endpoints by stream number. */
export function parseEndpoints(listing: string): Endpoints[] {
  const streams: Endpoints[] = [];
  for (const line of listing.split("\n")) {
    const [stream = "", ip4From = "", ip6From = "", portFrom = "", ip4To = "", ip6To = "", portTo = "", flags = ""] =
      line.split("\t");
    if (stream === "") continue;
    const sender = `${ip6From || ip4From}|${portFrom}`;
    const receiver = `${ip6To || ip4To}|${portTo}`;
    const [syn, ack] = [(Number(flags) & 0x02) !== 0, (Number(flags) & 0x10) !== 0];
    if (syn)
      streams[Number(stream)] = ack ? { client: receiver, server: sender } : { client: sender, server: receiver };
    else streams[Number(stream)] ??= { client: sender, server: receiver };
  }
  return streams;
}

/** Reads the output of any number of `-z follow,tcp,raw,N`, whose blocks may come in any order. */
export function parseFollow(output: string, endpoints: readonly Endpoints[]): StreamDirection[] {
  const directions: StreamDirection[] = [];
  const seen = new Map<string, number>();
  const blocks = new Map(
    output
      .split(/^=+$/m)
      .map((block) => [Number(/^Filter: tcp\.stream eq (\d+)$/m.exec(block)?.[1] ?? -1), block] as const),
  );
  endpoints.forEach(({ client, server }, stream) => {
    const nth = seen.get(`${client} ${server}`) ?? 0;
    seen.set(`${client} ${server}`, nth + 1);
    const block = blocks.get(stream);
    if (block === undefined) throw new Error(`tshark did not follow stream ${stream}`);
    const node0 = nodeAddress(/^Node 0: (.*)$/m.exec(block)?.[1] ?? "");
    const lines = block.split("\n").filter((line) => /^\t?[0-9a-f]+$/.test(line));
    const fromNode0 = lines.filter((line) => !line.startsWith("\t"));
    const fromNode1 = lines.filter((line) => line.startsWith("\t")).map((line) => line.slice(1));
    const [c2s, s2c] = node0 === client ? [fromNode0, fromNode1] : [fromNode1, fromNode0];
    if (c2s.length > 0) directions.push({ client, server, nth, dir: "c2s", ...digest(c2s) });
    if (s2c.length > 0) directions.push({ client, server, nth, dir: "s2c", ...digest(s2c) });
  });
  return directions;
}

/** What one direction's lines of hexadecimal hold. */
function digest(lines: readonly string[]): Pick<StreamDirection, "bytes" | "sha256" | "gaps"> {
  const hash = createHash("sha256");
  const gaps: [number, number][] = [];
  let bytes = 0;
  for (const line of lines) {
    const chunk = Buffer.from(line, "hex");
    const missing = /^\[(\d+) bytes missing in capture file\]\0?$/.exec(chunk.toString("latin1"));
    if (missing !== null) {
      gaps.push([bytes, Number(missing[1])]);
      continue;
    }
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex"), gaps };
}

/** "10.0.0.1:80" or "[2001:db8::1]:80" as "address|port". */
function nodeAddress(node: string): string {
  return node.replace(/^\[?(.*?)\]?:(\d+)$/, "$1|$2");
}

function tshark(file: string, ...options: string[]): string {
  const preferences = ["-n", "-o", "tcp.check_checksum:FALSE", "-o", "ip.check_checksum:FALSE"];
  return execFileSync("tshark", ["-r", file, ...preferences, ...options], {
    encoding: "utf8",
    maxBuffer: 1024 * 1024 * 1024,
    stdio: "pipe",
  });
}
