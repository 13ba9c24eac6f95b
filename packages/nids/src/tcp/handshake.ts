// How connections begin (RFC 9293 §3.5), including the ways a monitor sees them that the hosts do not: the SYN or its
// answer was not captured, or the capture began later.
//
//   nothing ──SYN──────► OPENING ──SYN,ACK──► ANSWERED ──ACK of the client──► ESTABLISHED      origin "handshake"
//   nothing ──SYN,ACK──► ANSWERED                                                              origin "syn-ack"
//   OPENING ──anything that fits, but no SYN,ACK──► ESTABLISHED                                origin "syn"
//   nothing ──anything else──► GLIMPSED ──data──► ESTABLISHED                                  origin "first-packet"
//
// The last three only with the parameter `midstream`. In the express lane's window the kernel takes the three packets
// of a handshake where they are plain (kernel/opening.ts); all else comes here.

import type { AlertSink } from "../alerts/alert-sink.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import { FirstFlight } from "./first-flight.js";
import {
  CLIENT_IS_SIDE_1,
  clientSide,
  ConnectionState,
  KNOWN_0,
  MIDSTREAM,
  refreshAttention,
  SCALE_SHIFT_0,
  SCALE_UNKNOWN,
  SCALED,
  SIGNED,
  stateOf,
  SYN_ACK_SEEN,
  SYN_SEEN,
  TIMESTAMPS,
  withState,
} from "./flow-flags.js";
import { ACK, DETAIL_INTS, FLOW_INTS, ISN, LAST_SEEN, NEXT, TSVAL, WINDOW } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";
import type { Reassembler } from "./reassembler.js";
import { TcpFlag } from "./segment.js";
import type { Segment } from "./segment.js";
import { advance, distance } from "./sequence.js";
import type { Waiting } from "./waiting.js";

export class Handshake {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly firstFlight: FirstFlight;
  private readonly reassembler: Reassembler;
  private readonly waiting: Waiting;
  private readonly params: NidsParams;
  private readonly alerts: AlertSink;

  constructor(
    packet: Packet,
    flows: FlowTable,
    reassembler: Reassembler,
    waiting: Waiting,
    params: NidsParams,
    alerts: AlertSink,
  ) {
    this.packet = packet;
    this.flows = flows;
    this.firstFlight = new FirstFlight(flows);
    this.reassembler = reassembler;
    this.waiting = waiting;
    this.params = params;
    this.alerts = alerts;
  }

  /** True when a packet of an unknown connection begins one. */
  begins(segment: Segment): boolean {
    if (segment.has(TcpFlag.RST)) return false;
    return this.isOpeningSyn(segment) || this.params.midstream;
  }

  /** A SYN without ACK or RST. */
  isOpeningSyn(segment: Segment): boolean {
    return (segment.flags & (TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST)) === TcpFlag.SYN;
  }

  /** True for a SYN that has been seen before, in a connection that has gone on. */
  isRepetition(slot: number, from: number, segment: Segment): boolean {
    const known = (this.flows.flagsOf(slot) & (SYN_SEEN | SYN_ACK_SEEN)) !== 0;
    return known && this.flows.details[slot * DETAIL_INTS + ISN + from] === segment.sequence;
  }

  /** Makes the connection such a packet begins. The flow table has room. */
  begin(segment: Segment): void {
    if (this.isOpeningSyn(segment)) this.open(segment);
    else if (segment.has(TcpFlag.SYN)) this.openByAnswer(segment);
    else this.glimpse();
  }

  /** A SYN of either side in a connection that is not established. */
  syn(slot: number, from: number, segment: Segment): void {
    const flags = this.flows.flagsOf(slot);
    const client = clientSide(flags);
    if (from === client) {
      if (this.isOpeningSyn(segment)) this.repeatOpening(slot, segment);
    } else if (stateOf(flags) === ConnectionState.OPENING && segment.has(TcpFlag.ACK)) {
      this.answer(slot, client, segment);
    }
  }

  /** A SYN,ACK of the server that comes after the connection was taken for established. */
  lateAnswer(slot: number, from: number, segment: Segment): void {
    const flags = this.flows.flagsOf(slot);
    if (from === clientSide(flags) || (flags & (KNOWN_0 << from)) !== 0) return;
    this.flows.details[slot * DETAIL_INTS + ISN + from] = segment.sequence;
    this.know(slot, from, advance(segment.sequence, 1));
    this.flows.setFlags(slot, refreshAttention(this.flows.flagsOf(slot) | SYN_ACK_SEEN));
  }

  /**
   * Any other packet of a connection that is not established. True when it establishes the connection and is then to be
   * treated like any packet of an established one.
   */
  completes(slot: number, from: number, segment: Segment): boolean {
    switch (stateOf(this.flows.flagsOf(slot))) {
      case ConnectionState.OPENING:
        return this.completesWithoutAnswer(slot, from, segment);
      case ConnectionState.ANSWERED:
        return this.completesAnswered(slot, from, segment);
      default:
        return this.completesGlimpsed(slot, segment);
    }
  }

