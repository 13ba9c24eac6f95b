// What is known of one side of a connection, as a host of it would know it of itself; for those who look at the fields
// of libnids' half_stream. Read from the flow table when asked for: nothing of it is kept anywhere else.

import type { BacklogPool } from "./backlog-pool.js";
import { FIN_0, FIN_ACKED_0, scaleOf, TIMESTAMPS } from "./flow-flags.js";
import { ACK, FLAGS, FLOW_INTS, WINDOW } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";

/** How far one side of a connection has come in finishing what it sends. */
export const HalfState = {
  /** It may go on sending. */
  ESTABLISHED: "ESTABLISHED",
  /** Its FIN has come, bytes before it are missing. */
  CLOSING: "CLOSING",
  /** It has sent all it had to, and a FIN. */
  FIN_SENT: "FIN_SENT",
  /** The other side has acknowledged the FIN. */
  FIN_CONFIRMED: "FIN_CONFIRMED",
  /** The stream has ended or is forgotten. */
  ENDED: "ENDED",
} as const;
export type HalfState = (typeof HalfState)[keyof typeof HalfState];

/** The window a side advertised last as it stood in the header, not scaled (RFC 7323 §2.2: in a SYN it never is). */
export function windowInHeader(table: FlowTable, slot: number, side: number): number {
  const { flows } = table;
  const at = slot * FLOW_INTS;
  const window = flows[at + WINDOW + side] as number;
  if (window === table.synWindow(slot, side)) return window;
  return window >>> scaleOf(flows[at + FLAGS] as number, side);
}

/** Answers about a side of a flow; where the slot is 0, the stream has ended, and all numbers are 0. */
export class Sides {
  private readonly flows: FlowTable;
  private readonly backlogs: BacklogPool;

  constructor(flows: FlowTable, backlogs: BacklogPool) {
    this.flows = flows;
    this.backlogs = backlogs;
  }

  state(slot: number, side: number): HalfState {
    if (slot === 0) return HalfState.ENDED;
    const flags = this.flows.flagsOf(slot);
    if ((flags & (FIN_ACKED_0 << side)) !== 0) return HalfState.FIN_CONFIRMED;
    if ((flags & (FIN_0 << side)) !== 0) return HalfState.FIN_SENT;
    return this.backlogs.of(slot, side)?.fin === undefined ? HalfState.ESTABLISHED : HalfState.CLOSING;
  }

  window(slot: number, side: number): number {
    return windowInHeader(this.flows, slot, side);
  }

  windowScale(slot: number, side: number): number {
    return 1 << scaleOf(this.flows.flagsOf(slot), side);
  }

  timestamps(slot: number): boolean {
    return (this.flows.flagsOf(slot) & TIMESTAMPS) !== 0;
  }

  acknowledgment(slot: number, side: number): number {
    return (this.flows.flows[slot * FLOW_INTS + ACK + side] as number) >>> 0;
  }

  queuedBytes(slot: number, side: number): number {
    return this.backlogs.of(slot, side)?.bytes ?? 0;
  }

  urgentCount(slot: number, side: number): number {
    return this.flows.extras.urgentCount(slot, side);
  }
}
