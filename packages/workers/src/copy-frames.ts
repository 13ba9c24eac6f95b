// The frames of one worker, from a batch into a block, in few copies: frames that lie one behind the other, or nearly so, are copied in one go
// with what is between them. A copy of its own costs a frame more than a few hundred bytes that nobody needs.
//
//   batch  │ a a a │·│ b b │ · · · · · · · · │ c c c │
//   block  │ a a a │·│ b b │ · │ c c c │
//
// V8 copies to and from shared memory word by word where both places lie alike within a word, and byte by byte otherwise, which is eight times slower.
// A run therefore begins up to seven bytes behind the one before it.

import { everyShare } from "@tsnids/nids";
import type { FrameBatch } from "@tsnids/pcap";
import type { FrameBlock } from "./frame-block.js";

/** Bytes between two frames that are copied along. */
const widestGap = 256;

const wordBytes = 8;

/**
 * Copies those of the frames `first` to `last` - 1 that are for `share`, or for all, as far as there is room. `shares` says for each whom it is for. Returns
 * the index of the first frame that was not dealt with.
 */
export function copyFrames(
  batch: FrameBatch,
  first: number,
  last: number,
  block: FrameBlock,
  shares: Uint16Array,
  share: number,
): number {
  const { bytes, offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = batch;
  const room = block.bytes.length;
  const skew = bytes.byteOffset - block.bytes.byteOffset;
  // A run: bytes that are copied in one go, and where they go. None yet; it ends where there is nothing to join.
  let start = 0;
  let end = 0;
  let target = block.end;
  let index = first;
  for (; index < last && block.length < block.capacity; index++) {
    if (shares[index] !== share && shares[index] !== everyShare) continue;
    const frame = offset[index] as number;
    const captured = capturedLength[index] as number;
    const goesOn = end > start && frame >= end && frame - end <= widestGap;
    const begin = goesOn ? start : frame;
    const place = goesOn ? target : alike(target + end - start, frame + skew);
    if (place + frame + captured - begin > room) break;
    if (!goesOn) block.bytes.set(bytes.subarray(start, end), target);
    start = begin;
    target = place;
    end = frame + captured;
    block.push(
      target + frame - start,
      captured,
      originalLength[index] as number,
      seconds[index] as number,
      nanoseconds[index] as number,
      interfaceIndex[index] as number,
    );
  }
  block.bytes.set(bytes.subarray(start, end), target);
  return index;
}

/** The first place from `at` on that lies within a word as `other` does. */
function alike(at: number, other: number): number {
  return at + ((other - at) & (wordBytes - 1));
}
