// What waits of a side: what there is of it, its delivery when its turn has come, and its end. Pieces wait, the FIN
// behind them, and what the snap length cut off between them.
//
//        delivered    waiting, one behind the other     FIN
//   ──────────────────┤─────────┤──────────┤─────┤· · · ·│          all of it, up to the first hole
//                     next

import type { AlertSink } from "../alerts/alert-sink.js";
import type { PieceStore } from "../reassembly/piece-store.js";
import type { Backlog } from "./backlog.js";
import type { BacklogPool } from "./backlog-pool.js";
import type { Delivery } from "./delivery.js";
import { anyBacklog, clientSide, FIN_0, FIN_ACKED_0 } from "./flow-flags.js";
import type { FlowTable } from "./flow-table.js";
import { advance, distance } from "./sequence.js";

export class Waiting {
  private readonly flows: FlowTable;
  private readonly alerts: AlertSink;
  private readonly store: PieceStore;
  private readonly backlogs: BacklogPool;
  private readonly delivery: Delivery;

  constructor(flows: FlowTable, alerts: AlertSink, store: PieceStore, backlogs: BacklogPool, delivery: Delivery) {
    this.flows = flows;
    this.alerts = alerts;
    this.store = store;
    this.backlogs = backlogs;
    this.delivery = delivery;
  }

  /** True where a side's FIN waits for bytes that are missing. */
  awaitsFin(slot: number, from: number): boolean {
    return this.backlogs.of(slot, from)?.fin !== undefined;
  }

  /** Position behind the last byte or FIN that waits; NEXT where nothing does. */
  furthest(slot: number, from: number): number {
    const backlog = this.backlogs.of(slot, from);
    if (backlog?.finWaiting === true) return advance(backlog.finSequence, 1);
    return backlog === undefined || backlog.head === 0 ? this.flows.next(slot, from) : this.store.lastEnd(backlog);
  }

  /** True where a segment in order that ends at `end` neither reaches into what waits of its side nor meets a mark. */
  isClear(slot: number, from: number, end: number): boolean {
    const backlog = this.backlogs.of(slot, from);
    if (backlog === undefined) return true;
    if (backlog.isMarked || (backlog.finWaiting && distance(backlog.finSequence, end) > 0)) return false;
    return backlog.head === 0 || distance(this.store.start(backlog), end) <= 0;
  }

  /** True where the turn of something that waits of a side has come at `next`. */
  isReached(slot: number, from: number, next: number): boolean {
    const backlog = this.backlogs.of(slot, from);
    if (backlog === undefined) return false;
    if (backlog.finWaiting && backlog.finSequence === next) return true;
    return backlog.head !== 0 && this.store.start(backlog) === next;
  }

  /** Delivers what waits as far as there is no hole. */
  drain(slot: number, from: number): void {
    const backlog = this.backlogs.of(slot, from);
    if (backlog === undefined) return;
    this.deliverPlain(slot, from, backlog);
    for (;;) {
      const next = this.flows.next(slot, from);
      if (!backlog.holdsOnlyData) {
        if (backlog.finWaiting && distance(backlog.finSequence, next) >= 0) {
          this.reachFin(slot, from, backlog);
          break;
        }
        if (this.reachesUnsequencedFin(backlog, next)) this.passFin(slot, from);
        const cut = this.cutAt(backlog, next);
        if (cut > 0) {
          this.delivery.gap(slot, from, cut, "snaplen");
          continue;
        }
      }
      if (backlog.head === 0 || distance(next, this.store.start(backlog)) > 0) break;
      this.deliverFirst(slot, from, backlog, next);
    }
    this.backlogs.settle(slot, from, backlog);
  }

  /** The connection is established: delivers what was held, the client's first. */
  resume(slot: number): void {
    const client = clientSide(this.flows.flagsOf(slot));
    this.drain(slot, client);
    this.drain(slot, 1 - client);
  }

