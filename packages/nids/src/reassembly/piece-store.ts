// Pieces of bytes that wait: TCP segments behind a hole, IP fragments of an incomplete datagram. Both are kept the same
// way, as a list of pieces in order of position that do not overlap; overlaps are settled by policy when a piece comes.
//
//   list ──► [100,160) ──► [160,220) ──► [300,360) ──► 0          hole [220,300)
//              node          node          node
//
// A node is eight 32-bit numbers; its bytes lie in a slab of 2 KB with the same number, so that both are found without
// a pointer and returned together. What is larger than a slab (offloaded segments of up to 64 KB) goes to a buffer of
// its own, and counts as many slabs as would have held it. The number of slabs is the store's budget: when it is used up, a
// piece is refused and its owner decides.
//
// Lists and the store's own record are numbers in the engine's memory, too: the kernel puts TCP segments into lists where that is
// plain (kernel/pieces.ts).
//
// Insertion walks from the head, or starts at the tail when the new piece lies behind it, as nearly all do: O(1) then,
// O(pieces of the list) at worst, and lists are bounded by their owner.

import { geometry } from "./overlap.js";
import type { OverlapTable } from "./overlap.js";
import type { ByteOperations } from "../memory/byte-operations.js";
import { slabBytes } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";

const NODE_INTS = 8;
const NEXT = 0;
/** Position of the first byte kept, and behind the last one. */
const START = 1;
const END = 2;
/** Position of the first byte and behind the last byte as the piece arrived, before anything was cut off. */
const FIRST = 3;
const LAST = 4;
/** Offset of the first byte kept in the slab or buffer. */
const SKIP = 5;
/** What the owner noted about the piece when it came; 0: nothing. Every part of it keeps that. */
const MARK = 6;
/** 1 for a piece whose bytes lie in a buffer of its own. */
const LARGE = 7;

/** The store's own record, which lies where node 0 would: the first free node, the last one that was ever used, and slabs in use. */
const FREE = 0;
const FRESH = 1;
const USED = 2;
/** How many there are. */
const CAPACITY = 3;

/** The record of a list. */
const HEAD = 0;
const TAIL = 1;
const BYTES = 2;
const PIECES = 3;
const LIST_INTS = 4;

/** A list of waiting pieces; its owner keeps it and hands it to the store. */
export class PieceList {
  protected readonly record: Int32Array;
  protected readonly at: number;

  /** The record lies in `record` from `at` on, where it begins with noughts. */
  constructor(record: Int32Array = new Int32Array(LIST_INTS), at = 0) {
    this.record = record;
    this.at = at;
  }

  /** First and last node; 0: none. */
  get head(): number {
    return this.record[this.at + HEAD] as number;
  }

  set head(node: number) {
    this.record[this.at + HEAD] = node;
  }

  get tail(): number {
    return this.record[this.at + TAIL] as number;
  }

  set tail(node: number) {
    this.record[this.at + TAIL] = node;
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.record[this.at + BYTES] as number;
  }

  set bytes(count: number) {
    this.record[this.at + BYTES] = count;
  }

  /** Nodes used. */
  get pieces(): number {
    return this.record[this.at + PIECES] as number;
  }

  set pieces(count: number) {
    this.record[this.at + PIECES] = count;
  }
}

/** A piece that waits. */
export interface WaitingPiece {
  /** Position of the first byte kept, and behind the last one. */
  start: number;
  end: number;
  /** Position of the first byte of the segment or fragment as it arrived. */
  arrivedAt: number;
  /** What the owner noted about it; 0: nothing. */
  mark: number;
  /** Where the first byte kept lies. */
  bytes: Uint8Array;
  offset: number;
}

/** What an insertion met. */
export interface InsertOutcome {
  /** Stored pieces that the new one overlapped. */
  overlaps: number;
  /** Of these, how many held other bytes in the shared range. */
  conflicts: number;
  /** False when the store had no room for part of the piece. */
  complete: boolean;
}

