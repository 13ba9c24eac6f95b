// The datagrams that are incomplete: found by what identifies them, and kept in the order in which they came, so that the oldest is at hand
// when time or room is up. Objects of those that are gone are used again.
//
//   oldest ◄─► … ◄─► newest          hash ──► datagram ──► datagram of the same hash ──► …

import type { Packet } from "../packet.js";
import { datagramHash, IncompleteDatagram } from "./incomplete-datagram.js";
import type { FragmentRule } from "./overlap-policy.js";

export class IncompleteDatagrams {
  /** The one that came first. */
  oldest: IncompleteDatagram | undefined = undefined;
  /** How many there are. */
  size = 0;
  private newest: IncompleteDatagram | undefined = undefined;
  private readonly byHash: Map<number, IncompleteDatagram> = new Map();
  private readonly spare: IncompleteDatagram[] = [];
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** The datagram of the fragment the cursor is at; undefined where none of its fragments has come. `protocol` is part of what identifies it. */
  find(packet: Packet, protocol: number): IncompleteDatagram | undefined {
    let datagram = this.byHash.get(datagramHash(packet, protocol, this.seed));
    while (datagram !== undefined && !datagram.matches(packet, protocol)) datagram = datagram.next;
    return datagram;
  }

  /** The datagram whose first fragment the cursor is at; it may stay incomplete for so long. */
  begin(packet: Packet, protocol: number, rule: FragmentRule, lifetimeMs: number): IncompleteDatagram {
    const datagram = this.spare.pop() ?? new IncompleteDatagram();
    const hash = datagramHash(packet, protocol, this.seed);
    datagram.begin(packet, hash, protocol, rule, lifetimeMs);
    datagram.next = this.byHash.get(hash);
    this.byHash.set(hash, datagram);
    datagram.older = this.newest;
    if (this.newest === undefined) this.oldest = datagram;
    else this.newest.newer = datagram;
    this.newest = datagram;
    this.size++;
    return datagram;
  }

  /** The datagram is complete, or given up; its payload has been given back. */
  remove(datagram: IncompleteDatagram): void {
    const { older, newer } = datagram;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    this.size--;
    this.unlink(datagram);
    datagram.end();
    this.spare.push(datagram);
  }

  /** Takes a datagram out of the chain of its hash. */
  private unlink(datagram: IncompleteDatagram): void {
    let previous = this.byHash.get(datagram.hash);
    if (previous === datagram) {
      if (datagram.next === undefined) this.byHash.delete(datagram.hash);
      else this.byHash.set(datagram.hash, datagram.next);
      return;
    }
    while (previous !== undefined && previous.next !== datagram) previous = previous.next;
    if (previous !== undefined) previous.next = datagram.next;
  }
}
