// The UDP header (RFC 768).

import { InvalidPacketError } from "../errors.js";
import type { Cursor } from "./cursor.js";
import { hex, Layer } from "./layer.js";
import type { Field } from "./layer.js";

const headerBytes = 8;

/** A UDP header. */
export class Udp extends Layer {
  readonly protocol = "UDP";

  /** Takes the header off. In a fragment the datagram's length says nothing about the packet. */
  static read(cursor: Cursor): Udp {
    const udp = new Udp(cursor.see("UDP", headerBytes));
    // 0: as long as the packet (RFC 2675 §4, and segmentation offload).
    if (udp.length !== 0 && !cursor.isFragment) {
      if (udp.length < headerBytes) throw new InvalidPacketError("UDP", `its length is ${udp.length}`);
      cursor.limit("UDP", udp.length);
    }
    cursor.take("UDP", headerBytes);
    return udp;
  }

  /** Port of the sender. */
  get sourcePort(): number {
    return this.view.getUint16(0);
  }

  /** Port of the receiver. */
  get destinationPort(): number {
    return this.view.getUint16(2);
  }

  /** Bytes of the datagram with its header, as it says. */
  get length(): number {
    return this.view.getUint16(4);
  }

  /** 0 where the sender made none. */
  get checksum(): number {
    return this.view.getUint16(6);
  }

  fields(): readonly Field[] {
    return [
      ["source port", this.sourcePort],
      ["destination port", this.destinationPort],
      ["length", this.length],
      ["checksum", hex(this.checksum, 4)],
    ];
  }
}
