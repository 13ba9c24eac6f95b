// Binds the kernel (kernel/*.ts, AssemblyScript) to the engine's memory.

import type { Checksums } from "./checksum.js";
import { kernelModule } from "./kernel.generated.js";
import { webAssembly } from "../webassembly.js";
import type { WebAssemblyMemory } from "../webassembly.js";

/** The checksum questions, and the express lane's. */
export interface Kernel extends Checksums {
  /**
   * The side of the flow that sent the frame at `frame`, as `slot * 2 + side`; 0 where it is not plain Ethernet, IPv4 and TCP, not right
   * (asked with `verify` 1), or of no known flow. `index`, `mask`, `flows` and `seed` are those of the flow table.
   */
  look(
    frame: number,
    captured: number,
    verify: number,
    index: number,
    mask: number,
    flows: number,
    seed: number,
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
