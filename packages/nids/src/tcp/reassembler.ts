// From segments to a stream: each side's bytes are delivered in order, once, and holes are waited for, filled or given up
// (RFC 9293 §3.10.7.4, seventh and eighth step, seen from outside).
//
//        delivered          hole            waiting in the backlog            FIN
//   ───────────────────┤· · · · · · · ├──────────────┤ · · ├────────────┤ · · ·│
//                      next           start(list)
//
// A hole lasts until the missing segment comes. Where the receiver acknowledges bytes beyond it, the capture has missed them;
// but taps deliver packets late, so the hole gets a grace of packet time and segments before it becomes a gap.
// What was delivered is final; what waits is settled by the overlap policy (reassembly/overlap.ts).

import type { AlertSink } from "../alerts.js";
import type { GapReason } from "../callbacks/reasons.js";
import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params.js";
import type { OverlapTable } from "../reassembly/overlap.js";
import { PieceStore } from "../reassembly/piece-store.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Statistics } from "../stats.js";
import type { Backlog } from "./backlog.js";
import type { BacklogPool } from "./backlog-pool.js";
import { anyBacklog, clientSide, FIN_0, FIN_ACKED_0 } from "./connection.js";
import { Delivery } from "./delivery.js";
import { ACK, FLAGS, FLOW_INTS, NEXT } from "./flow-table.js";
import type { FlowTable } from "./flow-table.js";
import { Grace } from "./grace.js";
import { segmentPolicies } from "./overlap-policy.js";
import { TcpFlag } from "./segment.js";
import type { Segment } from "./segment.js";
import { advance, distance } from "./sequence.js";

/** Bytes kept of one side before a connection is established: an initial window and some more. */
const maxHeldBytes = 65536;

export class Reassembler {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly store: PieceStore;
  private readonly backlogs: BacklogPool;
  private readonly delivery: Delivery;
  private readonly policy: OverlapTable;

  constructor(
    memory: EngineMemory,
    packet: Packet,
    flows: FlowTable,
    notifier: TcpNotifier,
    params: NidsParams,
    statistics: Statistics,
    alerts: AlertSink,
    backlogs: BacklogPool,
  ) {
    this.packet = packet;
    this.flows = flows;
    this.params = params;
    this.statistics = statistics;
    this.alerts = alerts;
    this.backlogs = backlogs;
    this.delivery = new Delivery(flows, notifier, backlogs);
    this.store = new PieceStore(memory, memory.segments, memory.capacity.segmentSlabs);
    this.policy = segmentPolicies[params.segmentPolicy];
  }

  /** Takes the payload and FIN of a segment of an established connection. True when it brought something new in order. */
  take(slot: number, from: number, segment: Segment): boolean {
    const next = this.next(slot, from);
    if ((this.flags(slot) & (FIN_0 << from)) !== 0 && this.params.finTakesSequence) {
      const behind = distance(advance(next, -1), advance(segment.sequence, segment.length));
      if (segment.length > 0 && behind > 0) this.alerts.raise("tcp-data-after-fin", true);
      else this.statistics.tcpDuplicates++;
      return false;
    }
    this.cutAtWaitingFin(slot, from, segment);
    if (distance(next, segment.sequence) > 0 && this.queue(slot, from, segment)) return false;
    const old = distance(segment.sequence, this.next(slot, from));
    const fin = segment.has(TcpFlag.FIN);
    if (old > segment.length || (old === segment.length && !fin && segment.cut === 0)) {
      this.statistics.tcpDuplicates++;
      return false;
    }
    if (segment.has(TcpFlag.URG)) {
      const position = advance(segment.sequence, segment.urgentPointer - 1);
      this.backlogs.open(slot, from).marked.urgent.note(position, this.next(slot, from));
    }
    this.inOrder(slot, from, segment, old);
    return true;
  }

  /** Takes data that comes before the connection is established (RFC 7413, or a tap that is late); it is kept until then. */
  hold(slot: number, from: number, segment: Segment): void {
    const held = this.backlogs.of(slot, from)?.bytes ?? 0;
    if (held + segment.length <= maxHeldBytes) this.keep(this.backlogs.open(slot, from), segment);
  }

  /**
   * Keeps a segment that came before its turn. Where too much waits, holes are given up until there is room; false when the
   * segment's turn has come by that.
   */
  private queue(slot: number, from: number, segment: Segment): boolean {
    this.statistics.tcpOutOfOrder++;
    if (segment.has(TcpFlag.FIN)) this.setFlags(slot, this.flags(slot) & ~((FIN_0 | FIN_ACKED_0) << from));
    const { maxQueuedBytes, maxQueuedSegments, holePolicy } = this.params;
    for (let alerted = false; distance(this.next(slot, from), segment.sequence) > 0; alerted = true) {
      const backlog = this.backlogs.open(slot, from);
      const fits = backlog.bytes + segment.length <= maxQueuedBytes && backlog.pieces < maxQueuedSegments;
      if (fits && this.keep(backlog, segment)) return true;
      const reason = fits ? "memory-limit" : "queue-limit";
      if (!alerted) this.alerts.raise("tcp-queue-limit", true, reason);
      if (holePolicy === "wait") return true;
      const waits = backlog.head !== 0 && distance(this.holeEnd(backlog), segment.sequence) > 0;
      const end = waits ? this.holeEnd(backlog) : segment.sequence;
      this.delivery.gap(slot, from, distance(this.next(slot, from), end), reason);
      this.drain(slot, from);
    }
    return false;
  }

