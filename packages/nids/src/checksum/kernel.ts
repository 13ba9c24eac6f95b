// Binds the kernel (kernel/*.ts, AssemblyScript) to the engine's memory.

import type { ByteOperations } from "../memory/byte-operations.js";
import type { Checksums } from "./checksum.js";
import { kernelModule } from "./kernel.generated.js";
import { webAssembly } from "../webassembly.js";
import type { WebAssemblyMemory } from "../webassembly.js";

/** The checksum questions, what is done with bytes, and the express lane's questions. */
export interface Kernel extends Checksums, ByteOperations {
  /**
   * Fills in the entries of a window of `count` frames (express-window.ts has the layout), asked to verify their checksums with `verify` 1.
   * `index`, `mask`, `flows`, `details` and `seed` are those of the flow table. The result means nothing.
   */
  look(
    window: number,
    count: number,
    verify: number,
    index: number,
    mask: number,
    flows: number,
    details: number,
    seed: number,
  ): number;
  /**
   * Says where flow extras, backlogs, nodes and slabs of the segments that wait lie, which overlap policy they follow (reassembly/overlap.ts),
   * and how many bytes and segments may wait of one side. Before the first `advance`.
   */
  configure(
    extras: number,
    backlogs: number,
    nodes: number,
    slabs: number,
    policy: number,
    maxBytes: number,
    maxSegments: number,
  ): void;
  /**
   * Takes the entries from `entry` to `end` of a window as far as nobody is told of their frames; see ExpressWindow.advance, which says what is
   * returned. `clock` is the packet time in whole seconds, `tally` the place where is counted what kernel/window.ts says;
   * `index` and `mask` are as for `look`. Segments out of order are kept, and connections opened and closed, with `follows` 1.
   */
  advance(
    entry: number,
    end: number,
    flows: number,
    details: number,
    clock: number,
    tally: number,
    index: number,
    mask: number,
    follows: number,
  ): number;
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
