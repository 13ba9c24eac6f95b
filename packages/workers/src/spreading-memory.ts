// The memory in which frames are spread over workers, shared with their threads and cut up once:
//
//   0 ┌──────────┐  nothing: a block at 0 is none
//     │ intake   │  where the source puts captured bytes, if it takes it
//     │ copies   │  where frames that lie elsewhere are copied to
//     │ columns  │  what a batch says of the frames in hand, laid out as in a block  (frame-block.ts)
//     │ shares   │  whom they are for
//     │ lanes    │  how far the block of each lane is filled                         (lane-record.ts)
//     │ blocks   │  those of each lane                                               (frame-block.ts)
//     └──────────┘
//
// It is WebAssembly's where there is such, for the kernel. Pages that are never touched cost no memory.

import { NidsError } from "@tsnids/nids";
import { intakeLanes, intakeLength, maximumCapturedLength } from "@tsnids/pcap";
import { blockLength, framesOfBlock } from "./frame-block.js";
import { kernelModule } from "./kernel.generated.js";
import { laneRecordBytes } from "./lane-record.js";

/** Blocks of a lane, which bound how far it is ahead of its worker; about 640 KB each. */
export const blocksInFlight = 8;

/** Bytes copied at once of frames that lie elsewhere: few enough to stay in a cache. */
export const copyBytes: number = 4 * maximumCapturedLength;

const page = 4096;
const wasmPage = 65536;

/** What runs as WebAssembly over the memory: kernel/index.ts. */
export interface Kernel {
  use(columns: number, shares: number, lanes: number, count: number): void;
  spread(first: number, last: number, shift: number): number;
}

interface Memory {
  readonly buffer: SharedArrayBuffer;
}

/** What of WebAssembly is used: TypeScript has its types together with those of browsers only. */
interface WebAssemblyGlobal {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => Memory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: { env: { memory: Memory } }) => { readonly exports: unknown };
}

export class SpreadingMemory {
  readonly buffer: SharedArrayBuffer;
  /** Undefined where TypeScript stands in for it. */
  readonly kernel: Kernel | undefined;
  /** For `FrameSource.batches`. */
  readonly intake: Uint8Array;
  /** Where the other regions begin. */
  readonly copies: number;
  readonly columns: number;
  readonly shares: number;
  private readonly lanes: number;
  private readonly blocks: number;

  /** For so many lanes. */
  constructor(lanes: number) {
    let end = page;
    const reserve = (bytes: number): number => {
      const start = end;
      end = Math.ceil((start + bytes) / page) * page;
      return start;
    };
    const intake = reserve(intakeLanes * intakeLength);
    this.copies = reserve(copyBytes);
    this.columns = reserve(blockLength);
    this.shares = reserve(framesOfBlock * Uint16Array.BYTES_PER_ELEMENT);
    this.lanes = reserve(lanes * laneRecordBytes);
    this.blocks = reserve(lanes * blocksInFlight * blockLength);
    const { buffer, kernel } = allocate(end);
    this.buffer = buffer;
    this.kernel = kernel;
    this.intake = new Uint8Array(buffer, intake, intakeLanes * intakeLength);
    kernel?.use(this.columns, this.shares, this.lanes, lanes);
  }

  /** Where the record of a lane begins. */
  laneAt(lane: number): number {
    return this.lanes + lane * laneRecordBytes;
  }

  /** Where the blocks of a lane begin. */
  blocksOf(lane: number): number[] {
    return Array.from({ length: blocksInFlight }, (_, number) => {
      return this.blocks + (lane * blocksInFlight + number) * blockLength;
    });
  }
}

/** Throws NidsError `no-memory`. */
function allocate(bytes: number): { buffer: SharedArrayBuffer; kernel: Kernel | undefined } {
  const pages = Math.ceil(bytes / wasmPage);
  try {
    return withKernel(pages) ?? { buffer: new SharedArrayBuffer(pages * wasmPage), kernel: undefined };
  } catch (cause) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    throw new NidsError("no-memory", `no ${mebibytes} MiB of memory to be had: ask for fewer workers`, { cause });
  }
}

/** Undefined where the platform cannot run the kernel. */
function withKernel(pages: number): { buffer: SharedArrayBuffer; kernel: Kernel } | undefined {
  const { WebAssembly: webAssembly } = globalThis as { WebAssembly?: WebAssemblyGlobal };
  if (webAssembly === undefined) return undefined;
  try {
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const { exports } = new webAssembly.Instance(new webAssembly.Module(kernelModule), { env: { memory } });
    return { buffer: memory.buffer, kernel: exports as Kernel };
  } catch {
    return undefined; // no SIMD, or not so much address space: TypeScript answers
  }
}