  /** Puts a segment with all it says into the backlog; false where the store was full. */
  private keep(backlog: Backlog, segment: Segment): boolean {
    const { sequence, payload, length, cut } = segment;
    const end = advance(sequence, length);
    const { maxQueuedSegments, finTakesSequence } = this.params;
    // The urgent pointer waits with the segment, and counts if any of its bytes are new when their turn comes.
    const mark = segment.has(TcpFlag.URG) ? segment.urgentPointer + 1 : 0;
    backlog.grace?.count();
    if (segment.has(TcpFlag.FIN)) {
      if (finTakesSequence) {
        if (!backlog.finWaiting) backlog.waitForFin(advance(end, cut));
      } else {
        const isSecond = this.store.beginsAt(backlog, sequence);
        backlog.marked.unsequencedFins.wait(sequence, advance(end, cut), isSecond, mark, maxQueuedSegments);
      }
    }
    if (cut > 0 && backlog.marked.cuts.count < maxQueuedSegments) backlog.marked.cuts.add(end, advance(end, cut));
    return this.insert(backlog, sequence, payload, length, mark);
  }

  /** The connection is established: delivers what was held, the client's first. */
  resume(slot: number): void {
    const client = clientSide(this.flags(slot));
    this.drain(slot, client);
    this.drain(slot, 1 - client);
  }

  /** Looks whether the hole in what a side sent has had its grace; called for every packet of a connection with a backlog, and by the clock. */
  review(slot: number, from: number): void {
    const backlog = this.backlogs.of(slot, from);
    if (backlog === undefined || this.params.holePolicy === "wait") return;
    const acknowledged = this.flows.flows[slot * FLOW_INTS + ACK + 1 - from] as number;
    if (!this.holeCovered(slot, from, backlog, acknowledged)) {
      backlog.grace?.reset();
      return;
    }
    const grace = (backlog.grace ??= new Grace());
    grace.begin(this.packet, acknowledged);
    if (!grace.isOver(this.packet, this.params)) return;
    while (this.holeCovered(slot, from, backlog, grace.upTo)) this.skipHole(slot, from, backlog, "capture-loss");
    grace.reset();
    this.backlogs.settle(slot, from, backlog);
  }

  /** The connection ends: what waits is delivered behind gaps, the client's first, unless holes are for ever. */
  flush(slot: number): void {
    const flags = this.flags(slot);
    if ((flags & anyBacklog) === 0) return;
    const client = clientSide(flags);
    for (const from of [client, 1 - client]) {
      const backlog = this.backlogs.of(slot, from);
      if (backlog === undefined || this.params.holePolicy === "wait") continue;
      const acknowledged = this.flows.flows[slot * FLOW_INTS + ACK + 1 - from] as number;
      while (backlog.head !== 0) {
        const covered = this.holeCovered(slot, from, backlog, acknowledged);
        this.skipHole(slot, from, backlog, covered ? "capture-loss" : "end");
      }
      if (this.holeCovered(slot, from, backlog, acknowledged)) this.skipHole(slot, from, backlog, "capture-loss");
      this.backlogs.settle(slot, from, backlog);
    }
  }

