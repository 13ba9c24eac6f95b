// What one side has sent and cannot be delivered yet: segments behind a hole, a FIN that came before its turn, an urgent
// pointer to a byte still to come. Few connections ever have one; it is taken from a pool and given back when empty.

import { PieceList } from "../reassembly/piece-store.js";
import { Grace } from "./grace.js";
import { UrgentPointer } from "./urgent.js";

export class Backlog {
  readonly list: PieceList = new PieceList();
  /** The FIN that came out of order, and its sequence number. */
  finWaiting = false;
  finSequence = 0;
  /** The urgent byte that is still to come. */
  readonly urgent: UrgentPointer = new UrgentPointer();
  /** Where the snap length cut waiting segments off. */
  cuts: { readonly start: number; readonly end: number }[] = [];
  /** How long the hole in front is still waited for. */
  readonly grace: Grace = new Grace();

  /** True when there is nothing in it. */
  get empty(): boolean {
    return this.list.head === 0 && !this.finWaiting && this.cuts.length === 0 && this.urgent.empty;
  }

  reset(): void {
    this.finWaiting = false;
    this.cuts.length = 0;
    this.urgent.reset();
    this.grace.reset();
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
