// FINs as libnids reads them (parameter `finTakesSequence: false`): they take no sequence number, so a stream goes on behind them, and
// each that came out of order waits for its turn like the segment it came with. In its turn it counts if the segment, with
// one for the FIN, reaches beyond what was delivered.
//
//   delivered         │ a b c d FIN │             reached at c: d is new, and so is the FIN
//   ────────────┤· · ·│             │· · ·        reached behind d: the FIN still counts
//             next   turn          end            reached further on: it is old
//
// Its turn is where its segment begins, but behind those that begin there as well and came before it, and behind those that
// begin earlier and reach so far.

import { distance } from "./sequence.js";

interface UnsequencedFin {
  readonly start: number;
  readonly turn: number;
  readonly end: number;
}

export class UnsequencedFins {
  private readonly waiting: UnsequencedFin[] = [];

  /** The turn of the first FIN; undefined: none waits. */
  get first(): number | undefined {
    return this.waiting[0]?.turn;
  }

  /** A segment [start, end) with a FIN has to wait for its turn; at most `limit` are remembered. */
  wait(start: number, turn: number, end: number, limit: number): void {
    if (this.waiting.length >= limit) return;
    const at = this.waiting.findLastIndex((fin) => distance(fin.turn, turn) >= 0) + 1;
    this.waiting.splice(at, 0, { start, turn, end });
  }

  /**
   * Forgets those whose turn has come at `next`; true where one of them counts. `first` is where the segment began that goes on at
   * `next`; undefined: there is a hole.
   */
  reached(next: number, first: number | undefined): boolean {
    let counts = false;
    for (let fin = this.waiting[0]; fin !== undefined && distance(fin.turn, next) >= 0; fin = this.waiting[0]) {
      if (first !== undefined && distance(first, fin.start) > 0) break;
      this.waiting.shift();
      counts ||= distance(next, fin.end) >= 0;
    }
    return counts;
  }

  reset(): void {
    this.waiting.length = 0;
  }
}