  /** Gives up everything that waits in a connection. */
  release(slot: number): void {
    if ((this.flags(slot) & anyBacklog) === 0) return;
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

  /** True where a side's FIN waits for bytes that are missing. */
  awaitsFin(slot: number, from: number): boolean {
    return this.backlogs.of(slot, from)?.fin !== undefined;
  }

  /** Position behind the last byte or FIN that waits; NEXT where nothing does. */
  furthest(slot: number, from: number): number {
    const backlog = this.backlogs.of(slot, from);
    if (backlog?.finWaiting === true) return advance(backlog.finSequence, 1);
    return backlog === undefined || backlog.head === 0 ? this.next(slot, from) : this.store.lastEnd(backlog);
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

  private inOrder(slot: number, from: number, segment: Segment, old: number): void {
    const { sequence, payload, length, cut } = segment;
    const { bytes } = this.packet;
    const end = advance(sequence, length);
    const backlog = this.backlogs.of(slot, from);
    const overlaps = backlog !== undefined && backlog.head !== 0 && distance(this.store.start(backlog), end) > 0;
    // Where the segment reaches into what waits, the policy decides, and the answer is drained from the list.
    if (!overlaps || !this.insert(backlog, sequence, payload, length)) {
      if (length > old) this.delivery.bytes(slot, from, bytes, payload + old, length - old);
    }
    if (segment.has(TcpFlag.FIN)) {
      // Its turn has come: it counts, whatever was forged further on.
      if (this.params.finTakesSequence) {
        if (cut === 0 && this.backlogs.of(slot, from) === undefined) {
          this.takeFin(slot, from, end);
          return;
        }
        const own = this.backlogs.open(slot, from);
        own.waitForFin(advance(end, cut));
      } else {
        this.passFin(slot, from);
      }
    }
    if (cut > 0) this.backlogs.open(slot, from).marked.cuts.add(end, advance(end, cut));
    this.drain(slot, from);
  }

  /** Delivers what waits as far as there is no hole. */
  drain(slot: number, from: number): void {
    const backlog = this.backlogs.of(slot, from);
    if (backlog === undefined) return;
    for (;;) {
      const next = this.next(slot, from);
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

  /** Delivers of the first piece that waits what is new at `next`, if anything, and takes it off the list. */
  private deliverFirst(slot: number, from: number, backlog: Backlog, next: number): void {
    const { store } = this;
    const { start, end, arrivedAt, mark, bytes, offset } = store.first(backlog);
    let length = distance(next, end);
    if (length > 0) {
      if (mark > 0) backlog.marked.urgent.note(advance(arrivedAt, mark - 2), next);
      if (backlog.finWaiting) length = Math.min(length, distance(next, backlog.finSequence));
      this.delivery.bytes(slot, from, bytes, offset + distance(start, next), length);
    }
    store.shift(backlog);
  }

  private reachesUnsequencedFin(backlog: Backlog, next: number): boolean {
    const first = backlog.head === 0 ? undefined : this.store.first(backlog).arrivedAt;
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

  /** Gives up the hole in front of what waits, and delivers that. */
  private skipHole(slot: number, from: number, backlog: Backlog, reason: GapReason): void {
    this.delivery.gap(slot, from, distance(this.next(slot, from), this.holeEnd(backlog)), reason);
    this.drain(slot, from);
  }

  /** True where there is a hole and the receiver has acknowledged all of it. */
  private holeCovered(slot: number, from: number, backlog: Backlog, acknowledged: number): boolean {
    if (backlog.head === 0 && backlog.fin === undefined) return false;
    const end = this.holeEnd(backlog);
    return distance(this.next(slot, from), end) > 0 && distance(end, acknowledged) >= 0;
  }

  /** What comes first behind the hole: data that waits, or the FIN. */
  private holeEnd(backlog: Backlog): number {
    const { head, fin } = backlog;
    const start = head === 0 ? undefined : this.store.start(backlog);
    if (start === undefined || fin === undefined) return start ?? fin ?? 0;
    return distance(fin, start) > 0 ? fin : start;
  }

  /** The turn of a FIN that waited has come; nothing behind it is data. */
  private reachFin(slot: number, from: number, backlog: Backlog): void {
    backlog.forgetFin();
    this.takeFin(slot, from, backlog.finSequence);
    if (backlog.head !== 0) this.alerts.raise("tcp-data-after-fin", true);
    this.store.release(backlog);
    backlog.reset();
  }

  /** A FIN takes a sequence number of its own (RFC 9293 §3.4). */
  private takeFin(slot: number, from: number, sequence: number): void {
    this.flows.flows[slot * FLOW_INTS + NEXT + from] = advance(sequence, 1);
    this.setFlags(slot, this.flags(slot) | (FIN_0 << from));
  }

  /** A FIN that takes no sequence number is reached. One that comes again wants to be confirmed again. */
  private passFin(slot: number, from: number): void {
    this.setFlags(slot, (this.flags(slot) | (FIN_0 << from)) & ~(FIN_ACKED_0 << from));
  }

  /** Cuts off what a segment brings behind a FIN that waits for its turn. */
  private cutAtWaitingFin(slot: number, from: number, segment: Segment): void {
    const backlog = this.backlogs.of(slot, from);
    if (backlog === undefined || !backlog.finWaiting || segment.length === 0) return;
    const room = distance(segment.sequence, backlog.finSequence);
    if (room >= segment.length) return;
    this.alerts.raise("tcp-data-after-fin", true);
    segment.length = Math.max(0, room);
    segment.cut = 0;
  }

  private insert(backlog: Backlog, sequence: number, offset: number, length: number, mark = 0): boolean {
    const outcome = this.store.insert(backlog, sequence, offset, length, this.policy, mark);
    if (outcome.conflicts > 0) this.alerts.raise("tcp-overlap-conflict", true);
    return outcome.complete;
  }

  private flags(slot: number): number {
    return this.flows.flows[slot * FLOW_INTS + FLAGS] as number;
  }

  private setFlags(slot: number, flags: number): void {
    this.flows.flows[slot * FLOW_INTS + FLAGS] = flags;
  }

  private next(slot: number, from: number): number {
    return this.flows.flows[slot * FLOW_INTS + NEXT + from] as number;
  }
}
