// Frames from one place to another, in as few copies as their bytes allow: frames that lie one behind the other, or nearly so, are copied in one go
// with what is between them. A copy of its own costs a frame more than some hundred bytes that nobody needs.
//
//   from  │ a a a │·│ b b │ · · · · · · · · │ c c c │
//   into  │ a a a │·│ b b │ c c c │

import { everyShare } from "@tsnids/nids";

/** Bytes between two frames that are copied along. */
const widestGap = 512;

/** Where frames are: a FrameBatch or a FrameBlock. */
export interface Frames {
  readonly bytes: Uint8Array;
  readonly offset: Int32Array;
  readonly capturedLength: Int32Array;
  readonly originalLength: Int32Array;
  readonly seconds: Float64Array;
  readonly nanoseconds: Int32Array;
  readonly interfaceIndex: Int32Array;
}

/** Where they are put, behind the frames it has: those lie one behind the other, from the beginning. */
export interface FrameRoom {
  readonly bytes: Uint8Array;
  readonly capacity: number;
  readonly length: number;
  readonly offset: Int32Array;
  readonly capturedLength: Int32Array;
  push(
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void;
}

/** Which frames are copied. */
export interface Choice {
  /** For each frame, the share it is for. */
  readonly shares: Uint16Array;
  /** Frames of this share are copied, and those for every share. */
  readonly share: number;
}

/** Copies frames `first` to `last` - 1, all of them or those chosen, as far as there is room. Returns the index of the first frame that was not dealt with. */
export function copyFrames(from: Frames, first: number, last: number, into: FrameRoom, choice?: Choice): number {
  const { bytes, offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = from;
  const shares = choice?.shares;
  const room = into.bytes.length;
  /** A run: bytes that are copied in one go, and where they go. None yet; it ends where there is nothing to join. */
  let start = 0;
  let end = 0;
  let target = endOfFrames(into);
  let index = first;
  for (; index < last && into.length < into.capacity; index++) {
    if (shares !== undefined && shares[index] !== choice?.share && shares[index] !== everyShare) continue;
    const frame = offset[index] as number;
    const captured = capturedLength[index] as number;
    const goesOn = end > start && frame >= end && frame - end <= widestGap;
    const begin = goesOn ? start : frame;
    const place = goesOn ? target : target + end - start;
    if (place + frame + captured - begin > room) break;
    if (!goesOn) into.bytes.set(bytes.subarray(start, end), target);
    start = begin;
    target = place;
    end = frame + captured;
    into.push(
      target + frame - start,
      captured,
      originalLength[index] as number,
      seconds[index] as number,
      nanoseconds[index] as number,
      interfaceIndex[index] as number,
    );
  }
  into.bytes.set(bytes.subarray(start, end), target);
  return index;
}

/** Where the last frame ends. */
function endOfFrames({ length, offset, capturedLength }: FrameRoom): number {
  return length === 0 ? 0 : (offset[length - 1] as number) + (capturedLength[length - 1] as number);
}
