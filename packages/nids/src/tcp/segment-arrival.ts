// A segment arrives that does not take the short way (RFC 9293 §3.10.7, seen from outside): what it does to the
// connection it is of, if there is one, or whether it begins one.
//
//   of no connection ──► begins one, or is passed over
//   SYN              ──► repeated, a step of the handshake, or a new connection between the same endpoints
//   half open        ──► completes the handshake?
//   established      ──► window ─► RST ─► timestamp ─► ACK ─► data, FIN

import type { AlertSink } from "../alerts/alert-sink.js";
import type { ResetSender } from "../kill/reset-sender.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { Statistics } from "../stats.js";
import type { Closing } from "./closing.js";
import type { Connections } from "./connections.js";
import { clientSide, ConnectionState, KNOWN_0, SIGNED, stateOf } from "./flow-flags.js";
import { ACK, FLOW_INTS, LAST_SEEN, NEXT } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";
import { Handshake } from "./handshake.js";
import type { Reassembler } from "./reassembler.js";
import { TcpFlag } from "./segment.js";
import type { Segment } from "./segment.js";
import type { Waiting } from "./waiting.js";
import { WindowTest } from "./window.js";

/** What arriving segments are handled with. */
export interface ArrivalParts {
  readonly packet: Packet;
  readonly flows: FlowTable;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly alerts: AlertSink;
  readonly resets: ResetSender;
  readonly segment: Segment;
  readonly reassembler: Reassembler;
  readonly waiting: Waiting;
  readonly closing: Closing;
  readonly connections: Connections;
}

export class SegmentArrival {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly resets: ResetSender;
  private readonly segment: Segment;
  private readonly reassembler: Reassembler;
  private readonly closing: Closing;
  private readonly connections: Connections;
  private readonly handshake: Handshake;
  private readonly window: WindowTest;
  private readonly reuseSeconds: number;

  constructor(parts: ArrivalParts) {
    const { packet, flows, params, reassembler, alerts } = parts;
    this.packet = packet;
    this.flows = flows;
    this.params = params;
    this.statistics = parts.statistics;
    this.alerts = alerts;
    this.resets = parts.resets;
    this.segment = parts.segment;
    this.reassembler = reassembler;
    this.closing = parts.closing;
    this.connections = parts.connections;
    this.handshake = new Handshake(packet, flows, reassembler, parts.waiting, params, alerts);
    this.window = new WindowTest(packet, flows, params);
    this.reuseSeconds = Math.ceil(params.tupleReuseMs / 1000);
  }

  /** A packet of a connection that is not in the table; `find` has just said so. */
  unknown(): void {
    const { segment } = this;
    if (!this.handshake.begins(segment)) {
      this.statistics.tcpUnfollowed++;
      return;
    }
    if (this.flows.full) {
      this.connections.makeRoom();
      this.flows.lookUp(this.packet);
    }
    this.handshake.begin(segment);
    if (segment.has(TcpFlag.SYN) && segment.has(TcpFlag.ACK) && this.resets.keeps)
      this.noteAround(this.flows.lookUp(this.packet));
    if (segment.has(TcpFlag.SYN) || segment.length === 0) return;
    const found = this.flows.lookUp(this.packet);
    this.known(found >> 1, found & 1);
  }

  /** A packet of a flow in the table. */
  known(slot: number, from: number): void {
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
        if (this.resets.heard(slot, from, segment)) this.seen(slot);
        this.connections.settle(slot);
        return;
      case ConnectionState.ESTABLISHED:
        if (this.resets.heard(slot, from, segment)) this.seen(slot);
        break;
      default:
        if (segment.has(TcpFlag.RST)) {
          if (this.handshake.resetBy(slot, from, segment)) this.connections.remove(slot);
          return;
        }
        if (!this.isPlausible(slot, from) || !this.handshake.completes(slot, from, segment)) return;
        this.seen(slot);
        if (!this.connections.announce(slot, from)) return;
    }
    this.established(slot, from);
    this.connections.settle(slot);
  }

  /**
   * False for a packet of the client that the server would drop before it looks at the handshake (RFC 9293
   * §3.10.7.4, SYN-RECEIVED).
   */
  private isPlausible(slot: number, from: number): boolean {
    const { segment, window, statistics } = this;
    const flags = this.flows.flagsOf(slot);
    if (stateOf(flags) !== ConnectionState.ANSWERED || from !== clientSide(flags)) return true;
    if (!window.accepts(slot, from, segment)) statistics.tcpOutOfWindow++;
    else if (window.isStale(slot, from, segment)) statistics.tcpStaleTimestamp++;
    else return true;
    return false;
  }

  /**
   * A SYN for a connection that is known: a repetition, a step of the handshake, or a new connection between the
   * same endpoints.
   */
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
        this.connections.end(slot, "TIMED_OUT", "reused");
      }
      this.connections.remove(slot);
      this.flows.lookUp(this.packet);
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

  private established(slot: number, from: number): void {
    const { segment, reassembler, window, closing } = this;
    const hasData = segment.length + segment.cut > 0 || segment.has(TcpFlag.FIN);
    if ((this.flows.flagsOf(slot) & (KNOWN_0 << from)) === 0 && hasData) this.learn(slot, from);
    const known = (this.flows.flagsOf(slot) & (KNOWN_0 << from)) !== 0;
    if (known && !window.accepts(slot, from, segment)) {
      this.statistics.tcpOutOfWindow++;
      return;
    }
    if (segment.has(TcpFlag.RST)) {
      // A host that did not agree on signatures drops a signed segment (RFC 2385 §2.0); no one agreed here if
      // data is not signed.
      if (segment.isSigned && (this.flows.flagsOf(slot) & SIGNED) === 0)
        this.alerts.raise("tcp-unexpected-signature", true);
      else this.connections.end(slot, "RESET", "rst");
      return;
    }
    if (window.isStale(slot, from, segment)) {
      this.statistics.tcpStaleTimestamp++;
      return;
    }
    if (segment.has(TcpFlag.ACK)) {
      window.acknowledge(slot, from, segment);
      closing.acknowledged(slot, 1 - from);
      if (closing.isComplete(slot)) return;
    }
    // First, as on the short way: callbacks see the window of the segment that brings them its bytes.
    window.note(slot, from, segment);
    if (hasData && reassembler.take(slot, from, segment)) window.noteTimestamp(slot, from, segment);
    closing.confirm(slot, from);
  }

  /** The first segment seen of a side says where its stream begins for us. */
  private learn(slot: number, from: number): void {
    const at = slot * FLOW_INTS;
    this.flows.flows[at + NEXT + from] = this.segment.sequence;
    this.flows.flows[at + ACK + 1 - from] = this.segment.sequence;
    this.flows.setFlags(slot, this.flows.flagsOf(slot) | (KNOWN_0 << from));
    this.noteAround((slot << 1) | from);
  }

  /** What is around the packet in hand is what resets from this side will be sent in; `found` is slot * 2 + side. */
  private noteAround(found: number): void {
    this.resets.seen(found >> 1, found & 1);
  }

  private seen(slot: number): void {
    this.flows.flows[slot * FLOW_INTS + LAST_SEEN] = this.packet.clock;
  }

  private state(slot: number): ConnectionState {
    return stateOf(this.flows.flagsOf(slot));
  }
}
