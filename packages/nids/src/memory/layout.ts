// The engine's memory: one block, cut up once when the engine is made and never grown (growing WebAssembly memory would
// detach every view on it). Pages that no packet ever needs are never touched, so a generous limit costs address
// space, not memory.
//
//   0 ┌──────────────┐  nothing that has a position or number: there 0 means "none". Two pairs of addresses, see below
//     │ intake       │  where the source in hand puts captured bytes: lanes of [ headroom for a cut-off tail | chunk ]
//     │ copies       │  where frames that lie elsewhere are copied to
//     │ datagram     │  the IP datagram that was last put together from fragments
//     │ flows        │  one cache line a flow: what every packet reads        (tcp/flow-record.ts)
//     │ flow details │  half a line a flow: what few packets read             (tcp/flow-record.ts)
//     │ flow extras  │  what few flows have                                   (tcp/flow-extras.ts)
//     │ addresses    │  the two IPv6 addresses of a flow                      (tcp/flow-table.ts)
//     │ index        │  hash → flow                                           (tcp/flow-index.ts)
//     │ backlogs     │  what is known of the sides that have segments waiting (tcp/backlog-pool.ts)
//     │ segments     │  TCP segments that wait for a hole to fill             (reassembly/piece-nodes.ts)
//     │ fragments    │  IP fragments that wait for the rest of their datagram (reassembly/piece-nodes.ts)
//     │ incomplete   │  what is known of these datagrams                      (ip/incomplete-datagram.ts)
//     │ … buckets    │  hash → datagram                                       (ip/incomplete-datagrams.ts)
//     │ scan sources │  sources watched for scans                             (scan/scan-sources.ts)
//     │ scan buckets │  hash → source                                         (scan/scan-sources.ts)
//     │ scan targets │  what a source tried besides its first target          (scan/scan-targets.ts)
//     │ window       │  frames the express lane looks ahead at                (express-window.ts)
//     └──────────────┘  and some slack, because the checksum kernel reads up to 64 bytes behind a range

import { intakeLanes, intakeLength } from "@tsnids/pcap";
import { instantiateKernel } from "./kernel.js";
import type { Kernel } from "./kernel.js";
import { portableChecksums } from "../checksum/checksum.js";
import type { Checksums } from "../checksum/checksum.js";
import { webAssembly } from "./webassembly.js";
import { NidsError } from "../errors.js";
import type { WebAssemblyMemory } from "./webassembly.js";
import { portableByteOperations } from "./byte-operations.js";
import type { ByteOperations } from "./byte-operations.js";

/** Bytes of one piece of a segment or fragment that waits. */
export const slabBytes = 2048;

/** Bytes of the region a source may read into. */
export const intakeBytes: number = intakeLanes * intakeLength;

/** Bytes copied at once of frames that lie elsewhere: few enough to stay in a cache. */
export const copyBytes: number = 3 << 19;

/** Bytes of the longest datagram (65,535), an IPv6 header before it, and slack; before them is room for a link header. */
const datagramBytes = 1 << 17;

/** Bytes kept of an incomplete datagram, but for its pieces. */
export const incompleteBytes = 192;

/** Bytes of the window the express lane looks ahead at; what is counted there lies behind it. */
export const windowBytes = 4096;

/** In the first page: where the addresses of a tuple that is asked for are laid out. */
export const tupleAddresses = 64;
/** And where source and last destination of a packet with a routing header are. */
export const routedAddresses = 128;

const cacheLine = 64;
const page = 4096;
const wasmPage = 65536;

/** How many of each thing the memory has room for. */
export interface Capacity {
  /** Flows at once. */
  readonly flows: number;
  /** Slabs of waiting TCP segments. */
  readonly segmentSlabs: number;
  /** Slabs of waiting IP fragments. */
  readonly fragmentSlabs: number;
  /** Datagrams of which fragments wait. */
  readonly incompleteDatagrams: number;
  /** Sources watched for scans, and the targets of all of them. */
  readonly scanSources: number;
  readonly scanTargets: number;
}

