// What one side has sent and cannot be delivered yet: segments behind a hole, a FIN that came before its turn, an urgent
// pointer to a byte still to come. Few connections ever have one; it is taken from a pool and given back when empty.

import { PieceList } from "../reassembly/piece-store.js";
import { Grace } from "./grace.js";
import { SnaplenCuts } from "./snaplen-cuts.js";
import { UnsequencedFins } from "./unsequenced-fins.js";
import { UrgentPointer } from "./urgent.js";

export class Backlog {
  readonly list: PieceList = new PieceList();
  /** The FIN that came out of order, and its sequence number. */
  finWaiting = false;
  finSequence = 0;
  /** Without sequence numbers for FINs (parameter `finTakesSequence`): all that came out of order. */
  readonly unsequencedFins: UnsequencedFins = new UnsequencedFins();
  /** The urgent byte that is still to come. */
  readonly urgent: UrgentPointer = new UrgentPointer();
  /** Where the snap length cut waiting segments off. */
  readonly cuts: SnaplenCuts = new SnaplenCuts();
  /** How long the hole in front is still waited for. */
  readonly grace: Grace = new Grace();

  /** True when there is nothing in it. */
  get empty(): boolean {
    return this.list.head === 0 && this.holdsOnlyData;
  }

  /** True when what comes in order has only data to meet, if anything. */
  get holdsOnlyData(): boolean {
    return !this.finWaiting && this.unsequencedFins.empty && this.cuts.empty && this.urgent.empty;
  }

  /** Sequence number of the first FIN that waits for its turn; undefined where none does. */
  get fin(): number | undefined {
    return this.finWaiting ? this.finSequence : this.unsequencedFins.first;
  }

  reset(): void {
    this.finWaiting = false;
    this.unsequencedFins.reset();
    this.cuts.reset();
    this.urgent.reset();
    this.grace.reset();
  }
}
