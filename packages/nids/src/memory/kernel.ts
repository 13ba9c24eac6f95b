// Binds the kernel (kernel/*.ts, AssemblyScript) to the engine's memory.

import type { ByteOperations } from "./byte-operations.js";
import type { Checksums } from "../checksum/checksum.js";
import { kernelModule } from "./kernel.generated.js";
import { webAssembly } from "./webassembly.js";
import type { WebAssemblyMemory } from "./webassembly.js";

/** The checksum questions, what is done with bytes, and the express lane's questions. */
export interface Kernel extends Checksums, ByteOperations {
  /**
   * Says where flows, their details and their index lie (tcp/flow-table.ts), the seed of the index, and how many
   * flows there may be.
   */
  useFlows(flows: number, details: number, index: number, seed: number, capacity: number): void;
  /**
   * Says where flow extras, backlogs, nodes and slabs of the segments that wait lie, which overlap policy they follow
   * (reassembly/overlap.ts), and how many bytes and segments may wait of one side.
   */
  useBacklogs(
    extras: number,
    backlogs: number,
    nodes: number,
    slabs: number,
    policy: number,
    maxBytes: number,
    maxSegments: number,
  ): void;
  /**
   * Says where sources of scans lie, how many buckets they have, and where their targets lie (scan/scan-sources.ts);
   * the seed of the buckets; how many sources there may be, targets of one that are no scan, and milliseconds
   * between two of them.
   */
  useScans(
    sources: number,
    buckets: number,
    bucketCount: number,
    targets: number,
    seed: number,
    maxSources: number,
    maxTargets: number,
    delayMs: number,
  ): void;
  /**
   * Says where incomplete datagrams are noted, in how many buckets (ip/incomplete-datagrams.ts), with which seed; where
   * nodes and slabs of their fragments lie; where datagrams are laid out; how many there may be, of how many fragments,
   * and for how many milliseconds. Without this all fragments are left to the rooms.
   */
  useFragments(
    incomplete: number,
    buckets: number,
    bucketCount: number,
    seed: number,
    nodes: number,
    slabs: number,
    datagram: number,
    maxDatagrams: number,
    maxFragments: number,
    lifeMs: number,
  ): void;
  /** Sets the address of the counters that kernel/window.ts names. */
  useTally(tally: number): void;
  /**
   * With `connections` 1 segments out of order are kept, and connections opened and closed; with `unknownOnes` 1 also
   * those that are not known yet.
   */
  follow(connections: number, unknownOnes: number): void;
  /**
   * Fills in the entries of a window of `count` frames (express-window.ts has the layout), asked to verify their
   * checksums with `verify` 1. `mask` is that of the index. The result means nothing.
   */
  look(window: number, count: number, verify: number, mask: number): number;
  /**
   * Takes the entries from `entry` to `end` of a window as far as nobody is told of their frames; see
   * ExpressWindow.advance, which says what is returned. `clock` is the packet clock, `seconds` when the frames were
   * captured, both in whole seconds; `mask` is as for `look`.
   */
  advance(entry: number, end: number, clock: number, seconds: number, mask: number): number;
}

let compiled: object | undefined;

/** The kernel, or undefined where the platform cannot run it. */
export function instantiateKernel(memory: WebAssemblyMemory): Kernel | undefined {
  if (webAssembly === undefined) return undefined;
  try {
    compiled ??= new webAssembly.Module(kernelModule);
    return new webAssembly.Instance(compiled, { env: { memory } }).exports as Kernel;
  } catch {
    return undefined; // no SIMD, or a content security policy forbids compiling: the TypeScript twin answers
  }
}
