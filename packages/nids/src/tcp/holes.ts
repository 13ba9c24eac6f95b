// Holes in a stream, and when they are given up: at the end of their grace, or of the connection. What comes behind a
// hole that is given up follows a gap.
//
//   ──────────┤· · · hole · · ·├──────┤          covered: the receiver has acknowledged all of it, so the capture has missed it
//             next             end    waiting

import type { GapReason } from "../callbacks/reasons.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { PieceStore } from "../reassembly/piece-store.js";
import type { Backlog } from "./backlog.js";
import type { BacklogPool } from "./backlog-pool.js";
import type { Delivery } from "./delivery.js";
import { anyBacklog, clientSide } from "./flow-flags.js";
import { ACK, FLOW_INTS } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";
import { Grace } from "./grace.js";
import { distance } from "./sequence.js";
import type { Waiting } from "./waiting.js";

/** What holes are seen to with. */
export interface HoleParts {
  readonly packet: Packet;
  readonly flows: FlowTable;
  readonly params: NidsParams;
  readonly store: PieceStore;
  readonly backlogs: BacklogPool;
  readonly delivery: Delivery;
  readonly waiting: Waiting;
}

export class Holes {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly params: NidsParams;
  private readonly store: PieceStore;
  private readonly backlogs: BacklogPool;
  private readonly delivery: Delivery;
  private readonly waiting: Waiting;

  constructor(parts: HoleParts) {
    this.packet = parts.packet;
    this.flows = parts.flows;
    this.params = parts.params;
    this.store = parts.store;
    this.backlogs = parts.backlogs;
    this.delivery = parts.delivery;
    this.waiting = parts.waiting;
  }

  /**
   * Looks whether the hole in what a side sent has had its grace; called for every packet of a connection with a
   * backlog, and by the clock.
   */
  review(slot: number, from: number): void {
    const backlog = this.backlogs.of(slot, from);
    if (backlog === undefined || this.params.holePolicy === "wait") return;
    const acknowledged = this.flows.flows[slot * FLOW_INTS + ACK + 1 - from] as number;
    if (!this.isCovered(slot, from, backlog, acknowledged)) {
      backlog.grace?.reset();
      return;
    }
    const grace = (backlog.grace ??= new Grace());
    grace.begin(this.packet, acknowledged);
    if (!grace.isOver(this.packet, this.params)) return;
    while (this.isCovered(slot, from, backlog, grace.upTo)) this.skip(slot, from, backlog, "capture-loss");
    grace.reset();
    this.backlogs.settle(slot, from, backlog);
  }

  /** The connection ends: what waits is delivered behind gaps, the client's first, unless holes are for ever. */
  flush(slot: number): void {
    const flags = this.flows.flagsOf(slot);
    if ((flags & anyBacklog) === 0) return;
    const client = clientSide(flags);
    for (const from of [client, 1 - client]) {
      const backlog = this.backlogs.of(slot, from);
      if (backlog === undefined || this.params.holePolicy === "wait") continue;
      const acknowledged = this.flows.flows[slot * FLOW_INTS + ACK + 1 - from] as number;
      while (backlog.head !== 0) {
        const covered = this.isCovered(slot, from, backlog, acknowledged);
        this.skip(slot, from, backlog, covered ? "capture-loss" : "end");
      }
      if (this.isCovered(slot, from, backlog, acknowledged)) this.skip(slot, from, backlog, "capture-loss");
      this.backlogs.settle(slot, from, backlog);
    }
  }

  /** What comes first behind the hole: data that waits, or the FIN. */
  end(backlog: Backlog): number {
    const { head, fin } = backlog;
    const start = head === 0 ? undefined : this.store.start(backlog);
    if (start === undefined || fin === undefined) return start ?? fin ?? 0;
    return distance(fin, start) > 0 ? fin : start;
  }

  /** Gives up the hole in front of what waits, and delivers that. */
  private skip(slot: number, from: number, backlog: Backlog, reason: GapReason): void {
    this.delivery.gap(slot, from, distance(this.flows.next(slot, from), this.end(backlog)), reason);
    this.waiting.drain(slot, from);
  }

  /** True where there is a hole and the receiver has acknowledged all of it. */
  private isCovered(slot: number, from: number, backlog: Backlog, acknowledged: number): boolean {
    if (backlog.head === 0 && backlog.fin === undefined) return false;
    const end = this.end(backlog);
    return distance(this.flows.next(slot, from), end) > 0 && distance(end, acknowledged) >= 0;
  }
}
