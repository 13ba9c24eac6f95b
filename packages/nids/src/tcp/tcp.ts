// The way of a TCP segment (RFC 9293 §3.10.7). Nearly all segments are the next one of an established connection: they take the
// short way (in-order.ts). All others go through `unusual`, which asks one question after the other:
//
//   header right? checksum right? connection known?
//     └ SYN? handshake complete? inside the window? RST? timestamp fresh? what does the ACK say? data and FIN? both done?

import type { AlertSink } from "../alerts.js";
import type { EndReason } from "../callbacks/reasons.js";
import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { TerminalState } from "../callbacks/tcp-stream.js";
import type { ChecksumVerification } from "../checksum/verification.js";
import type { ResetSender } from "../kill/reset-sender.js";
import type { LinkLayer } from "../link/decap.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params.js";
import type { PortScanDetector } from "../scan/port-scan-detector.js";
import type { Statistics } from "../stats.js";
import type { BacklogPool } from "./backlog-pool.js";
import {
  ATTENTION,
  anyBacklog,
  clientSide,
  ConnectionState,
  KNOWN_0,
  refreshAttention,
  SIGNED,
  stateOf,
  withState,
} from "./connection.js";
import { Closing } from "./closing.js";
import { Eviction } from "./eviction.js";
import { ACK, FLAGS, FLOW_INTS, LAST_SEEN, NEXT } from "./flow-table.js";
import type { FlowTable } from "./flow-table.js";
import { Handshake } from "./handshake.js";
import { InOrder } from "./in-order.js";
import { Reassembler } from "./reassembler.js";
import { decisiveFlags, Segment, TcpFlag, tcpHeaderBytes } from "./segment.js";
import { later } from "./sequence.js";
import { TimeoutSweep } from "./timeouts.js";
import type { SweptFlow } from "./timeouts.js";
import { WindowTest } from "./window.js";

/** Everything the TCP stage works with. */
export interface TcpParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly flows: FlowTable;
  readonly notifier: TcpNotifier;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly alerts: AlertSink;
  readonly verification: ChecksumVerification;
  readonly link: LinkLayer;
  readonly resets: ResetSender;
  readonly scans: PortScanDetector;
  readonly backlogs: BacklogPool;
}

export class Tcp implements SweptFlow {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly notifier: TcpNotifier;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly verification: ChecksumVerification;
  private readonly link: LinkLayer;
  private readonly resets: ResetSender;
  private readonly scans: PortScanDetector;
  private readonly follows: boolean;
  private readonly reuseSeconds: number;
  private readonly segment: Segment = new Segment();
  /** The short way; the express lane takes it too. */
  readonly inOrder: InOrder;
  private readonly reassembler: Reassembler;
  private readonly handshake: Handshake;
  private readonly window: WindowTest;
  private readonly closing: Closing;
  private readonly sweep: TimeoutSweep;
  private readonly eviction: Eviction;

  constructor(parts: TcpParts) {
    const { memory, packet, flows, notifier, params, statistics, alerts } = parts;
    this.packet = packet;
    this.flows = flows;
    this.notifier = notifier;
    this.params = params;
    this.statistics = statistics;
    this.alerts = alerts;
    this.verification = parts.verification;
    this.link = parts.link;
    this.resets = parts.resets;
    this.scans = parts.scans;
    this.follows = params.followTcp;
    this.reuseSeconds = Math.ceil(params.tupleReuseMs / 1000);
    this.inOrder = new InOrder(packet, flows, notifier, params, statistics);
    this.reassembler = new Reassembler(memory, packet, flows, notifier, params, statistics, alerts, parts.backlogs);
    this.handshake = new Handshake(packet, flows, this.reassembler, params, alerts);
    this.window = new WindowTest(packet, flows, params);
    this.closing = new Closing(packet, flows, this.reassembler, params);
    this.sweep = new TimeoutSweep(flows, params);
    this.eviction = new Eviction(flows);
  }

  /** Takes the TCP segment the cursor is at. */
  receive(): void {
    const { packet } = this;
    const { view, transport, end } = packet;
    if (end - transport < tcpHeaderBytes) {
      this.refuse(packet.cut > 0);
      return;
    }
    const offsetAndFlags = view.getUint16(transport + 12);
    const headerBytes = (offsetAndFlags >>> 10) & 0x3c;
    const payload = transport + headerBytes;
    const length = end - payload;
    if (headerBytes < tcpHeaderBytes || length < 0) {
      this.receiveCut(headerBytes, length);
      return;
    }
    if ((offsetAndFlags & TcpFlag.ACK) === 0) this.scans.note(offsetAndFlags & 0xff);
    if (!this.follows) {
      this.statistics.tcpUnfollowed++;
      return;
    }
    if (!this.verification.transportRight(packet)) {
      this.statistics.tcpInvalid++;
      this.alerts.raise("tcp-checksum", true);
      return;
    }
    this.statistics.tcpSegments++;
    this.take(this.find(), offsetAndFlags, payload, length);
  }

