// A TCP segment that takes the long way: its header's fields (RFC 9293 §3.1), read once into one reused object.

import { tcpHeaderBytes } from "../ip/protocol.js";
import type { Packet } from "../packet.js";

export const TcpFlag = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10, URG: 0x20 } as const;

/** Flags that decide between the short way and the long one. */
export const decisiveFlags: number = TcpFlag.FIN | TcpFlag.SYN | TcpFlag.RST | TcpFlag.ACK | TcpFlag.URG;

/** Option kinds (RFC 9293 §3.1, RFC 7323, RFC 2385). */
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const WINDOW_SCALE = 3;
const TIMESTAMPS = 8;
const MD5_SIGNATURE = 19;
/** RFC 7323 §2.3: a larger shift counts as this. */
const maxWindowShift = 14;
/** The place of an option that was not met. */
const absent = -1;

export class Segment {
  sequence = 0;
  ack = 0;
  flags = 0;
  /** As in the header, not scaled. */
  window = 0;
  urgentPointer = 0;
  /** Where the payload begins in the engine's memory, its bytes, and those the snap length cut off behind them. */
  payload = 0;
  length = 0;
  cut = 0;

  private bytes: Uint8Array | undefined = undefined;
  /** Where the options begin; 0: they were read, and the places of those that matter are known (0: there is none). */
  private options = 0;
  private windowScaleAt = 0;
  private timestampsAt = 0;
  private signatureAt = 0;

  /** Reads the segment at the cursor's transport position; the header is known to be whole. */
  read(packet: Packet, flags: number, payload: number, length: number, cut: number): void {
    const { view, transport } = packet;
    this.bytes = packet.bytes;
    this.sequence = view.getInt32(transport + 4);
    this.ack = view.getInt32(transport + 8);
    this.flags = flags;
    this.window = view.getUint16(transport + 14);
    this.urgentPointer = view.getUint16(transport + 18);
    this.options = transport + tcpHeaderBytes;
    this.payload = payload;
    this.length = length;
    this.cut = cut;
  }

  /** True when all of these flags are set. */
  has(flags: number): boolean {
    return (this.flags & flags) === flags;
  }

  /** Window shift offered in a SYN (RFC 7323 §2.2), or -1. */
  get windowShift(): number {
    this.readOptions();
    return this.windowScaleAt === 0 ? -1 : Math.min(this.byte(this.windowScaleAt + 2), maxWindowShift);
  }

  /** Position of the timestamp option's TSval (RFC 7323 §3.2), or 0. */
  get timestampAt(): number {
    this.readOptions();
    return this.timestampsAt === 0 ? 0 : this.timestampsAt + 2;
  }

  /** True when the segment is signed (RFC 2385). */
  get isSigned(): boolean {
    this.readOptions();
    return this.signatureAt !== 0;
  }

  /** Finds the options, once, when somebody asks. Of each kind the first counts, and only if its length is right. */
  private readOptions(): void {
    let at = this.options;
    if (at === 0) return;
    this.options = 0;
    let [windowScale, timestamps, signature] = [absent, absent, absent];
    while (at < this.payload) {
      const kind = this.byte(at);
      if (kind === END_OF_OPTIONS) break;
      if (kind === NO_OPERATION) {
        at++;
        continue;
      }
      const length = at + 1 < this.payload ? this.byte(at + 1) : 0;
      if (length < 2) break;
      const place = at + length <= this.payload ? at : 0;
      if (kind === WINDOW_SCALE && windowScale === absent) windowScale = length === 3 ? place : 0;
      else if (kind === TIMESTAMPS && timestamps === absent) timestamps = length === 10 ? place : 0;
      else if (kind === MD5_SIGNATURE && signature === absent) signature = length === 18 ? place : 0;
      at += length;
    }
    this.windowScaleAt = Math.max(0, windowScale);
    this.timestampsAt = Math.max(0, timestamps);
    this.signatureAt = Math.max(0, signature);
  }

  private byte(at: number): number {
    return this.bytes?.[at] ?? 0;
  }
}
