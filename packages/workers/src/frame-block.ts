// A block of frames in memory that two threads share: the columns of a FrameBatch, and the bytes they point into. The
// reading thread fills it with the frames of one worker, and the worker copies it into its engine.
//
//   │ seconds │ offset │ capturedLength │ originalLength │ nanoseconds │ interfaceIndex │ bytes … │
//
// An entry without a frame (`originalLength` -1) says that another worker's frame has moved the packet clock on to its
// time.
//
// A message after the writing, and one after the reading, order them; nothing here needs to be atomic.

import { maximumCapturedLength } from "@tsnids/pcap";

/** Frames of a block at most. */
export const framesOfBlock = 4096;

/** Bytes of a block: two of the longest frames, and small enough for a processor's cache. */
export const bytesOfBlock: number = 2 * maximumCapturedLength;

const columnBytes = framesOfBlock * 4;

/** Where each column begins, in bytes; the kernel has the same. */
const columns = {
  seconds: 0,
  offset: 2 * columnBytes,
  capturedLength: 3 * columnBytes,
  originalLength: 4 * columnBytes,
  nanoseconds: 5 * columnBytes,
  interfaceIndex: 6 * columnBytes,
  bytes: 7 * columnBytes,
} as const;

/** Memory of a block, and what the kernel may write behind the last frame. */
export const blockLength: number = columns.bytes + bytesOfBlock + 16;

export class FrameBlock {
  /** Where it begins in the memory. */
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly offset: Int32Array;
  readonly capturedLength: Int32Array;
  readonly originalLength: Int32Array;
  readonly seconds: Float64Array;
  readonly nanoseconds: Int32Array;
  readonly interfaceIndex: Int32Array;

  constructor(memory: SharedArrayBuffer, start: number) {
    const column = (at: number): Int32Array => new Int32Array(memory, start + at, framesOfBlock);
    this.start = start;
    this.bytes = new Uint8Array(memory, start + columns.bytes, bytesOfBlock);
    this.offset = column(columns.offset);
    this.capturedLength = column(columns.capturedLength);
    this.originalLength = column(columns.originalLength);
    this.seconds = new Float64Array(memory, start + columns.seconds, framesOfBlock);
    this.nanoseconds = column(columns.nanoseconds);
    this.interfaceIndex = column(columns.interfaceIndex);
  }

  /** Makes an entry of a frame whose bytes begin at `offset`; the others are named as in FrameBatch.push. */
  put(
    entry: number,
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    this.offset[entry] = offset;
    this.capturedLength[entry] = capturedLength;
    this.originalLength[entry] = originalLength;
    this.seconds[entry] = seconds;
    this.nanoseconds[entry] = nanoseconds;
    this.interfaceIndex[entry] = interfaceIndex;
  }

  /** Makes an entry that says that packet time has come so far. */
  putTick(entry: number, offset: number, seconds: number, nanoseconds: number): void {
    this.put(entry, offset, 0, -1, seconds, nanoseconds, 0);
  }

  /** The first entry from `first` on that is no frame; `last` where there is none. */
  nextTick(first: number, last: number): number {
    const at = this.originalLength.subarray(first, last).indexOf(-1);
    return at < 0 ? last : first + at;
  }

  /** Where the bytes of the first `entries` end; there is one at least. */
  endOf(entries: number): number {
    return (this.offset[entries - 1] as number) + (this.capturedLength[entries - 1] as number);
  }
}
