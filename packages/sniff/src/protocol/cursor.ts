// Where decoding stands in a packet. A protocol takes its header off the front, and may find that the packet ends
// earlier than the frame does:
//
//   │ taken │ at … what is to be decoded … end │ trailer │ cut off by the snap length … │

import { InvalidPacketError, UnsupportedPacketError } from "../errors.js";

/** What of a packet is still to be decoded. */
export class Cursor {
  readonly frame: Uint8Array;
  /** Index in `frame` of the first byte that is not decoded yet. */
  at: number;
  /** Index in `frame` behind the last byte of the packet that was captured. */
  end: number;
  /** Bytes of the packet behind `end` that were not captured. */
  cut: number;
  /** True where more of the packet comes in other fragments. */
  isFragment = false;

  constructor(frame: Uint8Array, at: number, end: number, cut: number) {
    this.frame = frame;
    this.at = at;
    this.end = end;
    this.cut = cut;
  }

  /** Bytes of the packet from `at` on, captured or not. */
  get length(): number {
    return this.end - this.at + this.cut;
  }

  /** The next bytes, without taking them off. Throws PacketError where they are not there. */
  see(protocol: string, length: number): Uint8Array {
    const { at, end } = this;
    if (at + length <= end) return this.frame.subarray(at, at + length);
    const header = `${Math.max(0, end - at)} bytes of a header of ${length}`;
    if (length <= this.length) throw new UnsupportedPacketError(protocol, `${header} were captured`);
    if (this.isFragment) {
      throw new UnsupportedPacketError(protocol, `${header} are in this fragment, the rest is in another one`);
    }
    throw new InvalidPacketError(protocol, `${header} are there`);
  }

  /** Takes the next bytes off. Throws PacketError where they are not there. */
  take(protocol: string, length: number): Uint8Array {
    const bytes = this.see(protocol, length);
    this.at += length;
    return bytes;
  }

  /** Ends the packet `length` bytes behind `at`. Throws InvalidPacketError where the frame never had so many. */
  limit(protocol: string, length: number): void {
    if (length > this.length) {
      throw new InvalidPacketError(protocol, `its length is ${length}, the frame has ${this.length} bytes for it`);
    }
    const end = Math.min(this.end, this.at + length);
    this.cut = this.at + length - end;
    this.end = end;
  }
}