  /** True when a RST ends a connection that is not established (RFC 9293 §3.10.7.3, §3.10.7.4 for SYN-SENT and SYN-RECEIVED). */
  resetBy(slot: number, from: number, segment: Segment): boolean {
    const flags = this.flows.flagsOf(slot);
    const client = clientSide(flags);
    if (from !== client && stateOf(flags) === ConnectionState.OPENING) {
      return segment.has(TcpFlag.ACK) && segment.ack === this.flows.next(slot, client);
    }
    return stateOf(flags) === ConnectionState.GLIMPSED || segment.sequence === this.flows.next(slot, from);
  }

  private open(segment: Segment): void {
    const found = this.flows.insert(this.packet, ConnectionState.OPENING | SYN_SEEN);
    const slot = found >> 1;
    const client = found & 1;
    if (client === 1) this.flows.setFlags(slot, this.flows.flagsOf(slot) | CLIENT_IS_SIDE_1);
    this.noteOpening(slot, segment);
  }

  /** What a SYN says: the sequence number, what the client offers, and data if it carries any (RFC 7413). */
  private noteOpening(slot: number, segment: Segment): void {
    const { flows, details } = this.flows;
    const detail = slot * DETAIL_INTS;
    const client = clientSide(this.flows.flagsOf(slot));
    details[detail + ISN + client] = segment.sequence;
    this.know(slot, client, advance(segment.sequence, 1));
    const { windowShift, timestampAt } = segment;
    flows[slot * FLOW_INTS + WINDOW + client] = segment.window;
    this.flows.noteSynWindow(slot, client, segment.window);
    let flags = this.flows.flagsOf(slot) & ~(SCALED | TIMESTAMPS | (0xff << SCALE_SHIFT_0));
    if (windowShift >= 0) flags |= SCALED | (windowShift << (SCALE_SHIFT_0 + client * 4));
    if (timestampAt !== 0) {
      flags |= TIMESTAMPS;
      details[detail + TSVAL + client] = this.packet.view.getInt32(timestampAt);
    }
    if (segment.isSigned) flags |= SIGNED;
    this.flows.setFlags(slot, flags);
    if (segment.length > 0) this.holdPayload(slot, client, segment);
  }

  private openByAnswer(segment: Segment): void {
    const found = this.flows.insert(this.packet, ConnectionState.OPENING | MIDSTREAM);
    const slot = found >> 1;
    const client = 1 - (found & 1);
    if (client === 1) this.flows.setFlags(slot, this.flows.flagsOf(slot) | CLIENT_IS_SIDE_1);
    this.flows.details[slot * DETAIL_INTS + ISN + client] = advance(segment.ack, -1);
    this.know(slot, client, segment.ack);
    this.flows.setFlags(slot, this.flows.flagsOf(slot) | SCALE_UNKNOWN);
    this.answer(slot, client, segment);
  }

  /** A SYN again: the same one is a retransmission, another one begins anew. */
  private repeatOpening(slot: number, segment: Segment): void {
    const flags = this.flows.flagsOf(slot);
    const client = clientSide(flags);
    if (this.flows.details[slot * DETAIL_INTS + ISN + client] === segment.sequence) {
      // Its answer came first (a late tap): now the beginning is complete.
      if ((flags & SYN_SEEN) === 0) this.flows.setFlags(slot, (flags | SYN_SEEN) & ~MIDSTREAM);
      return;
    }
    this.waiting.release(slot);
    this.flows.setFlags(slot, (flags & CLIENT_IS_SIDE_1) | ConnectionState.OPENING | SYN_SEEN);
    this.flows.restart(slot, this.packet);
    this.noteOpening(slot, segment);
  }