  /** A FIN takes a sequence number of its own (RFC 9293 §3.4). */
  takeFin(slot: number, from: number, sequence: number): void {
    this.flows.setNext(slot, from, advance(sequence, 1));
    this.flows.setFlags(slot, this.flows.flagsOf(slot) | (FIN_0 << from));
  }

  /** A FIN that takes no sequence number is reached. One that comes again wants to be confirmed again. */
  passFin(slot: number, from: number): void {
    this.flows.setFlags(slot, (this.flows.flagsOf(slot) | (FIN_0 << from)) & ~(FIN_ACKED_0 << from));
  }

  /** Gives up everything that waits in a connection. */
  release(slot: number): void {
    if ((this.flows.flagsOf(slot) & anyBacklog) === 0) return;
    for (const from of [0, 1]) {
      const backlog = this.backlogs.of(slot, from);
      if (backlog === undefined) continue;
      this.store.release(backlog);
      backlog.reset();
      this.backlogs.settle(slot, from, backlog);
    }
  }

  /** Gives up everything that waits in all connections, which are forgotten. */
  clear(): void {
    this.backlogs.clear((backlog) => this.store.release(backlog));
  }

  /**
   * Delivers what waits as long as it is the usual, with as few questions as that takes: nothing but bytes, each piece
   * from where the one before it ends.
   */
  private deliverPlain(slot: number, from: number, backlog: Backlog): void {
    const { store, flows, delivery } = this;
    const { nodes } = store;
    for (let { head } = backlog; head !== 0 && backlog.isBare; head = backlog.head) {
      const next = flows.next(slot, from);
      if (nodes.startOf(head) !== next || nodes.markOf(head) !== 0) return;
      delivery.data(slot, from, nodes.bytesOf(head), nodes.offsetOf(head), distance(next, nodes.endOf(head)));
      store.shift(backlog);
    }
  }

  /** Delivers of the first piece that waits what is new at `next`, if anything, and takes it off the list. */
  private deliverFirst(slot: number, from: number, backlog: Backlog, next: number): void {
    const { nodes } = this.store;
    const { head } = backlog;
    let length = distance(next, nodes.endOf(head));
    if (length > 0) {
      const mark = nodes.markOf(head);
      if (mark > 0) backlog.marked.urgent.note(advance(nodes.arrivedAt(head), mark - 2), next);
      if (backlog.finWaiting) length = Math.min(length, distance(next, backlog.finSequence));
      const offset = nodes.offsetOf(head) + distance(nodes.startOf(head), next);
      if (backlog.isMarked) this.delivery.bytes(slot, from, nodes.bytesOf(head), offset, length);
      else this.delivery.data(slot, from, nodes.bytesOf(head), offset, length);
    }
    this.store.shift(backlog);
  }

  private reachesUnsequencedFin(backlog: Backlog, next: number): boolean {
    const first = backlog.head === 0 ? undefined : this.store.nodes.arrivedAt(backlog.head);
    const { marks } = backlog;
    return marks !== undefined && marks.unsequencedFins.reached(next, first, marks.urgent);
  }

  /** Bytes missing at `next` because the snap length cut them off, as far as nothing that waits fills them; 0 or less: none. */
  private cutAt(backlog: Backlog, next: number): number {
    const { marks } = backlog;
    if (marks === undefined) return 0;
    if (backlog.head === 0) return marks.cuts.lengthAt(next);
    const untilData = distance(next, this.store.start(backlog));
    return untilData <= 0 ? 0 : Math.min(marks.cuts.lengthAt(next), untilData);
  }

  /** The turn of a FIN that waited has come; nothing behind it is data. */
  private reachFin(slot: number, from: number, backlog: Backlog): void {
    backlog.forgetFin();
    this.takeFin(slot, from, backlog.finSequence);
    if (backlog.head !== 0) this.alerts.raise("tcp-data-after-fin", true);
    this.store.release(backlog);
    backlog.reset();
  }
}
