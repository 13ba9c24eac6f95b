// FINs as libnids reads them (parameter `finTakesSequence: false`): they take no sequence number, so a stream goes on
// behind them, and each that came out of order waits for its turn like the segment it came with: behind those that
// begin before it, or began there when it came. In its turn it counts if the segment, with one for the FIN, reaches
// beyond what was delivered; so does then the urgent pointer of the segment, even one without data.
//
//   delivered         │ a b c d FIN │             delivered up to c: d is new, and so is the FIN
//   ────────────┤· · ·│             │· · ·        up to d: the FIN still counts
//             next   start         end            further: it is old

import { advance, distance } from "./sequence.js";
import type { UrgentPointer } from "./urgent.js";

interface UnsequencedFin {
  readonly start: number;
  readonly end: number;
  /** Another segment that begins at `start` was there before. */
  readonly isSecond: boolean;
  /** The urgent pointer of its segment + 1; 0: it has none. */
  readonly mark: number;
}

export class UnsequencedFins {
  private readonly waiting: UnsequencedFin[] = [];

  get empty(): boolean {
    return this.waiting.length === 0;
  }

  /** Where the first segment with a FIN begins; undefined: none waits. */
  get first(): number | undefined {
    return this.empty ? undefined : this.waiting[0]?.start;
  }

  /** A segment [start, end) with a FIN has to wait; at most `limit` are remembered. */
  wait(start: number, end: number, isSecond: boolean, mark: number, limit: number): void {
    if (this.waiting.length >= limit) return;
    const at = this.waiting.findLastIndex((fin) => distance(fin.start, start) >= 0) + 1;
    this.waiting.splice(at, 0, { start, end, isSecond, mark });
  }

  /**
   * Forgets those whose turn has come at `next`, ahead of a segment that began at `first`; true where one of them
   * counts. Their urgent pointers go to `urgent`.
   */
  reached(next: number, first: number | undefined, urgent: UrgentPointer): boolean {
    let counts = false;
    for (let fin = this.waiting[0]; fin !== undefined && isReached(fin, next, first); fin = this.waiting[0]) {
      this.waiting.shift();
      if (distance(next, fin.end) < 0) continue;
      counts = true;
      if (fin.mark > 0) urgent.note(advance(fin.start, fin.mark - 2), next);
    }
    return counts;
  }

  reset(): void {
    if (!this.empty) this.waiting.length = 0;
  }
}

function isReached({ start, isSecond }: UnsequencedFin, next: number, first: number | undefined): boolean {
  if (distance(start, next) < 0) return false;
  return first === undefined || distance(start, first) > 0 || (start === first && !isSecond);
}
