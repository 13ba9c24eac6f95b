// Where pieces that wait lie: a node of eight 32-bit numbers each, and a slab of 2 KB with the same number for its
// bytes, so that both are found without a pointer and returned together. What is larger than a slab (offloaded segments
// of up to 64 KB) goes to a buffer of its own, and counts as many slabs as would have held it. The number of slabs is
// the budget: when it is used up, nothing more is given out.
//
//   nodes  │ record │ node 1 │ node 2 │ …      slabs  │ (none) │ slab 1 │ slab 2 │ …
//
// All of it but those buffers lies in the engine's memory: the kernel has the same layout (kernel/pieces.ts).

import type { ByteOperations } from "../memory/byte-operations.js";
import { slabBytes } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";

/** Int32 fields of a node, relative to `node * NODE_INTS`. */
export const NODE_INTS = 8;
/** The node behind it in its list; 0: none. */
export const NEXT = 0;
/** Position of the first byte kept, and behind the last one. */
export const START = 1;
export const END = 2;
/** Position of the first byte and behind the last byte as the piece arrived, before anything was cut off. */
export const FIRST = 3;
export const LAST = 4;
/** Offset of the first byte kept in the slab or buffer. */
export const SKIP = 5;
/** What the owner noted about the piece when it came; 0: nothing. Every part of it keeps that. */
export const MARK = 6;
/** 1 for a piece whose bytes lie in a buffer of its own. */
const LARGE = 7;

/** The record of all, which lies where node 0 would: the first free node, the last one that was ever used, and slabs in use. */
const FREE = 0;
const FRESH = 1;
const USED = 2;
/** How many there are. */
const CAPACITY = 3;

/** Where the slabs of a region lie that begins at `base`; the first of them belongs to no node. */
export function slabsOf(base: number, capacity: number): number {
  return base + (capacity + 1) * NODE_INTS * 4;
}

/** Slabs that so many bytes count as. */
function slabsFor(size: number): number {
  return size <= slabBytes ? 1 : Math.ceil(size / slabBytes);
}

export class PieceNodes {
  /** The fields of all nodes. */
  readonly fields: Int32Array;
  readonly #memory: Uint8Array;
  readonly #operations: ByteOperations;
  readonly #slabs: number;
  readonly #large: Map<number, Uint8Array> = new Map();

  /** `base` is where the region lies in `memory`; `capacity` is the number of nodes and slabs. */
  constructor(memory: EngineMemory, base: number, capacity: number) {
    this.#memory = memory.bytes;
    this.#operations = memory.operations;
    this.fields = new Int32Array(memory.buffer, base, (capacity + 1) * NODE_INTS);
    this.#slabs = slabsOf(base, capacity);
    this.fields[CAPACITY] = capacity;
  }

  /** A node for so many bytes; 0 when the budget does not allow it. */
  allocate(size: number): number {
    const { fields } = this;
    const used = (fields[USED] as number) + slabsFor(size);
    if (used > (fields[CAPACITY] as number)) return 0;
    fields[USED] = used;
    let node = fields[FREE] as number;
    if (node !== 0) fields[FREE] = fields[node * NODE_INTS + NEXT] as number;
    else node = fields[FRESH] = (fields[FRESH] as number) + 1;
    return node;
  }

  /** Gives a node back. */
  free(node: number): void {
    const { fields } = this;
    if (this.#isLarge(node)) this.#dropLarge(node);
    fields[node * NODE_INTS + NEXT] = fields[FREE] as number;
    fields[FREE] = node;
    fields[USED] = (fields[USED] as number) - 1;
  }

  /** Keeps `size` bytes of `bytes` in a node that was allocated for them. */
  fill(node: number, bytes: Uint8Array, source: number, size: number): void {
    const isLarge = size > slabBytes;
    this.fields[node * NODE_INTS + SKIP] = 0;
    this.fields[node * NODE_INTS + LARGE] = isLarge ? 1 : 0;
    if (isLarge) this.#large.set(node, bytes.slice(source, source + size));
    else if (bytes === this.#memory) this.#operations.copy(this.#origin(node), source, size);
    else this.#memory.set(bytes.subarray(source, source + size), this.#origin(node));
  }

  /** Position of the first byte kept in a node. */
  startOf(node: number): number {
    return this.fields[node * NODE_INTS + START] as number;
  }

  /** Position behind the last one. */
  endOf(node: number): number {
    return this.fields[node * NODE_INTS + END] as number;
  }

  /** Position of the first byte of the segment or fragment as it arrived. */
  arrivedAt(node: number): number {
    return this.fields[node * NODE_INTS + FIRST] as number;
  }

  /** What the owner noted about it; 0: nothing. */
  markOf(node: number): number {
    return this.fields[node * NODE_INTS + MARK] as number;
  }

  /** What the bytes of a node lie in. */
  bytesOf(node: number): Uint8Array {
    return this.#isLarge(node) ? (this.#large.get(node) as Uint8Array) : this.#memory;
  }

  /** Where in that the first byte kept lies. */
  offsetOf(node: number): number {
    return this.#origin(node) + (this.fields[node * NODE_INTS + SKIP] as number);
  }

  /** True where `length` bytes, `skipped` behind the first one kept, are others than those in the engine's memory at `incoming`. */
  differ(node: number, skipped: number, incoming: number, length: number): boolean {
    const offset = this.offsetOf(node) + skipped;
    if (!this.#isLarge(node)) return this.#operations.same(offset, incoming, length) === 0;
    const stored = this.bytesOf(node);
    for (let index = 0; index < length; index++) {
      if (stored[offset + index] !== this.#memory[incoming + index]) return true;
    }
    return false;
  }

  #isLarge(node: number): boolean {
    return this.fields[node * NODE_INTS + LARGE] === 1;
  }

  /** Where the bytes of a node begin in `bytesOf` it, whatever of them is kept. */
  #origin(node: number): number {
    return this.#isLarge(node) ? 0 : this.#slabs + node * slabBytes;
  }

  #dropLarge(node: number): void {
    this.fields[USED] = (this.fields[USED] as number) - slabsFor(this.bytesOf(node).length) + 1;
    this.#large.delete(node);
  }
}
