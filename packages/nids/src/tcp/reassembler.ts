// From segments to a stream: each side's bytes are delivered in order, once (delivery.ts), what comes before its
// turn waits (waiting.ts), and holes are filled or given up (holes.ts); RFC 9293 §3.10.7.4, seventh and eighth step,
// seen from outside.
//
//        delivered          hole            waiting in the backlog            FIN
//   ───────────────────┤· · · · · · · ├──────────────┤ · · ├────────────┤ · · ·│
//                      next           start(list)
//
// A hole lasts until the missing segment comes. Where the receiver acknowledges bytes beyond it, the capture has missed
// them; but taps deliver packets late, so the hole gets a grace of packet time and segments before it becomes a gap.
// What was delivered is final; what waits is settled by the overlap policy (reassembly/overlap.ts).

import type { AlertSink } from "../alerts/alert-sink.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { OverlapTable } from "../reassembly/overlap.js";
import type { PieceStore } from "../reassembly/piece-store.js";
import type { Statistics } from "../stats.js";
import type { Backlog } from "./backlog.js";
import type { BacklogPool } from "./backlog-pool.js";
import type { Delivery } from "./delivery.js";
import { FIN_0, FIN_ACKED_0 } from "./flow-flags.js";
import type { FlowTable } from "./flow-table.js";
import type { Holes } from "./holes.js";
import { segmentPolicies } from "./overlap-policy.js";
import { TcpFlag } from "./segment.js";
import type { Segment } from "./segment.js";
import { advance, distance } from "./sequence.js";
import type { Waiting } from "./waiting.js";

/** Kept of one side before a connection is established: an initial window (RFC 6928 §2: ten segments) and some more. */
const maxHeldBytes = 65536;
const maxHeldSegments = 64;

/** What streams are reassembled with. */
export interface ReassemblyParts {
  readonly packet: Packet;
  readonly flows: FlowTable;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly alerts: AlertSink;
  readonly store: PieceStore;
  readonly backlogs: BacklogPool;
  readonly delivery: Delivery;
  readonly waiting: Waiting;
  readonly holes: Holes;
}

export class Reassembler {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly store: PieceStore;
  private readonly backlogs: BacklogPool;
  private readonly delivery: Delivery;
  private readonly waiting: Waiting;
  private readonly holes: Holes;
  private readonly policy: OverlapTable;

  constructor(parts: ReassemblyParts) {
    this.packet = parts.packet;
    this.flows = parts.flows;
    this.params = parts.params;
    this.statistics = parts.statistics;
    this.alerts = parts.alerts;
    this.store = parts.store;
    this.backlogs = parts.backlogs;
    this.delivery = parts.delivery;
    this.waiting = parts.waiting;
    this.holes = parts.holes;
    this.policy = segmentPolicies[parts.params.segmentPolicy];
  }

  /** Takes the payload and FIN of a segment of an established connection. True when it brought something new in order. */
  take(slot: number, from: number, segment: Segment): boolean {
    const next = this.flows.next(slot, from);
    if ((this.flows.flagsOf(slot) & (FIN_0 << from)) !== 0 && this.params.finTakesSequence) {
      const behind = distance(advance(next, -1), advance(segment.sequence, segment.length));
      if (segment.length > 0 && behind > 0) this.alerts.raise("tcp-data-after-fin", true);
      else this.statistics.tcpDuplicates++;
      return false;
    }
    this.cutAtWaitingFin(slot, from, segment);
    if (distance(next, segment.sequence) > 0 && this.queue(slot, from, segment)) return false;
    const old = distance(segment.sequence, this.flows.next(slot, from));
    const fin = segment.has(TcpFlag.FIN);
    if (old > segment.length || (old === segment.length && !fin && segment.cut === 0)) {
      this.statistics.tcpDuplicates++;
      return false;
    }
    if (segment.has(TcpFlag.URG)) {
      const position = advance(segment.sequence, segment.urgentPointer - 1);
      this.backlogs.open(slot, from).marked.urgent.note(position, this.flows.next(slot, from));
    }
    this.inOrder(slot, from, segment, old);
    return true;
  }

  /**
   * Takes data that comes before the connection is established (RFC 7413, or a tap that is late); it is kept until
   * then. False where it is too much.
   */
  hold(slot: number, from: number, segment: Segment): boolean {
    const { maxQueuedBytes, maxQueuedSegments } = this.params;
    const { bytes = 0, pieces = 0 } = this.backlogs.of(slot, from) ?? {};
    const fits =
      bytes + segment.length <= Math.min(maxHeldBytes, maxQueuedBytes) &&
      pieces < Math.min(maxHeldSegments, maxQueuedSegments);
    return fits && this.keep(this.backlogs.open(slot, from), segment);
  }

  /**
   * Keeps a segment that came before its turn. Where too much waits, holes are given up until there is room; false when the
   * segment's turn has come by that.
   */
  private queue(slot: number, from: number, segment: Segment): boolean {
    this.statistics.tcpOutOfOrder++;
    if (segment.has(TcpFlag.FIN))
      this.flows.setFlags(slot, this.flows.flagsOf(slot) & ~((FIN_0 | FIN_ACKED_0) << from));
    const { maxQueuedBytes, maxQueuedSegments, holePolicy } = this.params;
    for (let alerted = false; distance(this.flows.next(slot, from), segment.sequence) > 0; alerted = true) {
      const backlog = this.backlogs.open(slot, from);
      const fits = backlog.bytes + segment.length <= maxQueuedBytes && backlog.pieces < maxQueuedSegments;
      if (fits && this.keep(backlog, segment)) return true;
      const reason = fits ? "memory-limit" : "queue-limit";
      if (!alerted) this.alerts.raise("tcp-queue-limit", true, reason);
      if (holePolicy === "wait") return true;
      const waits = backlog.head !== 0 && distance(this.holes.end(backlog), segment.sequence) > 0;
      const end = waits ? this.holes.end(backlog) : segment.sequence;
      this.delivery.gap(slot, from, distance(this.flows.next(slot, from), end), reason);
      this.waiting.drain(slot, from);
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
          this.waiting.takeFin(slot, from, end);
          return;
        }
        const own = this.backlogs.open(slot, from);
        own.waitForFin(advance(end, cut));
      } else {
        this.waiting.passFin(slot, from);
      }
    }
    if (cut > 0) this.backlogs.open(slot, from).marked.cuts.add(end, advance(end, cut));
    this.waiting.drain(slot, from);
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
}