  /**
   * Takes the TCP segment the cursor is at, which the express lane has looked at, counted, and not taken itself. `found` is what `find`
   * would say of its flow, or 0 where that is not known.
   */
  receivePlain(found: number, offsetAndFlags: number, payload: number, length: number): void {
    if ((offsetAndFlags & TcpFlag.ACK) === 0) this.scans.note(offsetAndFlags & 0xff);
    if (found === 0) {
      this.take(this.find(), offsetAndFlags, payload, length);
      return;
    }
    this.segment.read(this.packet, offsetAndFlags & 0x3f, payload, length, 0);
    this.unusual(found >> 1, found & 1);
  }

  /** Packet time has moved on by at least a second. */
  tick(seconds: number): void {
    this.sweep.advance(seconds, this);
  }

  /** Tells every stream EXITING, in order of creation, and forgets everything. */
  exit(): void {
    for (const stream of this.notifier.open()) {
      // One that is told may forget others.
      if (stream.slot !== 0) this.end(stream.slot, "EXITING", "exit");
    }
    this.reassembler.clear();
    this.resets.clear();
    this.flows.clear();
    this.sweep.clear();
  }

  /** A flow is older than its state allows. */
  expire(slot: number, reason: "idle" | "stuck"): void {
    if (this.state(slot) === ConnectionState.ESTABLISHED) this.end(slot, "TIMED_OUT", reason);
    this.remove(slot);
  }

  /** Time has passed for the holes of a flow; where it was forgotten meanwhile, for what waits behind them. */
  review(slot: number): void {
    if ((this.flags(slot) & anyBacklog) === 0) return;
    if (this.state(slot) === ConnectionState.ESTABLISHED) {
      this.reassembler.review(slot, 0);
      this.reassembler.review(slot, 1);
    }
    this.finish(slot);
  }

  /** A host or router says that what opens this connection does not arrive: where it is half open, it is forgotten. */
  unreachable(slot: number): void {
    const state = this.state(slot);
    if (state !== ConnectionState.OPENING && state !== ConnectionState.ANSWERED) return;
    this.statistics.tcpUnreachable++;
    this.remove(slot);
  }

  /** A header that lies about its length, or one the snap length cut: then at least the length of the segment is known. */
  private receiveCut(headerBytes: number, length: number): void {
    const { packet } = this;
    if (headerBytes < tcpHeaderBytes || packet.cut + length < 0) {
      this.refuse(false);
      return;
    }
    const flags = packet.bytes[packet.transport + 13] as number;
    if ((flags & TcpFlag.ACK) === 0) this.scans.note(flags);
    if (!this.follows) {
      this.statistics.tcpUnfollowed++;
      return;
    }
    this.statistics.tcpSegments++;
    const found = this.find();
    this.segment.read(packet, flags & 0x3f, packet.end, 0, packet.cut + length);
    if (found === 0) this.unknown();
    else this.unusual(found >> 1, found & 1);
  }

  private refuse(isCut: boolean): void {
    this.statistics.tcpInvalid++;
    if (!isCut) this.alerts.raise("tcp-header", true);
  }

  /** Takes a segment of a valid header and a right checksum, of a flow or none (0; `find` has just said so). */
  private take(found: number, offsetAndFlags: number, payload: number, length: number): void {
    const { packet, segment } = this;
    segment.read(packet, offsetAndFlags & 0x3f, payload, length, packet.cut);
    if (found === 0) {
      this.unknown();
      return;
    }
    const isPlain = packet.cut === 0 && (offsetAndFlags & decisiveFlags) === TcpFlag.ACK;
    const { sequence, ack, window } = segment;
    if (
      isPlain &&
      this.inOrder.usable &&
      this.inOrder.take(found, packet.transport, payload, length, sequence, ack, window)
    )
      return;
    this.unusual(found >> 1, found & 1);
  }

  /** A packet of a connection that is not in the table; `find` has just said so. */
  private unknown(): void {
    const { segment, packet } = this;
    if (packet.family === 4 && (packet.sourceKey | packet.destinationKey) === 0) {
      this.refuse(false); // from 0.0.0.0 to 0.0.0.0 (RFC 1122 §3.2.1.3)
      return;
    }
    if (!this.handshake.begins(segment)) {
      this.statistics.tcpUnfollowed++;
      return;
    }
    if (this.flows.full) {
      this.makeRoom();
      this.find();
    }
    this.handshake.begin(segment);
    if (segment.has(TcpFlag.SYN) && segment.has(TcpFlag.ACK) && this.resets.keeps) this.noteAround(this.find());
    if (segment.has(TcpFlag.SYN) || segment.length === 0) return;
    const found = this.find();
    this.unusual(found >> 1, found & 1);
  }