/** Nodes, slabs and the walk over them. */
export class PieceStore {
  readonly #memory: Uint8Array;
  readonly #operations: ByteOperations;
  readonly #nodes: Int32Array;
  readonly #slabs: number;
  readonly #large: Map<number, Uint8Array> = new Map();
  readonly #outcome: InsertOutcome = { overlaps: 0, conflicts: 0, complete: true };
  readonly #piece: WaitingPiece;

  /** `base` is where the region lies in `memory`; `capacity` is the number of nodes and slabs. */
  constructor(memory: EngineMemory, base: number, capacity: number) {
    this.#memory = memory.bytes;
    this.#piece = { start: 0, end: 0, arrivedAt: 0, mark: 0, bytes: memory.bytes, offset: 0 };
    this.#operations = memory.operations;
    this.#nodes = new Int32Array(memory.buffer, base, (capacity + 1) * NODE_INTS);
    this.#slabs = slabsOf(base, capacity);
    this.#nodes[CAPACITY] = capacity;
  }

  /** Slabs in use. */
  get used(): number {
    return this.#nodes[USED] as number;
  }

  /** The list's first piece; the list must not be empty. The object is reused by the next call. */
  first(list: PieceList): Readonly<WaitingPiece> {
    const nodes = this.#nodes;
    const piece = this.#piece;
    const at = list.head * NODE_INTS;
    piece.start = nodes[at + START] as number;
    piece.end = nodes[at + END] as number;
    piece.arrivedAt = nodes[at + FIRST] as number;
    piece.mark = nodes[at + MARK] as number;
    piece.bytes = this.#bytesOf(list.head);
    piece.offset = this.#origin(list.head) + (nodes[at + SKIP] as number);
    return piece;
  }

  /** Position of the first byte of the list's first piece; the list must not be empty. */
  start(list: PieceList): number {
    return this.#nodes[list.head * NODE_INTS + START] as number;
  }

