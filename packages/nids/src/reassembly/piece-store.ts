// Pieces of bytes that wait: TCP segments behind a hole, IP fragments of an incomplete datagram. Both are kept the same
// way, as a list of pieces in order of position that do not overlap; overlaps are settled by policy when a piece comes.
//
//   list ──► [100,160) ──► [160,220) ──► [300,360) ──► 0          hole [220,300)
//              node          node          node
//
// Nodes and bytes lie in piece-nodes.ts; when that has no room, a piece is refused and its owner decides. The kernel
// puts TCP segments into lists where that is plain (kernel/pieces.ts).
//
// Insertion walks from the head, or starts at the tail when the new piece lies behind it, as nearly all do: O(1) then,
// O(pieces of the list) at worst, and lists are bounded by their owner.

import type { EngineMemory } from "../memory/layout.js";
import { geometry } from "./overlap.js";
import type { OverlapTable } from "./overlap.js";
import type { PieceList } from "./piece-list.js";
import { END, FIRST, LAST, MARK, NEXT, NODE_INTS, PieceNodes, SKIP, START } from "./piece-nodes.js";

/** What an insertion met. */
export interface InsertOutcome {
  /** Stored pieces that the new one overlapped. */
  overlaps: number;
  /** Of these, how many held other bytes in the shared range. */
  conflicts: number;
  /** False when the store had no room for part of the piece. */
  complete: boolean;
}

/** Lists of pieces, and the walk over them. */
export class PieceStore {
  /** What the pieces of all lists lie in. */
  readonly nodes: PieceNodes;
  readonly #memory: Uint8Array;
  readonly #fields: Int32Array;
  readonly #outcome: InsertOutcome = { overlaps: 0, conflicts: 0, complete: true };

  /** `base` is where the region lies in `memory`; `capacity` is the number of nodes and slabs. */
  constructor(memory: EngineMemory, base: number, capacity: number) {
    this.#memory = memory.bytes;
    this.nodes = new PieceNodes(memory, base, capacity);
    this.#fields = this.nodes.fields;
  }

  /** Position of the first byte of the list's first piece; the list must not be empty. */
  start(list: PieceList): number {
    return this.nodes.startOf(list.head);
  }

