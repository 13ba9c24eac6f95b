// The datagrams that are incomplete: found by what identifies them, and kept in the order in which they came, so that
// the oldest is at hand when time or room is up. Objects of those that are gone are used again.
//
//   ends ◄─► oldest ◄─► … ◄─► newest ◄─► ends          hash ──► datagram ──► datagram of the same hash ──► …

import type { Packet } from "../packet.js";
import { datagramHash, IncompleteDatagram } from "./incomplete-datagram.js";
import type { FragmentRule } from "./overlap-policy.js";

export class IncompleteDatagrams {
  /** How many there are. */
  size = 0;
  /** No datagram: it stands before the oldest and behind the newest. */
  private readonly ends: IncompleteDatagram = new IncompleteDatagram();
  private readonly byHash: Map<number, IncompleteDatagram> = new Map();
  private readonly spare: IncompleteDatagram[] = [];
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** The one that came first; undefined where there is none. */
  get oldest(): IncompleteDatagram | undefined {
    return this.size === 0 ? undefined : this.ends.newer;
  }

  /**
   * The datagram of the fragment the cursor is at; undefined where none of its fragments has come. `protocol` is part
   * of what identifies it.
   */
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
    const { ends } = this;
    datagram.older = ends.older;
    datagram.newer = ends;
    ends.older.newer = datagram;
    ends.older = datagram;
    this.size++;
    return datagram;
  }

  /** The datagram is complete, or given up; its payload has been given back. */
  remove(datagram: IncompleteDatagram): void {
    const { older, newer } = datagram;
    older.newer = newer;
    newer.older = older;
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
