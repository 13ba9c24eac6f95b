// What is old is found by a lazy sweep, on the packet clock: whenever packet time has moved on by seconds, a hand goes
// over as many slots as bring it round the table once in `roundSeconds`. No list is kept up to date for every packet,
// and no single packet pays for the whole table.

import type { NidsParams } from "../params/params.js";
import { ConnectionState, FIN_0, stateOf } from "./flow-flags.js";
import { FLAGS, FLOW_INTS, LAST_SEEN } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";

/** Seconds of packet time in which every slot is looked at, and the slots looked at whenever the clock moves. */
const roundSeconds = 8;
const minimumSlots = 1024;

/** Looks after one flow: what to do when it is too old, or has a backlog to review. */
export interface SweptFlow {
  expire(slot: number, reason: "idle" | "stuck"): void;
  review(slot: number): void;
}

export class TimeoutSweep {
  private readonly flows: FlowTable;
  private readonly limits: readonly number[];
  private readonly closingSeconds: number;
  private readonly stuckSeconds: number;
  private hand = 0;
  private swept = -1;

  constructor(flows: FlowTable, params: NidsParams) {
    this.flows = flows;
    const seconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000);
    const unlessNever = (milliseconds: number): number => (milliseconds === 0 ? Infinity : seconds(milliseconds));
    const limits: number[] = [];
    limits[ConnectionState.OPENING] = unlessNever(params.halfOpenTimeoutMs);
    limits[ConnectionState.ANSWERED] = unlessNever(params.halfOpenTimeoutMs);
    limits[ConnectionState.GLIMPSED] = unlessNever(params.halfOpenTimeoutMs);
    limits[ConnectionState.ESTABLISHED] = unlessNever(params.idleTimeoutMs);
    limits[ConnectionState.IGNORED] = unlessNever(params.idleTimeoutMs);
    limits[ConnectionState.ENDED] = seconds(params.lingerMs);
    this.limits = limits;
    this.closingSeconds = unlessNever(params.closingTimeoutMs);
    this.stuckSeconds = unlessNever(params.stuckCloseTimeoutMs);
  }

  /** The clock has moved on to `seconds`. */
  advance(seconds: number, visitor: SweptFlow): void {
    const elapsed = this.swept < 0 ? 0 : seconds - this.swept;
    this.swept = seconds;
    const { top } = this.flows;
    const share = Math.ceil((top / roundSeconds) * Math.min(elapsed, roundSeconds));
    for (let left = Math.min(top, Math.max(minimumSlots, share)); left > 0; left--) {
      this.hand = this.hand >= top ? 1 : this.hand + 1;
      this.visit(this.hand, seconds, visitor);
    }
  }

  /** The next time given is the first one. */
  clear(): void {
    this.swept = -1;
    this.hand = 0;
  }

  private visit(slot: number, seconds: number, visitor: SweptFlow): void {
    const at = slot * FLOW_INTS;
    const flags = this.flows.flows[at + FLAGS] as number;
    if (flags === 0) return;
    // Times are kept in 32 bits.
    const idle = ((seconds | 0) - (this.flows.flows[at + LAST_SEEN] as number)) | 0;
    const stuckSince = this.stuckSeconds === Infinity ? 0 : this.flows.extras.stuckSince(slot);
    const state = stateOf(flags);
    const closing = state === ConnectionState.ESTABLISHED && (flags & (FIN_0 | (FIN_0 << 1))) !== 0;
    if (idle > (closing ? this.closingSeconds : (this.limits[state] as number))) visitor.expire(slot, "idle");
    else if (stuckSince !== 0 && (((seconds | 0) - stuckSince) | 0) >= this.stuckSeconds) visitor.expire(slot, "stuck");
    else if (state === ConnectionState.ESTABLISHED || state === ConnectionState.IGNORED) visitor.review(slot);
  }
}
