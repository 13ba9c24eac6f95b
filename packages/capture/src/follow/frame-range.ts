// A batch cut to some of its frames, in place: the columns move, the bytes stay.

import type { FrameBatch } from "@tsnids/pcap";

/** Keeps the frames from `first` to before `last`; either may lie outside. */
export function keepFrames(batch: FrameBatch, first: number, last: number): void {
  const begin = Math.min(Math.max(first, 0), batch.length);
  const end = Math.min(Math.max(last, begin), batch.length);
  if (begin > 0) {
    const { offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = batch;
    for (const column of [offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex]) {
      column.copyWithin(0, begin, end);
    }
  }
  batch.length = end - begin;
}
