// The two ends of a tunnel, as one small number: the same for both directions.

import type { Packet } from "../../packet.js";

/** Two addresses that were seen, and their number. */
interface Pair {
  readonly addresses: Uint8Array;
  readonly number: number;
}

export class TunnelEnds {
  private readonly limit: number;
  private readonly overflowed: () => void;
  private readonly seed: number;
  private readonly byHash: Map<number, Pair[]> = new Map();
  private known = 0;

  /** Tells at most `limit` pairs apart; one more calls `overflowed` and is given the number 0. Nobody outside knows the seed. */
  constructor(limit: number, overflowed: () => void, seed: number) {
    this.limit = limit;
    this.overflowed = overflowed;
    this.seed = seed;
  }

  /** The number of the pair of addresses of the packet the cursor is at, from 1. */
  numberOf(packet: Packet): number {
    const hash = this.hash(packet.sourceKey >>> 0, packet.destinationKey >>> 0);
    const pairs = this.byHash.get(hash) ?? [];
    const pair = pairs.find(({ addresses }) => isBetween(addresses, packet));
    if (pair !== undefined) return pair.number;
    if (this.known >= this.limit) {
      this.overflowed();
      return 0;
    }
    const addresses = packet.bytes.slice(packet.addresses, packet.addresses + 2 * packet.addressLength);
    pairs.push({ addresses, number: ++this.known });
    this.byHash.set(hash, pairs);
    return this.known;
  }

  /** Forgets all pairs. */
  clear(): void {
    this.byHash.clear();
    this.known = 0;
  }

  /** The same whichever key comes first. */
  private hash(one: number, other: number): number {
    const hash = Math.imul(Math.min(one, other) ^ this.seed, 0x9e3779b1) ^ Math.max(one, other);
    return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  }
}

function isBetween(addresses: Uint8Array, { bytes, addresses: at, addressLength }: Packet): boolean {
  if (addresses.length !== 2 * addressLength) return false;
  const matches = (source: number, destination: number): boolean => {
    for (let byte = 0; byte < addressLength; byte++) {
      if (addresses[source + byte] !== bytes[at + byte]) return false;
      if (addresses[destination + byte] !== bytes[at + addressLength + byte]) return false;
    }
    return true;
  };
  return matches(0, addressLength) || matches(addressLength, 0);
}
