// Networks in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), of either family, and whether an address in memory lies in one.

import { parseAddress } from "./address.js";

/** A network: the addresses that begin with the same bits. */
export class Network {
  private readonly address: Uint8Array;
  /** How many bits of the address count. */
  readonly bits: number;

  private constructor(address: Uint8Array, bits: number) {
    this.address = address;
    this.bits = bits;
  }

  /**
   * The network of a text such as "10.0.0.0/8", "2001:db8::/32" or an address alone; host bits do not matter. Undefined
   * where it is none.
   */
  static parse(text: string): Network | undefined {
    const [addressText = "", bitsText, ...more] = text.split("/");
    const address = parseAddress(addressText);
    if (address === undefined || more.length > 0) return undefined;
    if (bitsText === undefined) return new Network(address, address.length * 8);
    const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Infinity;
    return bits <= address.length * 8 ? new Network(address, bits) : undefined;
  }

  /** True when the address of `length` bytes at `at` of `bytes` lies in the network. */
  contains(bytes: Uint8Array, at: number, length: number): boolean {
    const { address, bits } = this;
    if (length !== address.length) return false;
    const whole = bits >> 3;
    for (let index = 0; index < whole; index++) if (bytes[at + index] !== address[index]) return false;
    const rest = bits & 7;
    return rest === 0 || ((bytes[at + whole] as number) ^ (address[whole] as number)) >>> (8 - rest) === 0;
  }
}