  private find(): number {
    const { sourceKey, destinationKey, scopeKey, view, transport } = this.packet;
    return this.flows.find(sourceKey, destinationKey, view.getInt32(transport), scopeKey, this.packet);
  }

  private makeRoom(): void {
    const slot = this.eviction.victim();
    this.statistics.evicted++;
    const established = this.state(slot) === ConnectionState.ESTABLISHED;
    if (established) this.end(slot, "TIMED_OUT", "evicted");
    this.remove(slot);
    if (established) this.alerts.raise("streams-limit", true);
  }

  private unusual(slot: number, from: number): void {
    const { segment } = this;
    if (segment.has(TcpFlag.SYN)) {
      this.receiveSyn(slot, from);
      return;
    }
    switch (this.state(slot)) {
      case ConnectionState.ENDED:
        this.statistics.tcpUnfollowed++;
        this.resets.heard(slot, from, segment);
        return;
      case ConnectionState.IGNORED:
        this.statistics.tcpUnfollowed++;
        this.seen(slot);
        this.finish(slot);
        return;
      case ConnectionState.ESTABLISHED:
        this.seen(slot);
        this.resets.heard(slot, from, segment);
        break;
      default:
        if (segment.has(TcpFlag.RST)) {
          if (this.handshake.resetBy(slot, from, segment)) this.remove(slot);
          return;
        }
        if (!this.isPlausible(slot, from) || !this.handshake.completes(slot, from, segment)) return;
        this.seen(slot);
        if (!this.announce(slot, from)) return;
    }
    this.established(slot, from);
    this.finish(slot);
  }

  /** False for a packet of the client that the server would drop before it looks at the handshake (RFC 9293 §3.10.7.4, SYN-RECEIVED). */
  private isPlausible(slot: number, from: number): boolean {
    const { segment, window, statistics } = this;
    const flags = this.flags(slot);
    if (stateOf(flags) !== ConnectionState.ANSWERED || from !== clientSide(flags)) return true;
    if (!window.accepts(slot, from, segment)) statistics.tcpOutOfWindow++;
    else if (window.isStale(slot, from, segment)) statistics.tcpStaleTimestamp++;
    else return true;
    return false;
  }

  /** A SYN for a connection that is known: a repetition, a step of the handshake, or a new connection between the same endpoints. */
  private receiveSyn(slot: number, from: number): void {
    const { segment, handshake } = this;
    const state = this.state(slot);
    const opening = handshake.isOpeningSyn(segment);
    if (state === ConnectionState.OPENING || state === ConnectionState.ANSWERED) {
      handshake.syn(slot, from, segment);
      if (segment.has(TcpFlag.ACK)) this.noteAround((slot << 1) | from);
    } else if (opening && (this.isForgotten(state) || !handshake.isRepetition(slot, from, segment))) {
      if (state === ConnectionState.ESTABLISHED) {
        if (this.isBusy(slot)) {
          this.statistics.tcpUnfollowed++;
          return;
        }
        this.end(slot, "TIMED_OUT", "reused");
      }
      this.remove(slot);
      this.find();
      this.unknown();
    } else if (state === ConnectionState.ESTABLISHED && segment.has(TcpFlag.ACK)) {
      handshake.lateAnswer(slot, from, segment);
      this.noteAround((slot << 1) | from);
    }
  }

  /** True for what is still in the table, but need not be remembered: without pick-up, nothing of it would be announced again. */
  private isForgotten(state: ConnectionState): boolean {
    const { lingerMs, midstream } = this.params;
    return (state === ConnectionState.ENDED && lingerMs === 0) || (state === ConnectionState.IGNORED && !midstream);
  }

  /** True while an established connection may not be replaced by another one between the same endpoints. */
  private isBusy(slot: number): boolean {
    if (this.reuseSeconds === 0) return false;
    const lastSeen = this.flows.flows[slot * FLOW_INTS + LAST_SEEN] as number;
    return ((this.packet.clock - lastSeen) | 0) <= this.reuseSeconds;
  }

  /** Offers a new stream to the callbacks; what was held of it follows. False when nobody wants it. */
  private announce(slot: number, from: number): boolean {
    this.resets.announced(slot, from, this.link.linkType);
    if (!this.notifier.established(slot)) {
      this.reassembler.release(slot);
      this.resets.ended(slot);
      return false;
    }
    this.reassembler.resume(slot);
    return true;
  }

