// The short way of a TCP segment: the next one of an established connection in which nothing is unusual, inside an open window. Nearly
// all segments are such. It touches one cache line of the flow, allocates nothing and copies nothing.

import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params.js";
import { ATTENTION, COLLECTED_0, ConnectionState, SCALE_SHIFT_0, STATE_MASK, TIMESTAMPS } from "./connection.js";
import { ACK, COUNT, FLAGS, FLOW_DOUBLES, FLOW_INTS, LAST_SEEN, NEXT, TSVAL, WINDOW } from "./flow-table.js";
import type { FlowTable } from "./flow-table.js";

/** What the first bytes of the options are in nearly every segment with timestamps: NOP, NOP, kind 8, length 10 (RFC 7323 appendix A). */
const usualTimestampOption = 0x0101080a;

export class InOrder {
  /** False where the parameters ask for the whole window test of every segment (window.ts). */
  readonly usable: boolean;
  private readonly packet: Packet;
  private readonly view: DataView<ArrayBuffer>;
  private readonly flows: FlowTable;
  private readonly notifier: TcpNotifier;

  constructor(packet: Packet, flows: FlowTable, notifier: TcpNotifier, params: NidsParams) {
    this.usable = !params.believeUnseenAcks;
    this.packet = packet;
    this.view = packet.view;
    this.flows = flows;
    this.notifier = notifier;
  }

  /**
   * Takes a segment with an ACK and no other flag that decides, whose checksum is right and of which all was captured, if it is
   * the expected one. False for any other, which is then still to be taken.
   */
  take(
    found: number,
    transport: number,
    payload: number,
    length: number,
    sequence: number,
    ack: number,
    window: number,
  ): boolean {
    const { flows } = this;
    const fields = flows.flows;
    const at = (found >> 1) * FLOW_INTS;
    const from = found & 1;
    const flags = fields[at + FLAGS] as number;
    if (
      (flags & (STATE_MASK | ATTENTION)) !== ConnectionState.ESTABLISHED ||
      sequence !== fields[at + NEXT + from] ||
      ((ack - (fields[at + NEXT + 1 - from] as number)) | 0) > 0 ||
      (length !== 0 && fields[at + WINDOW + 1 - from] === 0) ||
      ((flags & TIMESTAMPS) !== 0 && !this.timestampPasses(at + TSVAL + from, transport, payload, length))
    ) {
      return false;
    }
    fields[at + LAST_SEEN] = this.packet.clock;
    // The later of two numbers without a branch: it would be guessed wrong whenever the other side had something to say.
    const acknowledged = fields[at + ACK + from] as number;
    const ahead = (ack - acknowledged) | 0;
    fields[at + ACK + from] = acknowledged + (ahead & ~(ahead >> 31));
    fields[at + WINDOW + from] = window << ((flags >>> (SCALE_SHIFT_0 + (from << 2))) & 0xf);
    if (length === 0) return true;
    fields[at + NEXT + from] = sequence + length;
    const count = (found >> 1) * FLOW_DOUBLES + COUNT + from;
    flows.counts[count] = (flows.counts[count] as number) + length;
    if ((flags & (COLLECTED_0 << from)) !== 0) this.notifier.data(found >> 1, from, this.packet.bytes, payload, length);
    else this.notifier.unwanted(found >> 1, from);
    return true;
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
