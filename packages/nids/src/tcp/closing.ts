// How a connection ends (RFC 9293 §3.6): each side sends a FIN, and is done when it is acknowledged.
//
//   client  ──FIN──►            FIN_0          reached in order (reassembler.ts)
//           ◄──ACK── server     FIN_ACKED_0    the acknowledgment covers it
//
// When both sides are done the stream ends as CLOSE. Where one has finished and the FIN of the other waits for bytes
// that never come, that cannot be; `stuckCloseTimeoutMs` says how long it may last. In the express lane's window the
// kernel does the same for connections in which nothing waits (kernel/closing.ts).

import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import { FIN_0, FIN_ACKED_0 } from "./flow-flags.js";
import { ACK, FLAGS, FLOW_INTS, NEXT } from "./flow-record.js";
import type { FlowTable } from "./flow-table.js";
import { distance } from "./sequence.js";
import type { Waiting } from "./waiting.js";

const bothFinsAcked = FIN_ACKED_0 | (FIN_ACKED_0 << 1);

export class Closing {
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly waiting: Waiting;
  private readonly params: NidsParams;

  constructor(packet: Packet, flows: FlowTable, waiting: Waiting, params: NidsParams) {
    this.packet = packet;
    this.flows = flows;
    this.waiting = waiting;
    this.params = params;
  }

  /** True when both sides are done. */
  isComplete(slot: number): boolean {
    return (this.flows.flagsOf(slot) & bothFinsAcked) === bothFinsAcked;
  }

  /** A segment of the other side with an ACK was taken; its number is noted. */
  acknowledged(slot: number, from: number): void {
    if (this.params.anyAckConfirmsFin) this.confirmed(slot, from);
    else this.confirm(slot, from);
  }

  /** A side may have reached a FIN that was acknowledged before: a FIN is confirmed only by a number that covers it. */
  confirm(slot: number, from: number): void {
    const { flows } = this.flows;
    const at = slot * FLOW_INTS;
    if (((flows[at + FLAGS] as number) & (FIN_0 << from)) === 0) return;
    const { anyAckConfirmsFin, finTakesSequence } = this.params;
    if (anyAckConfirmsFin) return;
    const covered = distance(flows[at + NEXT + from] as number, flows[at + ACK + 1 - from] as number);
    if (covered >= (finTakesSequence ? 0 : 1)) this.confirmed(slot, from);
  }

  /** Notes since when the end of a connection waits for missing bytes. */
  review(slot: number): void {
    if (this.params.stuckCloseTimeoutMs === 0) return;
    if (this.flows.extras.stuckSince(slot) !== 0 || !(this.isStuck(slot, 0) || this.isStuck(slot, 1))) return;
    this.flows.extras.noteStuck(slot, this.packet.clock || 1);
  }

  /** True where this side's FIN waits and the other side has finished. */
  private isStuck(slot: number, from: number): boolean {
    return (this.flows.flagsOf(slot) & (FIN_0 << (1 - from))) !== 0 && this.waiting.awaitsFin(slot, from);
  }

  private confirmed(slot: number, from: number): void {
    const flags = this.flows.flagsOf(slot);
    if ((flags & (FIN_0 << from)) !== 0) this.flows.setFlags(slot, flags | (FIN_ACKED_0 << from));
  }
}
