// The datagrams that are incomplete: found by what identifies them, and kept in the order in which they came, so that
// the oldest is at hand when time or room is up. Numbers of those that are gone are used again. All of it lies in the
// engine's memory, where the kernel finds, begins and forgets datagrams, too (kernel/datagrams.ts); an object belongs
// to each number the defragmenter has ever met.
//
//   0 ◄─► oldest ◄─► … ◄─► newest ◄─► 0          hash ──► bucket ──► datagram ──► another one of the same bucket ──► …

import { chainedBuckets } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import { DATAGRAM_INTS, datagramHash, HASH, IncompleteDatagram, NEWER, NEXT, OLDER } from "./incomplete-datagram.js";
import type { FragmentRule } from "./overlap-policy.js";

/**
 * Their own record, which lies where datagram 0 would: the first free number, the last that was ever used, and how many
 * there are. It stands before the oldest and behind the newest.
 */
const FREE = 0;
const FRESH = 1;
const LIVE = 2;

export class IncompleteDatagrams {
  private readonly memory: EngineMemory;
  private readonly fields: Int32Array<ArrayBuffer>;
  /** The first of each bucket; 0: none. */
  private readonly buckets: Int32Array<ArrayBuffer>;
  /** By number, but for 0. */
  private readonly all: IncompleteDatagram[] = [];
  private readonly seed: number;
  private readonly usualRule: FragmentRule;

  /** What the kernel begins follows the usual rule. */
  constructor(memory: EngineMemory, seed: number, usualRule: FragmentRule) {
    const { buffer, incomplete, incompleteBuckets, capacity } = memory;
    this.memory = memory;
    this.fields = new Int32Array(buffer, incomplete, (capacity.incompleteDatagrams + 1) * DATAGRAM_INTS);
    this.buckets = new Int32Array(buffer, incompleteBuckets, chainedBuckets(capacity.incompleteDatagrams));
    this.seed = seed;
    this.usualRule = usualRule;
  }

  /** How many there are. */
  get size(): number {
    return this.fields[LIVE] as number;
  }

  /** The one that came first; undefined where there is none. */
  get oldest(): IncompleteDatagram | undefined {
    const oldest = this.fields[NEWER] as number;
    return oldest === 0 ? undefined : this.numbered(oldest);
  }

  /**
   * The datagram of the fragment the cursor is at; undefined where none of its fragments has come. `protocol` is part
   * of what identifies it. All fragments to come of it are the defragmenter's.
   */
  find(packet: Packet, protocol: number): IncompleteDatagram | undefined {
    const hash = datagramHash(packet, protocol, this.seed);
    let number = this.buckets[this.bucketOf(hash)] as number;
    while (number !== 0) {
      const datagram = this.numbered(number);
      if (this.fieldOf(number, HASH) === hash && datagram.matches(packet, protocol)) {
        datagram.markUnusual();
        return datagram;
      }
      number = this.fieldOf(number, NEXT);
    }
    return undefined;
  }

  /**
   * The datagram whose first fragment the cursor is at; it may stay incomplete for so long. There must be fewer than
   * the memory has room for.
   */
  begin(packet: Packet, protocol: number, rule: FragmentRule, lifetimeMs: number): IncompleteDatagram {
    const { fields, buckets } = this;
    const number = this.takeNumber();
    const datagram = this.numbered(number);
    datagram.begin(packet, protocol, rule, lifetimeMs);
    const hash = datagramHash(packet, protocol, this.seed);
    const bucket = this.bucketOf(hash);
    const at = number * DATAGRAM_INTS;
    fields[at + HASH] = hash;
    fields[at + NEXT] = buckets[bucket] as number;
    buckets[bucket] = number;
    this.join(fields[OLDER] as number, number);
    this.join(number, 0);
    fields[LIVE] = this.size + 1;
    return datagram;
  }

  /** The datagram is complete, or given up; its payload has been given back. */
  remove(datagram: IncompleteDatagram): void {
    const { fields } = this;
    const { number } = datagram;
    this.join(this.fieldOf(number, OLDER), this.fieldOf(number, NEWER));
    this.unlink(number);
    datagram.end();
    fields[number * DATAGRAM_INTS + NEXT] = fields[FREE] as number;
    fields[FREE] = number;
    fields[LIVE] = this.size - 1;
  }

  private takeNumber(): number {
    const { fields } = this;
    const free = fields[FREE] as number;
    if (free === 0) return (fields[FRESH] = (fields[FRESH] as number) + 1);
    fields[FREE] = this.fieldOf(free, NEXT);
    return free;
  }

  /** Puts two of the ring next to each other. */
  private join(older: number, newer: number): void {
    this.fields[older * DATAGRAM_INTS + NEWER] = newer;
    this.fields[newer * DATAGRAM_INTS + OLDER] = older;
  }

  /** Takes a datagram out of the chain of its bucket. */
  private unlink(number: number): void {
    const next = this.fieldOf(number, NEXT);
    const bucket = this.bucketOf(this.fieldOf(number, HASH));
    let previous = this.buckets[bucket] as number;
    if (previous === number) {
      this.buckets[bucket] = next;
      return;
    }
    while (this.fieldOf(previous, NEXT) !== number) previous = this.fieldOf(previous, NEXT);
    this.fields[previous * DATAGRAM_INTS + NEXT] = next;
  }

  private bucketOf(hash: number): number {
    return hash & (this.buckets.length - 1);
  }

  private fieldOf(number: number, field: number): number {
    return this.fields[number * DATAGRAM_INTS + field] as number;
  }

  private numbered(number: number): IncompleteDatagram {
    const { all, fields, memory } = this;
    while (all.length < number) {
      all.push(new IncompleteDatagram(fields, memory.bytes, memory.incomplete, all.length + 1, this.usualRule));
    }
    return all[number - 1] as IncompleteDatagram;
  }
}
