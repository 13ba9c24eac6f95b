// Which side of which flow has a backlog. A flag of the flow says that a side has one, its extras hold the number: most have
// none, and then these need not come from memory. Backlogs that are given back are used again.

import { Backlog } from "./backlog.js";
import { BACKLOG_0 } from "./connection.js";
import { FLAGS, FLOW_INTS } from "./flow-table.js";
import type { FlowTable } from "./flow-table.js";

export class BacklogPool {
  /** By number. */
  private readonly all: (Backlog | undefined)[] = [undefined];
  private readonly free: number[] = [];
  private readonly flows: FlowTable;

  constructor(flows: FlowTable) {
    this.flows = flows;
  }

  /** The backlog of what a side sends; undefined where it has none. */
  of(slot: number, from: number): Backlog | undefined {
    if (((this.flows.flows[slot * FLOW_INTS + FLAGS] as number) & (BACKLOG_0 << from)) === 0) return undefined;
    return this.all[this.flows.backlogNumber(slot, from)];
  }

  /** The same; a side that has none gets one. */
  open(slot: number, from: number): Backlog {
    const existing = this.of(slot, from);
    if (existing !== undefined) return existing;
    const number = this.free.pop() ?? this.all.push(new Backlog()) - 1;
    this.flows.noteBacklog(slot, from, number);
    const at = slot * FLOW_INTS + FLAGS;
    this.flows.flows[at] = (this.flows.flows[at] as number) | (BACKLOG_0 << from);
    return this.all[number] as Backlog;
  }

  /** Takes a backlog back where it is empty, and still that of this side. */
  settle(slot: number, from: number, backlog: Backlog): void {
    if (!backlog.empty || this.of(slot, from) !== backlog) return;
    backlog.reset();
    this.free.push(this.flows.backlogNumber(slot, from));
    const at = slot * FLOW_INTS + FLAGS;
    this.flows.flows[at] = (this.flows.flows[at] as number) & ~(BACKLOG_0 << from);
  }

  /** Takes all backlogs back, of flows that are forgotten; each is given to `release` first. */
  clear(release: (backlog: Backlog) => void): void {
    this.free.length = 0;
    for (const [number, backlog] of this.all.entries()) {
      if (backlog === undefined) continue;
      release(backlog);
      backlog.reset();
      this.free.push(number);
    }
  }
}
