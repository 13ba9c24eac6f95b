// How often each half is collected: what callbacks raise and lower, and what that says of their interest. The counters
// lie in the flow table: four signed bytes of a flow, for the data of either side, then for urgent bytes. The flags of
// the flow say which of them are not 0: the way of a segment looks at these. Below 0 somebody has lowered more than was
// raised, or more than 127 have raised one and it has wrapped: those who listen are told all the same.

import { COLLECTED_0, URGENT_COLLECTED_0 } from "../tcp/flow-flags.js";
import { COLLECTS, DETAIL_INTS, FLAGS, FLOW_INTS } from "../tcp/flow-record.js";
import type { FlowTable } from "../tcp/flow-table.js";
import { interestKinds } from "./audience.js";
import type { Notification } from "./notification.js";

const all = COLLECTED_0 | (COLLECTED_0 << 1) | URGENT_COLLECTED_0 | (URGENT_COLLECTED_0 << 1);

export class CollectCounters {
  /** True when the callback in hand has changed a counter of its stream. */
  changed = false;
  private readonly changes: Int32Array = new Int32Array(interestKinds);
  private readonly flows: FlowTable;
  private readonly current: Notification;

  constructor(flows: FlowTable, current: Notification) {
    this.flows = flows;
    this.current = current;
  }

  /** How often the data of a half, or its urgent bytes, are collected. */
  of(half: number, urgent: boolean): number {
    return this.flows.detailBytes[((half >> 1) * DETAIL_INTS + COLLECTS) * 4 + (half & 1) + (urgent ? 2 : 0)] as number;
  }

  set(half: number, urgent: boolean, times: number): void {
    const slot = half >> 1;
    if (slot === 0) return;
    const from = half & 1;
    const kind = from + (urgent ? 2 : 0);
    const { detailBytes } = this.flows;
    const at = (slot * DETAIL_INTS + COLLECTS) * 4 + kind;
    const before = detailBytes[at] as number;
    detailBytes[at] = times;
    const after = detailBytes[at];
    const bit = (urgent ? URGENT_COLLECTED_0 : COLLECTED_0) << from;
    const flags = this.flows.flagsOf(slot);
    this.flows.setFlags(slot, after !== 0 ? flags | bit : flags & ~bit);
    if (this.current.slot !== slot) return;
    this.changes[kind] = (this.changes[kind] as number) + after - before;
    this.changed = true;
  }

  /** The interest of a callback after its call: the sign of each change has set or cleared a kind. The next call begins anew. */
  interestAfter(interest: number): number {
    for (let kind = 0; kind < interestKinds; kind++) {
      const change = this.changes[kind] as number;
      if (change > 0) interest |= 1 << kind;
      else if (change < 0) interest &= ~(1 << kind);
      this.changes[kind] = 0;
    }
    this.changed = false;
    return interest;
  }

  /** Nobody collects anything of this flow. */
  clear(slot: number): void {
    const at = slot * FLOW_INTS + FLAGS;
    this.flows.flows[at] = (this.flows.flows[at] as number) & ~all;
  }
}
