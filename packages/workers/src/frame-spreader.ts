// Gives frames to the lanes they are for. The kernel does it (kernel/index.ts) with what is laid before it: bytes of
// frames, which lie in its memory or are copied there, what their batch says of them, and whom they are for.
//
//   batch    bytes ───────► intake or copies ─┐
//            columns ─────► columns ──────────┼─► spread ─► blocks of the lanes
//   sieve    shares ──────► shares ───────────┘

import { everyShare } from "@tsnids/nids";
import type { FrameBatch } from "@tsnids/pcap";
import { FrameBlock, framesOfBlock } from "./frame-block.js";
import type { Lane } from "./lane.js";
import { copyBytes } from "./spreading-memory.js";
import type { SpreadingMemory } from "./spreading-memory.js";

export class FrameSpreader {
  private readonly memory: SpreadingMemory;
  private readonly lanes: readonly Lane[];
  private readonly bytes: Uint8Array;
  private readonly columns: FrameBlock;
  private readonly shares: Uint16Array;
  /** How far behind where their column says the frames in hand lie. */
  private shift = 0;

  constructor(memory: SpreadingMemory, lanes: readonly Lane[]) {
    this.memory = memory;
    this.lanes = lanes;
    this.bytes = new Uint8Array(memory.buffer);
    this.columns = new FrameBlock(memory.buffer, memory.columns);
    this.shares = new Uint16Array(memory.buffer, memory.shares, framesOfBlock);
  }

  /**
   * Takes frames of a batch in hand, from `first` on, before `last`, as many as there is room for; `shares` says whom
   * each frame of the batch is for. Returns how many: none where the first is too long.
   */
  take(batch: FrameBatch, first: number, last: number, shares: Uint16Array): number {
    const most = Math.min(last, first + framesOfBlock);
    const end = batch.bytes.buffer === this.memory.buffer ? this.inPlace(batch, most) : this.copied(batch, first, most);
    const { columns } = this;
    columns.seconds.set(batch.seconds.subarray(first, end));
    columns.offset.set(batch.offset.subarray(first, end));
    columns.capturedLength.set(batch.capturedLength.subarray(first, end));
    columns.originalLength.set(batch.originalLength.subarray(first, end));
    columns.nanoseconds.set(batch.nanoseconds.subarray(first, end));
    columns.interfaceIndex.set(batch.interfaceIndex.subarray(first, end));
    this.shares.set(shares.subarray(first, end));
    return end - first;
  }

  /**
   * Gives frames `first` to `last` - 1 of those in hand to their lanes. Returns the first one for which there is no
   * room; `last` where there is for all.
   */
  spread(first: number, last: number): number {
    const { kernel } = this.memory;
    if (kernel !== undefined) return kernel.spread(first, last, this.shift);
    for (let index = first; index < last; index++) if (!this.give(index)) return index;
    return last;
  }

  private inPlace({ bytes }: FrameBatch, last: number): number {
    this.shift = bytes.byteOffset;
    return last;
  }

  /** Copies frames that lie elsewhere, one behind the other, as far as there is room; the index behind the last. */
  private copied({ bytes, offset, capturedLength }: FrameBatch, first: number, last: number): number {
    const start = offset[first] as number;
    let end = start;
    let next = first;
    for (; next < last && (offset[next] as number) >= end; next++) {
      const frameEnd = (offset[next] as number) + (capturedLength[next] as number);
      if (frameEnd - start > copyBytes) break;
      end = frameEnd;
    }
    this.bytes.set(bytes.subarray(start, end), this.memory.copies);
    this.shift = this.memory.copies - start;
    return next;
  }

  /** What the kernel does with a frame, where there is none; false where there is no room. */
  private give(index: number): boolean {
    const { columns, lanes } = this;
    const share = this.shares[index] as number;
    const start = (columns.offset[index] as number) + this.shift;
    const captured = columns.capturedLength[index] as number;
    const frame = this.bytes.subarray(start, start + captured);
    if (share === everyShare) {
      if (!lanes.every((lane) => lane.hasRoom(captured))) return false;
      for (const lane of lanes) lane.add(columns, index, frame);
      return true;
    }
    const lane = lanes[share] as Lane;
    if (!lane.hasRoom(captured)) return false;
    lane.add(columns, index, frame);
    lane.countSorted(captured);
    return true;
  }
}
