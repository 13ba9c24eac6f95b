/**
 * The UDP datagrams of a capture, and those put together from fragments, as an engine in this process sees them.
 * Checksums are not verified: the tools it is compared with do not look at them either.
 */
import { FileSource } from "@tsnids/capture";
import type { IpPacket, NidsParams } from "@tsnids/nids";
import { Nids } from "@tsnids/nids";
import { createHash, type Hash } from "node:crypto";
import type { FragmentedRow, UdpRow } from "./datagram-consensus.js";

const ipv6HeaderBytes = 40;

/** What there was in one direction of a UDP flow so far. */
class FlowRecord {
  datagrams = 0;
  bytes = 0;
  readonly hash: Hash = createHash("sha256");
}

/** The datagrams of a capture. */
export interface Datagrams {
  readonly udp: readonly Omit<UdpRow, "file">[];
  readonly fragmented: readonly Omit<FragmentedRow, "file" | "overlaps">[];
}

/** Follows the datagrams of the capture at `path`, as far as it can be read. */
export async function followDatagrams(path: string, params: Partial<NidsParams> = {}): Promise<Datagrams> {
  const flows = new Map<string, FlowRecord>();
  const fragmented: { bytes: number; sha256: string }[] = [];
  const nids = new Nids({ checksums: "ignore", ...params });
  nids.registerUdp(({ sourceAddress, sourcePort, destinationAddress, destinationPort, data }) => {
    const name = `${sourceAddress}|${sourcePort}>${destinationAddress}|${destinationPort}`;
    const flow = flows.get(name) ?? new FlowRecord();
    flows.set(name, flow);
    flow.datagrams++;
    flow.bytes += data.length;
    flow.hash.update(data);
  });
  nids.registerIp((packet) => {
    if (!packet.reassembled) return;
    const carried = whatFragmentsCarried(packet);
    fragmented.push({ bytes: carried.length, sha256: createHash("sha256").update(carried).digest("hex") });
  });
  await nids.run(new FileSource(path)).catch(() => undefined); // That nothing unexpected is thrown is another test's matter.
  const udp = [...flows].map(([flow, { datagrams, bytes, hash }]) => {
    return { flow, datagrams, bytes, sha256: hash.digest("hex") };
  });
  return { udp, fragmented };
}

/** The payload; in IPv6, extension headers behind the fragment header are carried as well. */
function whatFragmentsCarried({ family, bytes, payload }: IpPacket): Uint8Array {
  return family === 4 ? payload : bytes.subarray(ipv6HeaderBytes);
}
