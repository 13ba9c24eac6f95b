// When the time of a file in a row is over: so many seconds of packet time behind its beginning, or behind a step back.
//
//     begin ├──── maximumSeconds ────┤ over
//     frames of an earlier time, by maximumSeconds or more, and no other:
//     the first of them ├──── maximumSeconds ────┤ over
//
// Clocks are set back, and a machine may begin with a time that is years ahead. Nobody can wait until the beginning
// comes round again; the first frame behind a step back alone says nothing: two interfaces whose clocks differ come by
// turns, and would get a file for every frame.

import type { FrameTime } from "@tsnids/pcap";

/** The time of one file. */
export class FileTime {
  readonly #begin: FrameTime;
  readonly #maximumSeconds: number;
  /** Where the clock was set back to; undefined while times are not that far before the beginning. */
  #setBack: FrameTime | undefined;

  constructor(begin: FrameTime, maximumSeconds: number) {
    this.#begin = begin;
    this.#maximumSeconds = maximumSeconds;
  }

  /** True where a frame of this time belongs to the next file. Times are to be asked for in the order of the frames. */
  isOverAt(seconds: number, nanoseconds: number): boolean {
    const now = { seconds, nanoseconds };
    if (!this.#isFar(now, this.#begin)) this.#setBack = undefined;
    else if (this.#setBack === undefined || this.#isFar(now, this.#setBack)) this.#setBack = now;
    return this.#isFar(this.#setBack ?? this.#begin, now);
  }

  /** True where the one comes before the other by the maximum, in whole seconds. */
  #isFar(one: FrameTime, other: FrameTime): boolean {
    const seconds = other.seconds - one.seconds - (other.nanoseconds < one.nanoseconds ? 1 : 0);
    return seconds >= this.#maximumSeconds;
  }
}
