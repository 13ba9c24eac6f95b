// A TCP segment that takes the long way: its header's fields (RFC 9293 §3.1), read once into one reused object.

import type { Packet } from "../packet.js";

export const TcpFlag = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10, URG: 0x20 } as const;

/** Flags that decide between the short way and the long one. */
export const decisiveFlags: number = TcpFlag.FIN | TcpFlag.SYN | TcpFlag.RST | TcpFlag.ACK | TcpFlag.URG;

export const tcpHeaderBytes = 20;

const WINDOW_SCALE = 3;
const TIMESTAMPS = 8;
const MD5_SIGNATURE = 19;
/** RFC 7323 §2.3: a larger shift counts as this. */
const maxWindowShift = 14;

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

  private packet: Packet | undefined = undefined;
  private options = 0;

  /** Reads the segment at the cursor's transport position; the header is known to be whole. */
  read(packet: Packet, flags: number, payload: number, length: number, cut: number): void {
    const { view, transport } = packet;
    this.packet = packet;
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
    const at = this.option(WINDOW_SCALE, 3);
    return at === 0 ? -1 : Math.min(this.byte(at + 2), maxWindowShift);
  }

  /** Position of the timestamp option's TSval (RFC 7323 §3.2), or 0. */
  get timestampAt(): number {
    const at = this.option(TIMESTAMPS, 10);
    return at === 0 ? 0 : at + 2;
  }

  /** True when the segment is signed (RFC 2385). */
  get isSigned(): boolean {
    return this.option(MD5_SIGNATURE, 18) !== 0;
  }

  /** Where the option of this kind and length begins, or 0. */
  private option(kind: number, length: number): number {
    for (let at = this.options; at < this.payload;) {
      const found = this.byte(at);
      if (found === 0) return 0;
      if (found === 1) {
        at++;
        continue;
      }
      const size = at + 1 < this.payload ? this.byte(at + 1) : 0;
      if (size < 2) return 0;
      if (found === kind) return size === length && at + size <= this.payload ? at : 0;
      at += size;
    }
    return 0;
  }

  private byte(at: number): number {
    return this.packet?.bytes[at] ?? 0;
  }
}
