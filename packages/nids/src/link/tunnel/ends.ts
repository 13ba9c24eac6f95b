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
  /** What was asked last is often asked next. */
  private last: Pair | undefined = undefined;

  /** Tells at most `limit` pairs apart; one more calls `overflowed` and is given the number 0. Nobody outside knows the seed. */
  constructor(limit: number, overflowed: () => void, seed: number) {
    this.limit = limit;
    this.overflowed = overflowed;
    this.seed = seed;
  }

  /** The number of the pair of addresses of the packet the cursor is at, from 1. */
  numberOf(packet: Packet): number {
    if (this.last !== undefined && isBetween(this.last.addresses, packet)) return this.last.number;
    const pair = this.find(packet);
    if (pair === undefined) return 0;
    this.last = pair;
    return pair.number;
  }

  /** Forgets all pairs. */
  clear(): void {
    this.byHash.clear();
    this.known = 0;
    this.last = undefined;
  }

  /** The pair, made where it is new; undefined where there is no room for it. */
  private find(packet: Packet): Pair | undefined {
    const hash = this.hash(packet.sourceKey >>> 0, packet.destinationKey >>> 0);
    const pairs = this.byHash.get(hash) ?? [];
    const known = pairs.find(({ addresses }) => isBetween(addresses, packet));
    if (known !== undefined) return known;
    if (this.known >= this.limit) {
      this.overflowed();
      return undefined;
    }
    const addresses = packet.bytes.slice(packet.addresses, packet.addresses + 2 * packet.addressLength);
    const pair = { addresses, number: ++this.known };
    pairs.push(pair);
    this.byHash.set(hash, pairs);
    return pair;
  }

  /** The same whichever key comes first. */
  private hash(one: number, other: number): number {
    const hash = Math.imul(Math.min(one, other) ^ this.seed, 0x9e3779b1) ^ Math.max(one, other);
    return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  }
}

function isBetween(pair: Uint8Array, packet: Packet): boolean {
  const { addressLength } = packet;
  if (pair.length !== 2 * addressLength) return false;
  return matches(pair, 0, addressLength, packet) || matches(pair, addressLength, 0, packet);
}

/** True when the packet's addresses are those at `source` and `destination` of a pair. */
function matches(pair: Uint8Array, source: number, destination: number, packet: Packet): boolean {
  const { bytes, addresses, addressLength } = packet;
  for (let byte = 0; byte < addressLength; byte++) {
    if (pair[source + byte] !== bytes[addresses + byte]) return false;
    if (pair[destination + byte] !== bytes[addresses + addressLength + byte]) return false;
  }
  return true;
}
