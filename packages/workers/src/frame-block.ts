// A block of frames in memory that two threads share: the columns of a FrameBatch, and the bytes they point into. The
// reading thread fills it with the frames of one worker, and the worker copies it into its engine.
//
//   SharedArrayBuffer  │ seconds │ offset │ capturedLength │ originalLength │ nanoseconds │ interfaceIndex │ bytes … │
//
// An entry without a frame (`originalLength` -1) says that another worker's frame has moved the packet clock
// on to its second.
//
// A message after the writing, and one after the reading, order them; nothing here needs to be atomic.

import { maximumCapturedLength } from "@tsnids/pcap";

/** Frames of a block at most. */
export const framesOfBlock = 4096;

/** Bytes of a block: two of the longest frames, and small enough for a processor's cache. */
const bytesOfBlock = 2 * maximumCapturedLength;

const columnBytes = framesOfBlock * 4;

/** Where each column begins, in bytes. */
const columns = {
  seconds: 0,
  offset: 2 * columnBytes,
  capturedLength: 3 * columnBytes,
  originalLength: 4 * columnBytes,
  nanoseconds: 5 * columnBytes,
  interfaceIndex: 6 * columnBytes,
  bytes: 7 * columnBytes,
} as const;

/** Memory for a block. */
export function allocateBlock(): SharedArrayBuffer {
  return new SharedArrayBuffer(columns.bytes + bytesOfBlock);
}

export class FrameBlock {
  /** Entries it has room for. */
  readonly capacity: number = framesOfBlock;
  /** Entries held. */
  length = 0;
  readonly bytes: Uint8Array;
  readonly offset: Int32Array;
  readonly capturedLength: Int32Array;
  readonly originalLength: Int32Array;
  readonly seconds: Float64Array;
  readonly nanoseconds: Int32Array;
  readonly interfaceIndex: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    const column = (start: number): Int32Array => new Int32Array(memory, start, framesOfBlock);
    this.bytes = new Uint8Array(memory, columns.bytes, bytesOfBlock);
    this.offset = column(columns.offset);
    this.capturedLength = column(columns.capturedLength);
    this.originalLength = column(columns.originalLength);
    this.seconds = new Float64Array(memory, columns.seconds, framesOfBlock);
    this.nanoseconds = column(columns.nanoseconds);
    this.interfaceIndex = column(columns.interfaceIndex);
  }

  /** True where another frame fits in, its bytes at this place. */
  hasRoom(place: number, capturedLength: number): boolean {
    return this.length < this.capacity && place + capturedLength <= bytesOfBlock;
  }

  /** Adds a frame, as FrameBatch.push does. */
  push(
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    const at = this.length;
    this.offset[at] = offset;
    this.capturedLength[at] = capturedLength;
    this.originalLength[at] = originalLength;
    this.seconds[at] = seconds;
    this.nanoseconds[at] = nanoseconds;
    this.interfaceIndex[at] = interfaceIndex;
    this.length = at + 1;
  }

  /** Adds that packet time has come to `seconds`. */
  pushTick(seconds: number): void {
    this.push(this.end, 0, -1, seconds, 0, 0);
  }

  /** The first entry from `first` on that is no frame; `last` where there is none. */
  nextTick(first: number, last: number): number {
    const at = this.originalLength.subarray(first, last).indexOf(-1);
    return at < 0 ? last : first + at;
  }

  /** Where the bytes of the last frame end. */
  get end(): number {
    const last = this.length - 1;
    return last < 0 ? 0 : (this.offset[last] as number) + (this.capturedLength[last] as number);
  }
}
