// Which side of which flow has a backlog. A flag of the flow says that a side has one, its extras hold the number: most
// have none, and then these need not come from memory. Backlogs that are given back are used again. Their records lie
// in the engine's memory, as the kernel opens backlogs, too (kernel/waiting.ts); an object belongs to each that was
// ever asked for.

import type { EngineMemory } from "../memory/layout.js";
import { Backlog, BACKLOG_INTS } from "./backlog.js";
import { BACKLOG_0 } from "./flow-flags.js";
import type { FlowTable } from "./flow-table.js";

/** The pool's own record, which lies where backlog 0 would: the first free one, and the last that was ever used. */
const FREE = 0;
const FRESH = 1;
/** In the record of a free one, behind what backlogs have: the next free one. */
const NEXT_FREE = 6;

export class BacklogPool {
  private readonly flows: FlowTable;
  private readonly records: Int32Array;
  /** By number. */
  private readonly all: Backlog[] = [];

  constructor(memory: EngineMemory, flows: FlowTable) {
    this.flows = flows;
    this.records = new Int32Array(memory.buffer, memory.backlogs, (2 * memory.capacity.flows + 1) * BACKLOG_INTS);
  }

  /** The backlog of what a side sends; undefined where it has none. */
  of(slot: number, from: number): Backlog | undefined {
    if ((this.flows.flagsOf(slot) & (BACKLOG_0 << from)) === 0) return undefined;
    return this.numbered(this.flows.extras.backlogNumber(slot, from));
  }

  /** The same; a side that has none gets one. */
  open(slot: number, from: number): Backlog {
    const existing = this.of(slot, from);
    if (existing !== undefined) return existing;
    const number = this.take();
    this.flows.extras.noteBacklog(slot, from, number);
    this.flows.setFlags(slot, this.flows.flagsOf(slot) | (BACKLOG_0 << from));
    return this.numbered(number);
  }

  /** Takes a backlog back where it is empty, and still that of this side. */
  settle(slot: number, from: number, backlog: Backlog): void {
    if (!backlog.empty || this.of(slot, from) !== backlog) return;
    backlog.reset();
    this.giveBack(this.flows.extras.backlogNumber(slot, from));
    this.flows.setFlags(slot, this.flows.flagsOf(slot) & ~(BACKLOG_0 << from));
  }

  /** Takes all backlogs back, of flows that are forgotten; each that was ever used is given to `release` first. */
  clear(release: (backlog: Backlog) => void): void {
    const { records } = this;
    for (let number = records[FRESH] as number; number > 0; number--) {
      const backlog = this.numbered(number);
      release(backlog);
      backlog.reset();
    }
    records[FREE] = records[FRESH] = 0;
  }

  private take(): number {
    const { records } = this;
    const number = records[FREE] as number;
    if (number === 0) return (records[FRESH] = (records[FRESH] as number) + 1);
    records[FREE] = records[number * BACKLOG_INTS + NEXT_FREE] as number;
    return number;
  }

  private giveBack(number: number): void {
    const { records } = this;
    records[number * BACKLOG_INTS + NEXT_FREE] = records[FREE] as number;
    records[FREE] = number;
  }

  private numbered(number: number): Backlog {
    const { all, records } = this;
    while (all.length <= number) all.push(new Backlog(records, all.length * BACKLOG_INTS));
    return all[number] as Backlog;
  }
}
