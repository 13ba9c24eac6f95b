// What few flows have: a third record of each, half a line, in pages that are never touched as long as no flow of
// them has any of it.
//
//   extras:   │ backlog[2] │ urgent[2] │ stuck since │

import type { EngineMemory } from "../memory/layout.js";

/** Int32 fields of a flow's extras, relative to `slot * EXTRA_INTS`. */
const EXTRA_INTS = 8;
/** Number of each side's backlog, good while a flag says that there is one. */
const BACKLOG = 0;
/** Urgent bytes taken out of what each side sent. */
const URGENT_COUNT = 2;
/** Packet time since when the end of the connection waits for missing bytes, whole seconds as 32 bits; 0: it does not. */
const STUCK_SINCE = 4;

export class FlowExtras {
  private readonly fields: Int32Array<ArrayBuffer>;
  /** True when a flow has or had urgent bytes or a stuck end: then records are to be cleared. */
  private isUsed = false;

  constructor(memory: EngineMemory) {
    this.fields = new Int32Array(memory.buffer, memory.extras, (memory.capacity.flows + 1) * EXTRA_INTS);
  }

  /** The number of a side's backlog, where a flag says that it has one. */
  backlogNumber(slot: number, side: number): number {
    return this.fields[slot * EXTRA_INTS + BACKLOG + side] as number;
  }

  noteBacklog(slot: number, side: number, number: number): void {
    this.fields[slot * EXTRA_INTS + BACKLOG + side] = number;
  }

  /** Urgent bytes taken out of what a side sent. */
  urgentCount(slot: number, side: number): number {
    return (this.fields[slot * EXTRA_INTS + URGENT_COUNT + side] as number) >>> 0;
  }

  countUrgent(slot: number, side: number): void {
    const at = slot * EXTRA_INTS + URGENT_COUNT + side;
    this.fields[at] = (this.fields[at] as number) + 1;
    this.isUsed = true;
  }

  /** Packet time since when the end of a flow waits for missing bytes, whole seconds as 32 bits; 0: it does not. */
  stuckSince(slot: number): number {
    return this.fields[slot * EXTRA_INTS + STUCK_SINCE] as number;
  }

  noteStuck(slot: number, seconds: number): void {
    this.fields[slot * EXTRA_INTS + STUCK_SINCE] = seconds;
    this.isUsed = true;
  }

  /** The flow in this slot is gone. */
  forget(slot: number): void {
    if (this.isUsed) this.fields.fill(0, slot * EXTRA_INTS, (slot + 1) * EXTRA_INTS);
  }

  /** All flows are gone, up to the slot `top`. */
  clear(top: number): void {
    if (this.isUsed) this.fields.fill(0, 0, (top + 1) * EXTRA_INTS);
    this.isUsed = false;
  }
}