  /** True when a segment or fragment that waits began at this position when it arrived. */
  beginsAt(list: PieceList, position: number): boolean {
    for (let node = list.head; node !== 0; node = this.#fields[node * NODE_INTS + NEXT] as number) {
      if (this.#fields[node * NODE_INTS + FIRST] === position) return true;
    }
    return false;
  }

  /** Position behind the last byte of the list. */
  lastEnd(list: PieceList): number {
    return this.nodes.endOf(list.tail);
  }

  /** Takes the first piece off the list. */
  shift(list: PieceList): void {
    const fields = this.#fields;
    const node = list.head;
    const at = node * NODE_INTS;
    list.dropFirst(fields[at + NEXT] as number, ((fields[at + END] as number) - (fields[at + START] as number)) | 0);
    this.nodes.free(node);
  }

  /** Gives all pieces of a list back. */
  release(list: PieceList): void {
    while (list.head !== 0) this.shift(list);
  }

  /**
   * Puts [start, start + length), which lies in the engine's memory at `offset`, into the list, settling overlaps by
   * `policy`; `mark` is kept with it. The outcome object is reused by the next call.
   */
  insert(
    list: PieceList,
    start: number,
    offset: number,
    length: number,
    policy: OverlapTable,
    mark = 0,
  ): InsertOutcome {
    const fields = this.#fields;
    const outcome = this.#outcome;
    outcome.overlaps = outcome.conflicts = 0;
    outcome.complete = true;
    const end = (start + length) | 0;
    // [from, end) is the part of the new piece that is not settled yet; all before `from` is stored or lost.
    let from = start;
    let previous = list.tail !== 0 && ((start - this.lastEnd(list)) | 0) >= 0 ? list.tail : 0;
    let current = previous !== 0 ? 0 : list.head;
    while (((end - from) | 0) > 0) {
      while (current !== 0 && ((from - (fields[current * NODE_INTS + END] as number)) | 0) >= 0) {
        previous = current;
        current = fields[current * NODE_INTS + NEXT] as number;
      }
      const at = current * NODE_INTS;
      if (current === 0 || ((end - (fields[at + START] as number)) | 0) <= 0) {
        this.#store(list, previous, current, from, end, start, offset, length, mark);
        return outcome;
      }
      outcome.overlaps++;
      if (this.#differs(current, from, end, offset - start)) outcome.conflicts++;
      const storedStart = fields[at + START] as number;
      const storedEnd = fields[at + END] as number;
      const lies =
        policy.against === "kept"
          ? geometry(start, end, storedStart, storedEnd)
          : geometry(start, end, fields[at + FIRST] as number, fields[at + LAST] as number);
      if (policy.newWins[lies] !== true) {
        // O stays: what lies before it is stored, then N goes on behind it.
        if (((storedStart - from) | 0) > 0) {
          this.#store(list, previous, current, from, storedStart, start, offset, length, mark);
        }
        from = storedEnd;
        previous = current;
        current = fields[at + NEXT] as number;
      } else if (((from - storedStart) | 0) > 0) {
        // O begins before N: its head stays, and its tail too where N ends inside it.
        if (((storedEnd - end) | 0) > 0) this.#split(list, current, end);
        this.#cutTail(list, at, from);
        previous = current;
        current = fields[at + NEXT] as number;
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
    const node = this.nodes.allocate(size);
    if (node === 0) {
      this.#outcome.complete = false;
      return;
    }
    const at = node * NODE_INTS;
    const fields = this.#fields;
    fields[at + START] = from;
    fields[at + END] = to;
    fields[at + FIRST] = start;
    fields[at + LAST] = (start + length) | 0;
    fields[at + MARK] = mark;
    this.nodes.fill(node, this.#memory, offset + ((from - start) | 0), size);
    this.#link(list, previous, node, next);
    list.bytes += size;
  }

  /** Makes what lies behind `position` of a node a node of its own; where the store is full, that part is given up. */
  #split(list: PieceList, node: number, position: number): void {
    const fields = this.#fields;
    const at = node * NODE_INTS;
    const next = fields[at + NEXT] as number;
    const bytes = this.nodes.bytesOf(node);
    const offset = this.nodes.offsetOf(node) + ((position - (fields[at + START] as number)) | 0);
    const end = fields[at + END] as number;
    const size = (end - position) | 0;
    this.#cutTail(list, at, position);
    const right = this.nodes.allocate(size);
    if (right === 0) {
      this.#outcome.complete = false;
      return;
    }
    const to = right * NODE_INTS;
    fields[to + START] = position;
    fields[to + END] = end;
    fields[to + FIRST] = fields[at + FIRST] as number;
    fields[to + LAST] = fields[at + LAST] as number;
    fields[to + MARK] = fields[at + MARK] as number;
    this.nodes.fill(right, bytes, offset, size);
    this.#link(list, node, right, next);
    list.bytes += size;
  }

  /**
   * True where the new piece, which is settled up to `from`, has other bytes than a node where they overlap; its bytes
   * lie `shift` behind their positions.
   */
  #differs(node: number, from: number, end: number, shift: number): boolean {
    const at = node * NODE_INTS;
    const storedStart = this.#fields[at + START] as number;
    const storedEnd = this.#fields[at + END] as number;
    const low = ((from - storedStart) | 0) > 0 ? from : storedStart;
    const high = ((end - storedEnd) | 0) < 0 ? end : storedEnd;
    return this.nodes.differ(node, (low - storedStart) | 0, (low + shift) | 0, (high - low) | 0);
  }

  #cutHead(list: PieceList, at: number, count: number): void {
    this.#fields[at + START] = ((this.#fields[at + START] as number) + count) | 0;
    this.#fields[at + SKIP] = (this.#fields[at + SKIP] as number) + count;
    list.bytes -= count;
  }

  #cutTail(list: PieceList, at: number, position: number): void {
    list.bytes -= ((this.#fields[at + END] as number) - position) | 0;
    this.#fields[at + END] = position;
  }

  #link(list: PieceList, previous: number, node: number, next: number): void {
    this.#fields[node * NODE_INTS + NEXT] = next;
    if (previous === 0) list.head = node;
    else this.#fields[previous * NODE_INTS + NEXT] = node;
    if (next === 0) list.tail = node;
    list.pieces++;
  }

  /** Takes a node out of a list and gives it back; returns the one behind it. */
  #remove(list: PieceList, previous: number, node: number): number {
    const at = node * NODE_INTS;
    const next = this.#fields[at + NEXT] as number;
    if (previous === 0) list.head = next;
    else this.#fields[previous * NODE_INTS + NEXT] = next;
    if (next === 0) list.tail = previous;
    list.bytes -= ((this.#fields[at + END] as number) - (this.#fields[at + START] as number)) | 0;
    list.pieces--;
    this.nodes.free(node);
    return next;
  }
}