  /** True when a segment or fragment that waits began at this position when it arrived. */
  beginsAt(list: PieceList, position: number): boolean {
    for (let node = list.head; node !== 0; node = this.#nodes[node * NODE_INTS + NEXT] as number) {
      if (this.#nodes[node * NODE_INTS + FIRST] === position) return true;
    }
    return false;
  }

  /** Position behind the last byte of the list. */
  lastEnd(list: PieceList): number {
    return this.#nodes[list.tail * NODE_INTS + END] as number;
  }

  /** Takes the first piece off the list. */
  shift(list: PieceList): void {
    this.#remove(list, 0, list.head);
  }

  /** Gives all pieces of a list back. */
  release(list: PieceList): void {
    while (list.head !== 0) this.shift(list);
  }

  /**
   * Puts [start, start + length), which lies in the engine's memory at `offset`, into the list, settling overlaps by `policy`; `mark` is
   * kept with it. The outcome object is reused by the next call.
   */
  insert(
    list: PieceList,
    start: number,
    offset: number,
    length: number,
    policy: OverlapTable,
    mark = 0,
  ): InsertOutcome {
    const nodes = this.#nodes;
    const outcome = this.#outcome;
    outcome.overlaps = outcome.conflicts = 0;
    outcome.complete = true;
    const end = (start + length) | 0;
    // [from, end) is the part of the new piece that is not settled yet; all before `from` is stored or lost.
    let from = start;
    let previous = list.tail !== 0 && ((start - this.lastEnd(list)) | 0) >= 0 ? list.tail : 0;
    let current = previous !== 0 ? 0 : list.head;
    while (((end - from) | 0) > 0) {
      while (current !== 0 && ((from - (nodes[current * NODE_INTS + END] as number)) | 0) >= 0) {
        previous = current;
        current = nodes[current * NODE_INTS + NEXT] as number;
      }
      const at = current * NODE_INTS;
      if (current === 0 || ((end - (nodes[at + START] as number)) | 0) <= 0) {
        this.#store(list, previous, current, from, end, start, offset, length, mark);
        return outcome;
      }
      outcome.overlaps++;
      if (this.#differs(current, from, end, offset - start)) outcome.conflicts++;
      const storedStart = nodes[at + START] as number;
      const storedEnd = nodes[at + END] as number;
      const lies =
        policy.against === "kept"
          ? geometry(start, end, storedStart, storedEnd)
          : geometry(start, end, nodes[at + FIRST] as number, nodes[at + LAST] as number);
      if (policy.newWins[lies] !== true) {
        // O stays: what lies before it is stored, then N goes on behind it.
        if (((storedStart - from) | 0) > 0) {
          this.#store(list, previous, current, from, storedStart, start, offset, length, mark);
        }
        from = storedEnd;
        previous = current;
        current = nodes[at + NEXT] as number;
      } else if (((from - storedStart) | 0) > 0) {
        // O begins before N: its head stays, and its tail too where N ends inside it.
        if (((storedEnd - end) | 0) > 0) this.#split(list, current, end);
        this.#cutTail(list, at, from);
        previous = current;
        current = nodes[at + NEXT] as number;
      } else if (((storedEnd - end) | 0) > 0) {
        this.#cutHead(list, at, (end - storedStart) | 0);
      } else {
        current = this.#remove(list, previous, current);
      }
    }
    return outcome;
  }

  /** Stores [from, to) of the new piece between two nodes. */
  #store(
    list: PieceList,
    previous: number,
    next: number,
    from: number,
    to: number,
    start: number,
    offset: number,
    length: number,
    mark: number,
  ): void {
    const size = (to - from) | 0;
    const node = this.#allocate(size);
    if (node === 0) {
      this.#outcome.complete = false;
      return;
    }
    const at = node * NODE_INTS;
    const source = offset + ((from - start) | 0);
    const nodes = this.#nodes;
    nodes[at + START] = from;
    nodes[at + END] = to;
    nodes[at + FIRST] = start;
    nodes[at + LAST] = (start + length) | 0;
    nodes[at + SKIP] = 0;
    nodes[at + MARK] = mark;
    this.#fill(node, this.#memory, source, size);
    this.#link(list, previous, node, next);
    list.bytes += size;
  }

  #fill(node: number, bytes: Uint8Array, source: number, size: number): void {
    const isLarge = size > slabBytes;
    this.#nodes[node * NODE_INTS + LARGE] = isLarge ? 1 : 0;
    if (isLarge) this.#large.set(node, bytes.slice(source, source + size));
    else if (bytes === this.#memory) this.#operations.copy(this.#origin(node), source, size);
    else this.#memory.set(bytes.subarray(source, source + size), this.#origin(node));
  }

  /** Makes what lies behind `position` of a node a node of its own; where the store is full, that part is given up. */
  #split(list: PieceList, node: number, position: number): void {
    const nodes = this.#nodes;
    const at = node * NODE_INTS;
    const next = nodes[at + NEXT] as number;
    const bytes = this.#bytesOf(node);
    const skip = (position - (nodes[at + START] as number)) | 0;
    const offset = this.#origin(node) + (nodes[at + SKIP] as number) + skip;
    const end = nodes[at + END] as number;
    const size = (end - position) | 0;
    this.#cutTail(list, at, position);
    const right = this.#allocate(size);
    if (right === 0) {
      this.#outcome.complete = false;
      return;
    }
    const to = right * NODE_INTS;
    nodes[to + START] = position;
    nodes[to + END] = end;
    nodes[to + FIRST] = nodes[at + FIRST] as number;
    nodes[to + LAST] = nodes[at + LAST] as number;
    nodes[to + SKIP] = 0;
    nodes[to + MARK] = nodes[at + MARK] as number;
    this.#fill(right, bytes, offset, size);
    this.#link(list, node, right, next);
    list.bytes += size;
  }