  /** The first SYN,ACK that acknowledges the SYN, with or without the data it carried. */
  private answer(slot: number, client: number, segment: Segment): void {
    const server = 1 - client;
    const { flows, details } = this.flows;
    const at = slot * FLOW_INTS;
    const next = this.flows.next(slot, client);
    const beyond = distance(next, segment.ack);
    if (beyond < 0 || beyond > distance(next, this.waiting.furthest(slot, client))) {
      this.alerts.raise("tcp-bad-handshake", true, "SYN,ACK");
      return;
    }
    // A server that does not acknowledge the SYN's data has not read it (RFC 7413 §3.1): the client will send it again.
    if (beyond === 0) this.waiting.release(slot);
    details[slot * DETAIL_INTS + ISN + server] = segment.sequence;
    this.know(slot, server, advance(segment.sequence, 1));
    flows[at + ACK + server] = segment.ack;
    flows[at + LAST_SEEN] = this.packet.clock; // nobody but the server can answer: the attempt is alive
    // Options count only when both sides offered them (RFC 7323 §2.2, §3.2).
    const { windowShift, timestampAt } = segment;
    let flags = this.flows.flagsOf(slot);
    if (windowShift < 0) flags &= ~(SCALED | (0xff << SCALE_SHIFT_0));
    else if ((flags & SCALED) !== 0) flags |= windowShift << (SCALE_SHIFT_0 + server * 4);
    if (segment.isSigned) flags |= SIGNED;
    if (timestampAt === 0) flags &= ~TIMESTAMPS;
    else if ((flags & TIMESTAMPS) !== 0)
      details[slot * DETAIL_INTS + TSVAL + server] = this.packet.view.getInt32(timestampAt);
    // The window in a SYN is never scaled (RFC 7323 §2.2).
    flows[at + WINDOW + server] = segment.window;
    this.flows.noteSynWindow(slot, server, segment.window);
    this.flows.setFlags(slot, withState(flags, ConnectionState.ANSWERED) | SYN_ACK_SEEN);
    if (segment.length > 0) this.holdPayload(slot, server, segment);
  }

  /** The client's acknowledgment of the SYN,ACK, or of data of the server that came before it. */
  private completesAnswered(slot: number, from: number, segment: Segment): boolean {
    const flags = this.flows.flagsOf(slot);
    const client = clientSide(flags);
    if (from !== client) return this.completesByServer(slot, from, segment);
    const server = 1 - client;
    const beyond = distance(this.flows.next(slot, server), segment.ack);
    const known = distance(this.flows.next(slot, server), this.waiting.furthest(slot, server));
    if (segment.has(TcpFlag.ACK) && beyond >= 0 && beyond <= known) return this.establish(slot);
    this.alerts.raise("tcp-bad-handshake", true, "third packet");
    return false;
  }

  /**
   * The server goes on before the client's acknowledgment is seen. What it sends is kept until then, unless it shows
   * that there was one: it acknowledges more than the SYN, or is more than a server sends without.
   */
  private completesByServer(slot: number, from: number, segment: Segment): boolean {
    const client = 1 - from;
    const { firstFlight } = this;
    if (!firstFlight.isAcknowledged(slot, client, segment) || firstFlight.isBehind(slot, from, segment)) {
      this.alerts.raise("tcp-bad-handshake", true, "before the third packet");
      return false;
    }
    const { midstream } = this.params;
    if (midstream && segment.ack !== this.flows.next(slot, client)) return this.establish(slot);
    if (segment.length === 0 && !segment.has(TcpFlag.FIN)) return false;
    if (!firstFlight.isBeyond(slot, from, segment) && this.reassembler.hold(slot, from, segment)) return false;
    if (midstream) return this.establish(slot);
    this.alerts.raise("tcp-queue-limit", true, "before the third packet");
    return false;
  }

  /** The SYN,ACK was not captured: what acknowledges the SYN, or goes on where it ended, shows that there was one. */
  private completesWithoutAnswer(slot: number, from: number, segment: Segment): boolean {
    const client = clientSide(this.flows.flagsOf(slot));
    if (!this.params.midstream || !segment.has(TcpFlag.ACK)) return false;
    const fits =
      from === client
        ? segment.sequence === this.flows.next(slot, client)
        : this.firstFlight.isAcknowledged(slot, client, segment);
    if (!fits) return false;
    // What the server offered is not known, and so not what counts: neither scales nor timestamps.
    const offered = SCALED | (0xff << SCALE_SHIFT_0) | TIMESTAMPS;
    this.flows.setFlags(slot, (this.flows.flagsOf(slot) & ~offered) | MIDSTREAM | SCALE_UNKNOWN);
    return this.establish(slot);
  }

  private glimpse(): void {
    const found = this.flows.insert(this.packet, ConnectionState.GLIMPSED | MIDSTREAM | SCALE_UNKNOWN);
    const slot = found >> 1;
    if ((found & 1) === 1) this.flows.setFlags(slot, this.flows.flagsOf(slot) | CLIENT_IS_SIDE_1);
  }

  private completesGlimpsed(slot: number, segment: Segment): boolean {
    return segment.length + segment.cut > 0 && this.establish(slot);
  }

  private establish(slot: number): true {
    this.flows.setFlags(slot, refreshAttention(withState(this.flows.flagsOf(slot), ConnectionState.ESTABLISHED)));
    return true;
  }

  private holdPayload(slot: number, from: number, segment: Segment): void {
    segment.sequence = advance(segment.sequence, 1); // the SYN itself takes one
    this.reassembler.hold(slot, from, segment);
  }

  private know(slot: number, side: number, next: number): void {
    this.flows.flows[slot * FLOW_INTS + NEXT + side] = next;
    this.flows.flows[slot * FLOW_INTS + ACK + 1 - side] = next;
    this.flows.setFlags(slot, this.flows.flagsOf(slot) | (KNOWN_0 << side));
  }
}
