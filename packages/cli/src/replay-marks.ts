// From which file a restart has to read again. Each file that was begun is a mark, with the latest packet time before it:
//
//     latest before     -∞        12:03:10       12:04:02       12:05:40
//     file begins     ──┼─ a ────────┼─ b ──────────┼─ c ──────────┼─ d ───►
//                                       ▲ oldest open connection began 12:03:55: its packets are in b or later
//
// A file will do when everything before it is older than the oldest open connection, and than what the engine remembers
// of others: half-open ones, ended ones that linger, fragments.

import type { FrameTime } from "@tsnids/pcap";

/**
 * Seconds of packet time after which an engine remembers nothing but open connections, in its default parameters
 * with some to spare.
 */
const memorySeconds = 120;

/** Marks kept at most; of more every second one is forgotten, and a restart reads a file more than it has to. */
const maximumMarks = 4096;

interface Mark {
  readonly begin: FrameTime;
  /** Packet time, in whole seconds, before which nothing came later than this file. */
  readonly before: number;
}

/** The files that were begun. */
export class ReplayMarks {
  #marks: Mark[] = [];
  #latest = -Infinity;

  /** The file in hand began at `begin`, and the packet time is `now`. */
  note(begin: FrameTime, now: FrameTime): void {
    const last = this.#marks.at(-1)?.begin;
    if (last?.seconds !== begin.seconds || last.nanoseconds !== begin.nanoseconds) {
      if (this.#marks.length === maximumMarks) this.#marks = this.#marks.filter((_mark, index) => index % 2 === 0);
      this.#marks.push({ begin, before: this.#latest });
    }
    this.#latest = Math.max(this.#latest, now.seconds);
  }

  /** The file to replay from, with these connections open; undefined before the first one. Forgets those before it. */
  replayFrom(open: readonly { readonly start: FrameTime }[]): FrameTime | undefined {
    let oldest = this.#latest - memorySeconds;
    for (const { start } of open) oldest = Math.min(oldest, start.seconds);
    const from = this.#marks.findLastIndex(({ before }) => before < oldest);
    if (from > 0) this.#marks.splice(0, from);
    return this.#marks[0]?.begin;
  }
}
