// Who has to go when the table is full. Connections that have ended or that nobody listens to go first, then half-open
// ones (a flood of SYNs pushes out its own kind, not the streams people follow), then the one without a packet for the
// longest time. A hand goes round the table and stays at the victim, whose slot the next connection gets: so every flow
// has its turn, and of those last seen in the same second the one that has been there longest goes. A table larger than
// `slotsPerVictim` is searched a part at a time, and a victim without listeners ends the search early, so that a flood
// costs little per packet.

import { ConnectionState, stateOf } from "./flow-flags.js";
import { FLAGS, FLOW_INTS, LAST_SEEN } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";

/** Slots looked at for one victim. */
const slotsPerVictim = 4096;
const earliestEnd = 64;

const worth: readonly number[] = (() => {
  const order: number[] = [];
  order[ConnectionState.ENDED] = 0;
  order[ConnectionState.IGNORED] = 1;
  order[ConnectionState.GLIMPSED] = 1;
  order[ConnectionState.OPENING] = 1;
  order[ConnectionState.ANSWERED] = 2;
  order[ConnectionState.ESTABLISHED] = 3;
  return order;
})();

export class Eviction {
  private readonly flows: FlowTable;
  private hand = 0;

  constructor(flows: FlowTable) {
    this.flows = flows;
  }

  /** The slot of the flow to give up; the table must not be empty. */
  victim(): number {
    const { flows, top } = this.flows;
    let at = this.hand;
    let best = 0;
    let bestWorth = Infinity;
    let bestSeen = Infinity;
    for (let seen = 0; seen < Math.min(top, slotsPerVictim); seen++) {
      if (seen >= earliestEnd && bestWorth <= 1) break;
      at = at >= top ? 1 : at + 1;
      const flags = flows[at * FLOW_INTS + FLAGS] as number;
      if (flags === 0) continue;
      const flowWorth = worth[stateOf(flags)] as number;
      const lastSeen = (flows[at * FLOW_INTS + LAST_SEEN] as number) >>> 0;
      if (flowWorth > bestWorth || (flowWorth === bestWorth && lastSeen >= bestSeen)) continue;
      best = at;
      bestWorth = flowWorth;
      bestSeen = lastSeen;
    }
    this.hand = best;
    return best;
  }
}
