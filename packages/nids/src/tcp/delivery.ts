// What passes from a stream to those who listen to it: bytes whose turn has come, urgent bytes by themselves, gaps.
// Whatever it is, the stream moves on by it.
//
//   in order  │ a b c U d e │  ──►  data "abc", urgent "U", data "de"

import type { GapReason } from "../callbacks/reasons.js";
import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { BacklogPool } from "./backlog-pool.js";
import { URGENT_COLLECTED_0 } from "./flow-flags.js";
import { COUNT, FLOW_DOUBLES } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";
import { advance } from "./sequence.js";

export class Delivery {
  private readonly flows: FlowTable;
  private readonly notifier: TcpNotifier;
  private readonly backlogs: BacklogPool;

  constructor(flows: FlowTable, notifier: TcpNotifier, backlogs: BacklogPool) {
    this.flows = flows;
    this.notifier = notifier;
    this.backlogs = backlogs;
  }

  /** Delivers bytes whose turn has come. A pending urgent byte among them is taken out: before, urgent, behind. */
  bytes(slot: number, from: number, bytes: Uint8Array, offset: number, length: number): void {
    const backlog = this.backlogs.of(slot, from);
    const before = backlog?.marks?.urgent.take(this.flows.next(slot, from), length) ?? -1;
    if (before < 0) {
      this.data(slot, from, bytes, offset, length);
      return;
    }
    if (before > 0) this.data(slot, from, bytes, offset, before);
    this.flows.setNext(slot, from, advance(this.flows.next(slot, from), 1));
    this.flows.extras.countUrgent(slot, from);
    const urgent = bytes[offset + before] as number;
    if ((this.flows.flagsOf(slot) & (URGENT_COLLECTED_0 << from)) !== 0) this.notifier.urgent(slot, from, urgent);
    const behind = length - before - 1;
    if (behind > 0) this.data(slot, from, bytes, offset + before + 1, behind);
  }

  /** The same, where no urgent byte can be among them. */
  data(slot: number, from: number, bytes: Uint8Array, offset: number, length: number): void {
    this.move(slot, from, length);
    this.notifier.data(slot, from, bytes, offset, length);
  }

  /** Gives up bytes that are missing. */
  gap(slot: number, from: number, length: number, reason: GapReason): void {
    if (length <= 0) return;
    this.move(slot, from, length);
    this.backlogs.of(slot, from)?.marks?.urgent.skip(this.flows.next(slot, from));
    this.notifier.gap(slot, from, length, reason);
  }

  /** The stream has moved on by bytes that were delivered or given up. */
  private move(slot: number, from: number, length: number): void {
    this.flows.setNext(slot, from, advance(this.flows.next(slot, from), length));
    const at = slot * FLOW_DOUBLES + COUNT + from;
    this.flows.counts[at] = (this.flows.counts[at] as number) + length;
  }
}
