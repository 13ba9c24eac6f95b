// What one side has sent and cannot be delivered yet: segments behind a hole, a FIN that came before its turn, an urgent
// pointer to a byte still to come. Few connections ever have one; it is taken from a pool and given back when empty. All that
// most backlogs have lies in this one object: each packet of a connection with a backlog looks at it.

import { PieceList } from "../reassembly/piece-store.js";
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

/** The bytes that wait, and what waits with them. */
export class Backlog extends PieceList {
  /** The FIN that came out of order, and its sequence number. */
  finWaiting = false;
  finSequence = 0;
  /** How long the hole in front is still waited for; made where a receiver has acknowledged one. */
  grace: Grace | undefined = undefined;
  /** Made where there is something to mark, and then kept. */
  marks: Marks | undefined = undefined;

  /** The marks, to add one. */
  get marked(): Marks {
    return (this.marks ??= new Marks());
  }

  /** True when there is nothing in it. */
  get empty(): boolean {
    return this.head === 0 && this.holdsOnlyData;
  }

  /** True when what comes in order has only data to meet, if anything. */
  get holdsOnlyData(): boolean {
    return !this.finWaiting && (this.marks === undefined || this.marks.empty);
  }

  /** Sequence number of the first FIN that waits for its turn; undefined where none does. */
  get fin(): number | undefined {
    return this.finWaiting ? this.finSequence : this.marks?.unsequencedFins.first;
  }

  reset(): void {
    this.finWaiting = false;
    this.marks?.reset();
    this.grace?.reset();
  }
}
