// The short way of a TCP segment: the next one of an established connection in which nothing is unusual, inside an open
// window. Nearly all segments are such. It touches one cache line of the flow, allocates nothing and copies nothing.
// For those in the express lane's window the kernel does the same (kernel/in-order.ts, called from advance.ts).

import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { Statistics } from "../stats.js";
import {
  anyBacklog,
  ATTENTION,
  BACKLOG_0,
  ConnectionState,
  SCALE_SHIFT_0,
  STATE_MASK,
  TIMESTAMPS,
} from "./flow-flags.js";
import {
  ACK,
  COUNT,
  DETAIL_INTS,
  FLAGS,
  FLOW_DOUBLES,
  FLOW_INTS,
  LAST_SEEN,
  NEXT,
  TSVAL,
  WINDOW,
} from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";
import type { Waiting } from "./waiting.js";
import { largestWindow } from "./window.js";

/**
 * What the first bytes of the options are in nearly every segment with timestamps: NOP, NOP, kind 8, length 10 (RFC
 * 7323 appendix A).
 */
const usualTimestampOption = 0x0101080a;

/**
 * What became of a segment: it is still to be taken; it was, and nobody is told; it was, and its bytes are to be
 * delivered; so they are, and then what waited behind them.
 */
export const Taken = { NO: 0, SILENTLY: 1, DELIVER: 2, FILL: 3 } as const;
export type Taken = (typeof Taken)[keyof typeof Taken];

/** Of the flags, what has to be that of an established connection, and nothing else. */
const needed = STATE_MASK | ATTENTION;
/** And of an ignored one: what waits behind its holes is still to be given back. */
const nothingHeld = STATE_MASK | anyBacklog;

export class InOrder {
  /** False where connections are not followed, or the parameters ask for the whole window test of every segment (window.ts). */
  readonly usable: boolean;
  private readonly packet: Packet;
  private readonly view: DataView<ArrayBuffer>;
  private readonly flows: FlowTable;
  private readonly statistics: Statistics;
  private readonly waiting: Waiting;

  constructor(packet: Packet, flows: FlowTable, params: NidsParams, statistics: Statistics, waiting: Waiting) {
    this.usable = params.followTcp && !params.believeUnseenAcks;
    this.packet = packet;
    this.view = packet.view;
    this.flows = flows;
    this.statistics = statistics;
    this.waiting = waiting;
  }

  /**
   * Takes a segment with an ACK and no other flag that decides, whose checksum is right and of which all was captured,
   * if it is the expected one, or of a connection nobody listens to.
   */
  take(
    found: number,
    transport: number,
    payload: number,
    length: number,
    sequence: number,
    ack: number,
    window: number,
  ): Taken {
    const { flows } = this;
    const fields = flows.flows;
    const from = found & 1;
    // Fields of two: this side's lie at `own`, the other side's at `other`.
    const slot = found >> 1;
    const own = slot * FLOW_INTS + from;
    const other = own + 1 - 2 * from;
    const flags = fields[own - from + FLAGS] as number;
    if (
      (flags & needed) !== ConnectionState.ESTABLISHED ||
      sequence !== fields[own + NEXT] ||
      ((fields[other + NEXT] as number) - ack) >>> 0 > largestWindow || // beyond what was sent, or out of this world
      (length !== 0 && fields[other + WINDOW] === 0) ||
      ((flags & anyBacklog) !== 0 && this.meetsBacklog(flags, slot, from, sequence, length)) ||
      ((flags & TIMESTAMPS) !== 0 &&
        !this.timestampPasses(slot * DETAIL_INTS + from + TSVAL, transport, payload, length))
    ) {
      return this.passBy(own - from, flags);
    }
    fields[own - from + LAST_SEEN] = this.packet.clock;
    // The later of two numbers without a branch: it would be guessed wrong whenever the other side had something to say.
    const acknowledged = fields[own + ACK] as number;
    const ahead = (ack - acknowledged) | 0;
    fields[own + ACK] = (acknowledged + (ahead & ~(ahead >> 31))) | 0;
    fields[own + WINDOW] = window << ((flags >>> (SCALE_SHIFT_0 + (from << 2))) & 0xf);
    if (length === 0) return Taken.SILENTLY;
    const next = (sequence + length) | 0;
    fields[own + NEXT] = next;
    const count = slot * FLOW_DOUBLES + COUNT + from;
    flows.counts[count] = (flows.counts[count] as number) + length;
    const fills = (flags & (BACKLOG_0 << from)) !== 0 && this.waiting.isReached(slot, from, next);
    return fills ? Taken.FILL : Taken.DELIVER;
  }

  /**
   * What waits in a connection is none of the segment's business where the segment does not reach into it, and no hole in
   * front of it was acknowledged: then no hole is to be given up by this packet (Holes.review). That the segment itself
   * acknowledges no hole has been made sure of.
   */
  private meetsBacklog(flags: number, slot: number, from: number, sequence: number, length: number): boolean {
    const fields = this.flows.flows;
    const own = slot * FLOW_INTS + from;
    const other = own + 1 - 2 * from;
    const hasOwn = length !== 0 && (flags & (BACKLOG_0 << from)) !== 0;
    return (
      (hasOwn && !this.waiting.isClear(slot, from, (sequence + length) | 0)) ||
      (((fields[other + ACK] as number) - (fields[own + NEXT] as number)) | 0) > 0 ||
      (((fields[own + ACK] as number) - (fields[other + NEXT] as number)) | 0) > 0
    );
  }

  /** Where nobody listens, all there is to know is that the connection is alive. */
  private passBy(at: number, flags: number): Taken {
    if ((flags & nothingHeld) !== ConnectionState.IGNORED) return Taken.NO;
    this.flows.flows[at + LAST_SEEN] = this.packet.clock;
    this.statistics.tcpUnfollowed++;
    return Taken.SILENTLY;
  }

  /** Timestamps in their usual place are compared right here; others take the long way. Notes the newest. */
  private timestampPasses(newest: number, transport: number, payload: number, length: number): boolean {
    const { view } = this;
    if (payload < transport + 32 || view.getInt32(transport + 20) !== usualTimestampOption) return false;
    const value = view.getInt32(transport + 24);
    const { details } = this.flows;
    const ahead = (value - (details[newest] as number)) | 0;
    if (ahead > 0 && length > 0) details[newest] = value;
    return ahead >= 0;
  }
}
