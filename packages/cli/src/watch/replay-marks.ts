// From which file a restart has to read again. Each file that was begun is a mark, with the latest packet time before
// it. Marks are in the order of reading; where a clock was set back, that is not the order of time:
//
//     latest before     -∞        12:03:10       12:04:02       12:05:40
//     file begins     ──┼─ a ────────┼─ b ──────────┼─ c ──────────┼─ d ───►
//                                       ▲ oldest open connection began 12:03:55: its packets are in b or later
//
// A restart may begin with a file when everything before it is older than the oldest open connection, and than anything
// else the engine remembers: half-open connections, ended ones that linger, fragments.

import type { FolderPosition } from "@tsnids/capture";
import { paramRules } from "@tsnids/nids";
import type { NidsParams } from "@tsnids/nids";
import type { FrameTime } from "@tsnids/pcap";

/** Half-open connections may stay for ever; a restart that kept them all would have to read all there is. */
const longestMemorySeconds = 86_400;

/** Seconds of packet time after which an engine remembers nothing but open connections, with as much to spare. */
export function memorySeconds(params: Partial<NidsParams>): number {
  const timeout = (name: keyof NidsParams): number => Number(params[name] ?? paramRules[name].default);
  const halfOpen = timeout("halfOpenTimeoutMs");
  const longest = Math.max(halfOpen === 0 ? Infinity : halfOpen, timeout("lingerMs"), timeout("fragmentTimeoutMs"));
  return Math.min((2 * longest) / 1000, longestMemorySeconds);
}

/** Marks kept at most. Of more, every second one is forgotten, and a restart reads a file more than it has to. */
const maximumMarks = 4096;

interface Mark {
  readonly begin: FrameTime;
  readonly key: string | undefined;
  /** Packet time, in whole seconds: no frame before this file was later. */
  readonly before: number;
}

/** Where a replay is to begin. */
export interface ReplayBegin {
  /** When the file begins. */
  readonly replayFrom: FrameTime;
  /** How many of the captures of the position are read again; undefined where it does not say which they are. */
  readonly replays: number | undefined;
}

/** The files that were begun. */
export class ReplayMarks {
  readonly #memorySeconds: number;
  #marks: Mark[] = [];
  #latest = -Infinity;

  /** For an engine that remembers so many seconds besides its open connections. */
  constructor(memorySeconds: number) {
    this.#memorySeconds = memorySeconds;
  }

  /** Notes that the file of this position is being read, and that the packet time is `now`. */
  note({ begin, begun }: FolderPosition, now: FrameTime): void {
    const key = begun?.at(-1);
    if (this.#marks.length === 0 || this.#marks.at(-1)?.key !== key) {
      if (this.#marks.length === maximumMarks) this.#marks = this.#marks.filter((_mark, index) => index % 2 === 0);
      this.#marks.push({ begin, key, before: this.#latest });
    }
    this.#latest = Math.max(this.#latest, now.seconds);
  }

  /** Where to replay from, up to this position, with these connections open. Forgets the files before that. */
  replayTo({ begin, begun }: FolderPosition, open: readonly { readonly start: FrameTime }[]): ReplayBegin {
    let oldest = this.#latest - this.#memorySeconds;
    for (const { start } of open) oldest = Math.min(oldest, start.seconds);
    const from = this.#marks.findLastIndex(({ before }) => before < oldest);
    if (from > 0) this.#marks.splice(0, from);
    if (begun === undefined) return { replayFrom: this.#marks[0]?.begin ?? begin, replays: undefined };
    const places = new Map(begun.map((key, index) => [key, index]));
    // The files of the other marks are gone.
    const isThere = ({ key = "" }: Mark): boolean => places.has(key);
    const { begin: replayFrom, key = "" } = this.#marks.find(isThere) ?? { begin };
    return { replayFrom, replays: begun.length - (places.get(key) ?? begun.length - 1) };
  }
}