/** Where each region begins, and the memory itself. */
export interface EngineMemory {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  readonly checksums: Checksums;
  readonly operations: ByteOperations;
  /** Undefined where TypeScript stands in for it. */
  readonly kernel: Kernel | undefined;
  readonly capacity: Capacity;
  readonly intake: number;
  readonly copies: number;
  readonly datagram: number;
  readonly flows: number;
  readonly details: number;
  readonly extras: number;
  readonly addresses: number;
  readonly index: number;
  readonly backlogs: number;
  readonly segments: number;
  readonly fragments: number;
  readonly incomplete: number;
  readonly incompleteBuckets: number;
  readonly scanSources: number;
  readonly scanBuckets: number;
  readonly scanTargets: number;
  readonly window: number;
}

/** The number of hash buckets that keeps `flows` flows at most half full. */
export function indexBuckets(flows: number): number {
  return 2 ** Math.ceil(Math.log2(flows + 1) + 1);
}

/** The number of hash buckets for so many things that are chained where they share one. */
export function chainedBuckets(things: number): number {
  return 2 ** Math.ceil(Math.log2(things + 1));
}

/** Bytes that a store of `slabs` pieces takes: the slabs and a descriptor of 32 bytes for each. */
function storeBytes(slabs: number): number {
  return (slabs + 1) * (slabBytes + 32);
}

/** Cuts up and allocates an engine's memory. Throws NidsError `no-memory`. */
export function allocateMemory(capacity: Capacity): EngineMemory {
  let end = page;
  const reserve = (bytes: number): number => {
    const start = end;
    end = Math.ceil((start + bytes) / page) * page;
    return start;
  };
  const regions = {
    intake: reserve(intakeBytes),
    copies: reserve(copyBytes),
    datagram: reserve(cacheLine + datagramBytes) + cacheLine,
    flows: reserve((capacity.flows + 1) * cacheLine),
    details: reserve((capacity.flows + 1) * 32),
    extras: reserve((capacity.flows + 1) * 32),
    addresses: reserve((capacity.flows + 1) * 32),
    index: reserve(indexBuckets(capacity.flows) * 8),
    backlogs: reserve((2 * capacity.flows + 1) * 32),
    segments: reserve(storeBytes(capacity.segmentSlabs)),
    fragments: reserve(storeBytes(capacity.fragmentSlabs)),
    incomplete: reserve((capacity.incompleteDatagrams + 1) * incompleteBytes),
    incompleteBuckets: reserve(chainedBuckets(capacity.incompleteDatagrams) * 4),
    scanSources: reserve((capacity.scanSources + 1) * cacheLine),
    scanBuckets: reserve(chainedBuckets(capacity.scanSources) * 4),
    scanTargets: reserve((capacity.scanTargets + 1) * 24),
    window: reserve(windowBytes + cacheLine),
  };
  const { buffer, kernel } = allocateOrExplain(end + page);
  const checksums = kernel ?? portableChecksums(buffer);
  const operations = kernel ?? portableByteOperations(buffer);
  const [bytes, view] = [new Uint8Array(buffer), new DataView(buffer)];
  return { ...regions, buffer, bytes, view, checksums, operations, kernel, capacity };
}

function allocateOrExplain(bytes: number): ReturnType<typeof allocate> {
  try {
    return allocate(bytes);
  } catch (cause) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    const message = `no ${mebibytes} MiB of memory to be had: lower maxStreams, maxReassemblyBytes, maxFragmentBytes, maxFragmentedDatagrams or maxScanSources`;
    throw new NidsError("no-memory", message, { cause });
  }
}

/** WebAssembly memory with the kernel, or ordinary memory where the platform lacks either. */
function allocate(bytes: number): { buffer: ArrayBuffer; kernel: Kernel | undefined } {
  const pages = Math.ceil(bytes / wasmPage);
  if (webAssembly !== undefined) {
    const memory: WebAssemblyMemory = new webAssembly.Memory({ initial: pages, maximum: pages });
    const kernel = instantiateKernel(memory);
    if (kernel !== undefined) return { buffer: memory.buffer, kernel };
  }
  return { buffer: new ArrayBuffer(pages * wasmPage), kernel: undefined };
}
