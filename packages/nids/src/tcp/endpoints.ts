// The two endpoints of a connection, taken out of the flow table: side 0 is the one that comes first in its order.

import { formatAddress } from "../ip/address.js";

export class Endpoints {
  private readonly ports: number;
  private readonly words: ArrayLike<number>;

  /**
   * `ports` is port of side 0 << 16 | port of side 1; `words` are the two IPv4 addresses, or the two IPv6 ones in
   * four words each.
   */
  constructor(ports: number, words: ArrayLike<number>) {
    this.ports = ports;
    this.words = words;
  }

  port(side: number): number {
    return side === 0 ? this.ports >>> 16 : this.ports & 0xffff;
  }

  /** The address of a side: 4 or 16 bytes in network order, a copy. */
  address(side: number): Uint8Array {
    const length = this.words.length / 2;
    const address = new Uint8Array(length * 4);
    const view = new DataView(address.buffer);
    for (let word = 0; word < length; word++) view.setInt32(word * 4, this.words[side * length + word] as number);
    return address;
  }

  /** The address of a side as text. */
  addressText(side: number): string {
    return formatAddress(this.address(side));
  }
}