  private established(slot: number, from: number): void {
    const { segment, flows, reassembler, window, closing } = this;
    const at = slot * FLOW_INTS;
    const hasData = segment.length + segment.cut > 0 || segment.has(TcpFlag.FIN);
    if ((this.flags(slot) & (KNOWN_0 << from)) === 0 && hasData) this.learn(slot, from);
    const known = (this.flags(slot) & (KNOWN_0 << from)) !== 0;
    if (known && !window.accepts(slot, from, segment)) {
      this.statistics.tcpOutOfWindow++;
      return;
    }
    if (segment.has(TcpFlag.RST)) {
      // A host that did not agree on signatures drops a signed segment (RFC 2385 §2.0); no one agreed here if data is not signed.
      if (segment.isSigned && (this.flags(slot) & SIGNED) === 0) this.alerts.raise("tcp-unexpected-signature", true);
      else this.end(slot, "RESET", "rst");
      return;
    }
    if (window.isStale(slot, from, segment)) {
      this.statistics.tcpStaleTimestamp++;
      return;
    }
    if (segment.has(TcpFlag.ACK)) {
      flows.flows[at + ACK + from] = later(flows.flows[at + ACK + from] as number, segment.ack);
      closing.acknowledged(slot, 1 - from);
      if (closing.isComplete(slot)) return;
    }
    if (hasData && reassembler.take(slot, from, segment)) window.noteTimestamp(slot, from, segment);
    window.note(slot, from, segment);
    closing.confirm(slot, from);
  }

  /** Settles a connection after a packet or a review: holes, the end, what is no longer needed. */
  private finish(slot: number): void {
    const state = this.state(slot);
    if (state === ConnectionState.ESTABLISHED) {
      if ((this.flags(slot) & anyBacklog) !== 0) {
        this.reassembler.review(slot, 0);
        this.reassembler.review(slot, 1);
        this.closing.confirm(slot, 0);
        this.closing.confirm(slot, 1);
        this.closing.review(slot);
      }
      if (this.closing.isComplete(slot)) this.end(slot, "CLOSE", "fin");
      else this.setFlags(slot, this.withAttention(slot));
    }
    if (this.state(slot) === ConnectionState.IGNORED && (this.flags(slot) & anyBacklog) !== 0) {
      this.reassembler.release(slot);
    }
  }

  /** The first segment seen of a side says where its stream begins for us. */
  private learn(slot: number, from: number): void {
    const at = slot * FLOW_INTS;
    this.flows.flows[at + NEXT + from] = this.segment.sequence;
    this.flows.flows[at + ACK + 1 - from] = this.segment.sequence;
    this.setFlags(slot, this.flags(slot) | (KNOWN_0 << from));
    this.noteAround((slot << 1) | from);
  }

  /** What is around the packet in hand is what resets from this side will be sent in; `found` is slot * 2 + side. */
  private noteAround(found: number): void {
    this.resets.seen(found >> 1, found & 1, this.link.linkType);
  }

  /** A stream ends: what waits is delivered as far as that is wanted, then its listeners are told, once. */
  private end(slot: number, state: TerminalState, reason: EndReason): void {
    this.reassembler.flush(slot);
    this.closing.confirm(slot, 0);
    this.closing.confirm(slot, 1);
    const closed = this.closing.isComplete(slot);
    const count = closed
      ? "closed"
      : ({ CLOSE: "closed", RESET: "reset", TIMED_OUT: "timedOut", EXITING: "exiting" } as const)[state];
    if (this.notifier.streamAt(slot) !== undefined) this.statistics[count]++;
    this.notifier.end(slot, closed ? "CLOSE" : state, closed ? "fin" : reason);
    this.reassembler.release(slot);
    this.resets.ended(slot);
    this.setFlags(slot, withState(this.flags(slot), ConnectionState.ENDED));
  }

  private remove(slot: number): void {
    this.reassembler.release(slot);
    this.resets.forget(slot);
    this.flows.remove(slot);
  }

  /** The flags, so that the next packet takes the long way where it has to. */
  private withAttention(slot: number): number {
    const flags = this.flags(slot);
    return this.resets.isAnswering(slot) ? flags | ATTENTION : refreshAttention(flags);
  }

  private seen(slot: number): void {
    this.flows.flows[slot * FLOW_INTS + LAST_SEEN] = this.packet.clock;
  }

  private state(slot: number): ConnectionState {
    return stateOf(this.flags(slot));
  }

  private flags(slot: number): number {
    return this.flows.flows[slot * FLOW_INTS + FLAGS] as number;
  }

  private setFlags(slot: number, flags: number): void {
    this.flows.flows[slot * FLOW_INTS + FLAGS] = flags;
  }
}
