// What one side has sent and cannot be delivered yet: segments behind a hole, a FIN that came before its turn, an
// urgent pointer to a byte still to come. Few connections ever have one; it is taken from a pool and given back when
// empty. All that most backlogs have lies in this one object: each packet of a connection with a backlog looks at it.

import { PieceList } from "../reassembly/piece-list.js";
import type { Grace } from "./grace.js";
import { SnaplenCuts } from "./snaplen-cuts.js";
import { UnsequencedFins } from "./unsequenced-fins.js";
import { UrgentPointer } from "./urgent.js";

/** What hardly anything that waits has besides its bytes. */
export class Marks {
  /** Without sequence numbers for FINs (parameter `finTakesSequence`): all that came out of order. */
  readonly unsequencedFins: UnsequencedFins = new UnsequencedFins();
  /** The urgent byte that is still to come. */
  readonly urgent: UrgentPointer = new UrgentPointer();
  /** Where the snap length cut waiting segments off. */
  readonly cuts: SnaplenCuts = new SnaplenCuts();

  get empty(): boolean {
    return this.unsequencedFins.empty && this.urgent.empty && this.cuts.empty;
  }

  reset(): void {
    this.unsequencedFins.reset();
    this.urgent.reset();
    this.cuts.reset();
  }
}

/** Int32 fields of a backlog's record, behind those of its list. kernel/waiting.ts has the same. */
export const BACKLOG_INTS = 8;
const STATE = 4;
/** Sequence number of the FIN that waits. */
const FIN_SEQUENCE = 5;

/** Bits of STATE: a FIN came out of order; there is, or was, something in the marks. */
const FIN_WAITING = 1;
const MARKED = 2;

/** The bytes that wait, and what waits with them. */
export class Backlog extends PieceList {
  /** How long the hole in front is still waited for; made where a receiver has acknowledged one. */
  grace: Grace | undefined = undefined;
  /** Made where there is something to mark, and then kept. */
  marks: Marks | undefined = undefined;

  /** The marks, to add one. */
  get marked(): Marks {
    this.state |= MARKED;
    return (this.marks ??= new Marks());
  }

  /** True where there is, or was, something in the marks. */
  get isMarked(): boolean {
    return (this.state & MARKED) !== 0;
  }

  /** True where a FIN came out of order. */
  get finWaiting(): boolean {
    return (this.state & FIN_WAITING) !== 0;
  }

  /** Its sequence number. */
  get finSequence(): number {
    return this.record[this.at + FIN_SEQUENCE] as number;
  }

  /** A FIN of this sequence number has to wait. */
  waitForFin(sequence: number): void {
    this.state |= FIN_WAITING;
    this.record[this.at + FIN_SEQUENCE] = sequence;
  }

  /** The FIN waits no longer. */
  forgetFin(): void {
    this.state &= ~FIN_WAITING;
  }

  /** True when there is nothing in it. */
  get empty(): boolean {
    return this.head === 0 && this.holdsOnlyData;
  }

  /** True where nothing but bytes has waited so far. */
  get isBare(): boolean {
    return this.state === 0;
  }

  /** True when what comes in order has only data to meet, if anything. */
  get holdsOnlyData(): boolean {
    return this.state === 0 || (!this.finWaiting && (this.marks === undefined || this.marks.empty));
  }

  /** Sequence number of the first FIN that waits for its turn; undefined where none does. */
  get fin(): number | undefined {
    return this.finWaiting ? this.finSequence : this.marks?.unsequencedFins.first;
  }

  reset(): void {
    this.state = 0;
    this.marks?.reset();
    this.grace?.reset();
  }

  private get state(): number {
    return this.record[this.at + STATE] as number;
  }

  private set state(bits: number) {
    this.record[this.at + STATE] = bits;
  }
}
