// A stream that is killed persistently: what its ends still send is answered. The numbers a reset was sent with may be
// behind the receiver by the time it gets there; but every segment of an end says which number that end expects next,
// and with which the other end will go on when it gets the segment (RFC 9293 §3.10.7.1 has a host without the
// connection answer in the same way).
//
//   client ──seq, ack, length──► server
//     ◄── RST, its ack           RST, seq + length ──►

import { advance } from "../tcp/sequence.js";
import { TcpFlag } from "../tcp/segment.js";
import type { Segment } from "../tcp/segment.js";
import type { InjectedFrame } from "./injector.js";

/** Segments of one stream that are answered at most. */
const mostAnswered = 1024;

/** Makes a reset from a side with this sequence number; undefined where that direction is not to be used. */
export type MakeReset = (from: number, sequence: number) => InjectedFrame | undefined;

export class Pursuit {
  private readonly make: MakeReset;
  private answered = 0;

  constructor(make: MakeReset) {
    this.make = make;
  }

  get isExhausted(): boolean {
    return this.answered === mostAnswered;
  }

  /** The answers to a segment of this side. */
  answer(from: number, segment: Segment): InjectedFrame[] {
    this.answered++;
    const length = segment.length + segment.cut + (segment.has(TcpFlag.FIN) ? 1 : 0);
    const back = segment.has(TcpFlag.ACK) ? this.make(1 - from, segment.ack) : undefined;
    return [back, this.make(from, advance(segment.sequence, length))].filter((frame) => frame !== undefined);
  }
}
