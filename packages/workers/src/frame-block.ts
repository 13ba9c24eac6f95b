// A block of frames in memory that threads share: the columns of a FrameBatch, and the bytes they point into. The reading thread fills it, with
// one copy; every worker takes its own frames out of it.
//
//   SharedArrayBuffer  │ seconds │ offset │ capturedLength │ originalLength │ nanoseconds │ interfaceIndex │ share │ ticks │ bytes … │
//
// A message after the writing, and one after the reading, order them; nothing here needs to be atomic.

import { intakeLength } from "@tsnids/pcap";

/** Frames of a block at most. */
export const framesOfBlock = 8192;

/** Bytes of a block at most: as many as fit into the intake of an engine. */
const bytesOfBlock = intakeLength;

const columnBytes = framesOfBlock * 4;

/** Where each column begins, in bytes. */
const columns = {
  seconds: 0,
  offset: 2 * columnBytes,
  capturedLength: 3 * columnBytes,
  originalLength: 4 * columnBytes,
  nanoseconds: 5 * columnBytes,
  interfaceIndex: 6 * columnBytes,
  shares: 7 * columnBytes,
  ticks: 8 * columnBytes,
  bytes: 9 * columnBytes,
} as const;

/** Memory for a block. */
export function allocateBlock(): SharedArrayBuffer {
  return new SharedArrayBuffer(columns.bytes + bytesOfBlock);
}

export class FrameBlock {
  /** Frames it has room for. */
  readonly capacity: number = framesOfBlock;
  /** Frames held. */
  length = 0;
  readonly bytes: Uint8Array;
  /** Of the same bytes. */
  readonly view: DataView;
  readonly offset: Int32Array;
  readonly capturedLength: Int32Array;
  readonly originalLength: Int32Array;
  readonly seconds: Float64Array;
  readonly nanoseconds: Int32Array;
  readonly interfaceIndex: Int32Array;
  /** For each frame the worker that has to see it, or `everyShare`. */
  readonly shares: Uint16Array;
  /** The frames that move the packet clock on. */
  readonly ticks: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    const column = (start: number): Int32Array => new Int32Array(memory, start, framesOfBlock);
    this.bytes = new Uint8Array(memory, columns.bytes, bytesOfBlock);
    this.view = new DataView(memory, columns.bytes, bytesOfBlock);
    this.offset = column(columns.offset);
    this.capturedLength = column(columns.capturedLength);
    this.originalLength = column(columns.originalLength);
    this.seconds = new Float64Array(memory, columns.seconds, framesOfBlock);
    this.nanoseconds = column(columns.nanoseconds);
    this.interfaceIndex = column(columns.interfaceIndex);
    this.ticks = column(columns.ticks);
    this.shares = new Uint16Array(memory, columns.shares, framesOfBlock);
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
}
