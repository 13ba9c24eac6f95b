// How far the block of a lane is filled: a record in the memory of the reading thread, where the kernel finds it.
//
//   │ block │ entries │ end │ · │ frames      │ bytes       │
//     4       4         4     4   8             8 bytes

import { bytesOfBlock, framesOfBlock } from "./frame-block.js";

/** Bytes of a record. */
export const laneRecordBytes = 32;

const BLOCK = 0;
const ENTRIES = 1;
const END = 2;
const countsAt = 16;
const FRAMES = 0;
const BYTES = 1;

export class LaneRecord {
  private readonly numbers: Int32Array;
  private readonly counts: Float64Array;

  constructor(memory: SharedArrayBuffer, start: number) {
    this.numbers = new Int32Array(memory, start, 3);
    this.counts = new Float64Array(memory, start + countsAt, 2);
  }

  /** A block is filled from now on, which begins there. */
  open(block: number): void {
    this.numbers[BLOCK] = block;
    this.numbers[ENTRIES] = this.numbers[END] = 0;
  }

  /** No block is filled any more. */
  close(): void {
    this.open(0);
  }

  /** Entries of the block; 0 where there is none. */
  get entries(): number {
    return this.numbers[ENTRIES] as number;
  }

  /** Where the bytes of the last frame end. */
  get end(): number {
    return this.numbers[END] as number;
  }

  /** True where the block takes another entry, with so many bytes: below 0, as in the kernel, too many for any. */
  hasRoom(bytes: number): boolean {
    return this.numbers[BLOCK] !== 0 && this.entries < framesOfBlock && bytes >>> 0 <= bytesOfBlock - this.end;
  }

  /** Another entry was made, with so many bytes. */
  grow(bytes: number): void {
    this.numbers[ENTRIES] = this.entries + 1;
    this.numbers[END] = this.end + bytes;
  }

  /** A frame of so many bytes went to this lane alone. */
  countSorted(bytes: number): void {
    this.counts[FRAMES] = (this.counts[FRAMES] as number) + 1;
    this.counts[BYTES] = (this.counts[BYTES] as number) + bytes;
  }

  /** Frames that went to this lane alone, and their bytes. */
  get sorted(): { readonly frames: number; readonly bytes: number } {
    return { frames: this.counts[FRAMES] as number, bytes: this.counts[BYTES] as number };
  }
}
