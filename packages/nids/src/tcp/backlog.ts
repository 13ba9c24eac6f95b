// What one side has sent and cannot be delivered yet: segments behind a hole, a FIN that came before its turn, an urgent
// pointer to a byte still to come. Few connections ever have one; it is taken from a pool and given back when empty.

import { PieceList } from "../reassembly/piece-store.js";

/** A waiting segment's urgent pointer, looked at when the segment's turn comes (RFC 9293 §3.8.5). */
export interface UrgentMark {
  readonly start: number;
  readonly end: number;
  readonly position: number;
}

export class Backlog {
  readonly list: PieceList = new PieceList();
  /** The FIN that came out of order, and its sequence number. */
  finWaiting = false;
  finSequence = 0;
  /** The urgent byte that is still to come. */
  urgentPending = false;
  urgentPosition = 0;
  urgentMarks: UrgentMark[] = [];
  /** Where the snap length cut waiting segments off. */
  cuts: { readonly start: number; readonly end: number }[] = [];
  /** Since when, and up to which sequence number, the receiver has acknowledged bytes that were never seen. */
  covered = false;
  coveredSeconds = 0;
  coveredNanoseconds = 0;
  coveredUpTo = 0;
  /** Segments that came in this direction since then. */
  segmentsSince = 0;

  /** True when there is nothing in it. */
  get empty(): boolean {
    return (
      this.list.head === 0 &&
      !this.finWaiting &&
      !this.urgentPending &&
      this.urgentMarks.length + this.cuts.length === 0
    );
  }

  reset(): void {
    this.finWaiting = this.urgentPending = this.covered = false;
    this.urgentMarks.length = this.cuts.length = 0;
  }
}

/** Backlogs by number; 0 is none. */
export class BacklogPool {
  private readonly all: (Backlog | undefined)[] = [undefined];
  private readonly free: number[] = [];

  take(): number {
    const reused = this.free.pop();
    if (reused !== undefined) return reused;
    return this.all.push(new Backlog()) - 1;
  }

  /** The backlog of this number. */
  get(number: number): Backlog | undefined {
    return this.all[number];
  }

  give(number: number): void {
    this.all[number]?.reset();
    this.free.push(number);
  }
}