  #differs(node: number, from: number, end: number, shift: number): boolean {
    const at = node * NODE_INTS;
    const storedStart = this.#nodes[at + START] as number;
    const storedEnd = this.#nodes[at + END] as number;
    const low = ((from - storedStart) | 0) > 0 ? from : storedStart;
    const high = ((end - storedEnd) | 0) < 0 ? end : storedEnd;
    const origin = this.#origin(node) + (this.#nodes[at + SKIP] as number) + ((low - storedStart) | 0);
    const incoming = (low + shift) | 0;
    const shared = (high - low) | 0;
    if (!this.#isLarge(node)) return this.#operations.same(origin, incoming, shared) === 0;
    const stored = this.#bytesOf(node);
    for (let index = 0; index < shared; index++) {
      if (stored[origin + index] !== this.#memory[incoming + index]) return true;
    }
    return false;
  }

  #isLarge(node: number): boolean {
    return this.#nodes[node * NODE_INTS + LARGE] === 1;
  }

  #bytesOf(node: number): Uint8Array {
    return this.#isLarge(node) ? (this.#large.get(node) as Uint8Array) : this.#memory;
  }

  /** Where the bytes of a node begin in `#bytesOf` it. */
  #origin(node: number): number {
    return this.#isLarge(node) ? 0 : this.#slabs + node * slabBytes;
  }

  #length(at: number): number {
    return ((this.#nodes[at + END] as number) - (this.#nodes[at + START] as number)) | 0;
  }

  #cutHead(list: PieceList, at: number, count: number): void {
    this.#nodes[at + START] = ((this.#nodes[at + START] as number) + count) | 0;
    this.#nodes[at + SKIP] = (this.#nodes[at + SKIP] as number) + count;
    list.bytes -= count;
  }

  #cutTail(list: PieceList, at: number, position: number): void {
    list.bytes -= ((this.#nodes[at + END] as number) - position) | 0;
    this.#nodes[at + END] = position;
  }

  #link(list: PieceList, previous: number, node: number, next: number): void {
    this.#nodes[node * NODE_INTS + NEXT] = next;
    if (previous === 0) list.head = node;
    else this.#nodes[previous * NODE_INTS + NEXT] = node;
    if (next === 0) list.tail = node;
    list.pieces++;
  }

  /** Takes a node out of a list and gives it back; returns the one behind it. */
  #remove(list: PieceList, previous: number, node: number): number {
    const next = this.#nodes[node * NODE_INTS + NEXT] as number;
    if (previous === 0) list.head = next;
    else this.#nodes[previous * NODE_INTS + NEXT] = next;
    if (next === 0) list.tail = previous;
    list.bytes -= this.#length(node * NODE_INTS);
    list.pieces--;
    if (this.#isLarge(node)) this.#dropLarge(node);
    this.#nodes[node * NODE_INTS + NEXT] = this.#nodes[FREE] as number;
    this.#nodes[FREE] = node;
    this.#nodes[USED] = this.used - 1;
    return next;
  }

  #dropLarge(node: number): void {
    this.#nodes[USED] = this.used - slabsFor(this.#bytesOf(node).length) + 1;
    this.#large.delete(node);
  }

  /** A node for so many bytes; 0 when the budget does not allow it. */
  #allocate(size: number): number {
    const nodes = this.#nodes;
    const used = this.used + slabsFor(size);
    if (used > (nodes[CAPACITY] as number)) return 0;
    nodes[USED] = used;
    let node = nodes[FREE] as number;
    if (node !== 0) nodes[FREE] = nodes[node * NODE_INTS + NEXT] as number;
    else node = nodes[FRESH] = (nodes[FRESH] as number) + 1;
    return node;
  }
}

/** Where the slabs of a store lie; the first of them belongs to no node. */
export function slabsOf(base: number, capacity: number): number {
  return base + (capacity + 1) * NODE_INTS * 4;
}

/** Slabs that so many bytes count as. */
function slabsFor(size: number): number {
  return size <= slabBytes ? 1 : Math.ceil(size / slabBytes);
}
