// The index of the flow table: by a hash of its key, the slot of a flow. Open addressing over (hash, slot) pairs, at
// most half full, with linear probing and backward-shift deletion (no tombstones). It begins small and doubles, so that
// a few flows stay in a few cache lines. The hash is seeded: nobody outside can make flows collide on purpose.
//
//   bucket    │ hash, slot │ – │ hash, slot │ hash, slot │ – │ …        a chain ends at an empty bucket (slot 0)

import { indexBuckets } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";

const initialBuckets = 1 << 12;

export class FlowIndex {
  /** The pairs: bucket * 2 is the place of a hash, the slot lies behind it. */
  readonly entries: Int32Array<ArrayBuffer>;
  readonly seed: number;
  /** Buckets in use - 1. */
  mask = 0;

  constructor(memory: EngineMemory, seed: number) {
    const buckets = indexBuckets(memory.capacity.flows);
    this.entries = new Int32Array(memory.buffer, memory.index, buckets * 2);
    this.mask = Math.min(initialBuckets, buckets) - 1;
    this.seed = seed | 0;
  }

  /** The hash of a key; its chain begins at the bucket `hash & mask`. */
  hash(low: number, high: number, ports: number, scope: number): number {
    let hash = Math.imul(low ^ this.seed, 0x9e3779b1) ^ high;
    hash = Math.imul(hash ^ (hash >>> 15) ^ scope, 0x85ebca6b) ^ ports;
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }

  /** Adds a flow, the `count`th. */
  add(hash: number, slot: number, count: number): void {
    if (count * 2 > this.mask && (this.mask + 1) * 2 < this.entries.length) this.grow();
    this.put(hash, slot);
  }

  /** Takes a flow out. */
  remove(hash: number, slot: number): void {
    const { entries, mask } = this;
    let hole = hash & mask;
    while (entries[(hole << 1) + 1] !== slot) hole = (hole + 1) & mask;
    // Backward shift: every entry behind the hole that is not at home moves into it, so that no chain is ever broken.
    for (let bucket = (hole + 1) & mask; entries[(bucket << 1) + 1] !== 0; bucket = (bucket + 1) & mask) {
      const home = (entries[bucket << 1] as number) & mask;
      if (((bucket - home) & mask) < ((bucket - hole) & mask)) continue;
      entries[hole << 1] = entries[bucket << 1] as number;
      entries[(hole << 1) + 1] = entries[(bucket << 1) + 1] as number;
      hole = bucket;
    }
    entries[(hole << 1) + 1] = 0;
  }

  /** Takes all flows out. */
  clear(): void {
    this.entries.fill(0, 0, (this.mask + 1) * 2);
  }

  /** Puts a flow into the first free bucket of its chain. */
  private put(hash: number, slot: number): void {
    const { entries, mask } = this;
    let bucket = hash & mask;
    while (entries[(bucket << 1) + 1] !== 0) bucket = (bucket + 1) & mask;
    entries[bucket << 1] = hash;
    entries[(bucket << 1) + 1] = slot;
  }

  /**
   * Doubles the index, in place and in its own order: memory is walked, not jumped about in, and a million flows make
   * no pause. What a bucket holds is taken out and put in anew, and never comes to lie behind where it was:
   *
   *   before   │ a b c · d e f · │                           b, d: of the upper half, now that one bit more of their hashes counts
   *   after    │ a c · · e f · · │ b · · · d · · · │
   *
   * The chain that goes on from the last bucket to the first ones is taken out of these beforehand, and put in last.
   */
  private grow(): void {
    const { entries } = this;
    const buckets = this.mask + 1;
    this.mask = buckets * 2 - 1;
    let first = 0;
    while (entries[(first << 1) + 1] !== 0) first++;
    const wrapped = entries.slice(0, first << 1);
    entries.fill(0, 0, first << 1);
    for (let bucket = first; bucket < buckets; bucket++) {
      const slot = entries[(bucket << 1) + 1] as number;
      if (slot === 0) continue;
      entries[(bucket << 1) + 1] = 0;
      this.put(entries[bucket << 1] as number, slot);
    }
    for (let at = 0; at < wrapped.length; at += 2) this.put(wrapped[at] as number, wrapped[at + 1] as number);
  }
}
