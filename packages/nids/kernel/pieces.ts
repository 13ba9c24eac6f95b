// Segments and fragments put into lists of waiting pieces. src/reassembly/piece-store.ts knows all ways; here only what is
// plain is done, and nothing halfway: what needs a buffer of its own, overlaps a piece that has one or other bytes, or
// may find no room is left to it.

import { same } from "./bytes";
import {
  allocate,
  END,
  FIRST,
  giveBack,
  hasRoom,
  LARGE,
  LAST,
  MARK,
  NEXT,
  node,
  SKIP,
  slab,
  slabBytes,
  START,
} from "./piece-nodes";

/** A list. */
const HEAD: usize = 0;
const TAIL: usize = 4;
const BYTES: usize = 8;
const PIECES: usize = 12;

/** The overlap policy of segments: a bit for each geometry, set where the new piece wins (src/reassembly/overlap.ts). */
let newWins: u32 = 0;

/** Says which policy holds. */
export function usePolicy(policy: u32): void {
  newWins = policy;
}

/** What is to be put into a list: it begins and ends here, and its bytes lie there. */
let list: u32 = 0;
let start: u32 = 0;
let end: u32 = 0;
let source: u32 = 0;

/**
 * Puts the segment of `length` bytes at `from`, which begins at `position`, into a list; false, and nothing has
 * changed, where that is not plain.
 */
export function put(into: u32, position: u32, from: u32, length: u32): bool {
  if (length > slabBytes) return false;
  take(into, position, from, length);
  const previous = before();
  const current = behind(previous);
  if (!reaches(current)) {
    if (!hasRoom(1)) return false;
    place(previous, current, start, end);
    return true;
  }
  if (!repeats(current)) return false;
  settle(previous, current);
  return true;
}

/** The same for what must not overlap any piece; there is room for it. */
export function putApart(into: u32, position: u32, from: u32, length: u32): bool {
  take(into, position, from, length);
  const previous = before();
  const current = behind(previous);
  if (reaches(current)) return false;
  place(previous, current, start, end);
  return true;
}

@inline
function take(into: u32, position: u32, from: u32, length: u32): void {
  list = into;
  start = position;
  end = position + length;
  source = from;
}

/** The last piece that ends where the new one begins, or before; 0: there is none. */
@inline
function before(): u32 {
  let previous = load<u32>(list, TAIL);
  if (previous != 0 && !isBefore(start, load<u32>(node(previous), END))) return previous;
  previous = 0;
  let current = load<u32>(list, HEAD);
  while (current != 0 && !isBefore(start, load<u32>(node(current), END))) {
    previous = current;
    current = load<u32>(node(current), NEXT);
  }
  return previous;
}

/** The piece behind that; 0: there is none. */
@inline
function behind(previous: u32): u32 {
  return previous == 0 ? load<u32>(list, HEAD) : load<u32>(node(previous), NEXT);
}

/** True where so many bytes can be kept as one piece. */
@inline
export function hasRoomFor(length: u32): bool {
  return length <= slabBytes && hasRoom(1);
}

/** Copies the bytes of all pieces of a list to `to`, one behind the other, and gives the pieces back. None is large. */
export function takeOut(pieceList: u32, to: u32): void {
  list = pieceList;
  for (let number = load<u32>(list, HEAD); number != 0; number = remove(0, number)) {
    const at = node(number);
    const length = load<u32>(at, END) - load<u32>(at, START);
    memory.copy(to, slab(number) + load<u32>(at, SKIP), length);
    to += length;
  }
}

/** Position behind the last byte that waits in a list; 0 in one that is empty. */
@inline
export function endOf(pieceList: u32): u32 {
  const last = load<u32>(pieceList, TAIL);
  return last == 0 ? 0 : load<u32>(node(last), END);
}

/** Bytes that wait in a list. */
@inline
export function bytesIn(pieceList: u32): u32 {
  return load<u32>(pieceList, BYTES);
}

/** Position of the first byte that waits in a list, which must not be empty. */
@inline
export function firstOf(pieceList: u32): u32 {
  return load<u32>(node(load<u32>(pieceList, HEAD)), START);
}

/** True where nothing waits in a list. */
@inline
export function isEmpty(pieceList: u32): bool {
  return load<u32>(pieceList, HEAD) == 0;
}

/** True where a list may take so many bytes more as another piece. */
@inline
export function allows(pieceList: u32, length: u32, maxBytes: u32, maxPieces: u32): bool {
  return load<u32>(pieceList, BYTES) + length <= maxBytes && load<u32>(pieceList, PIECES) < maxPieces;
}

@inline
function isBefore(position: u32, other: u32): bool {
  return <i32>(position - other) < 0;
}

/** True where there is a piece of this number, which ends behind the segment's start, and the segment reaches into it. */
@inline
function reaches(number: u32): bool {
  return number != 0 && isBefore(load<u32>(node(number), START), end);
}

/** True where all pieces the segment reaches into, from this one on, have the same bytes, and there is room for what is new. */
function repeats(number: u32): bool {
  // A piece of its own in front of each, one behind the last, and one that is cut in two.
  let pieces: u32 = 2;
  for (; reaches(number); number = load<u32>(node(number), NEXT)) {
    const stored = node(number);
    if (load<u32>(stored, LARGE) != 0) return false;
    const storedStart = load<u32>(stored, START);
    const storedEnd = load<u32>(stored, END);
    const low = isBefore(storedStart, start) ? start : storedStart;
    const high = isBefore(storedEnd, end) ? storedEnd : end;
    const kept = slab(number) + load<u32>(stored, SKIP) + (low - storedStart);
    if (same(kept, source + (low - start), high - low) == 0) return false;
    pieces++;
  }
  return hasRoom(pieces);
}

/** Settles the overlaps of the segment with the pieces from `current` on; PieceStore.insert does the same. */
function settle(previous: u32, current: u32): void {
  // [from, end) is what is not settled yet.
  let from = start;
  while (isBefore(from, end)) {
    while (current != 0 && !isBefore(from, load<u32>(node(current), END))) {
      previous = current;
      current = load<u32>(node(current), NEXT);
    }
    if (!reaches(current)) {
      place(previous, current, from, end);
      return;
    }
    const stored = node(current);
    const storedStart = load<u32>(stored, START);
    const storedEnd = load<u32>(stored, END);
    if (((newWins >>> geometry(load<u32>(stored, FIRST), load<u32>(stored, LAST))) & 1) == 0) {
      if (isBefore(from, storedStart)) place(previous, current, from, storedStart);
      from = storedEnd;
      previous = current;
      current = load<u32>(stored, NEXT);
    } else if (isBefore(storedStart, from)) {
      if (isBefore(end, storedEnd)) split(current);
      cutTail(stored, from);
      previous = current;
      current = load<u32>(stored, NEXT);
    } else if (isBefore(end, storedEnd)) {
      cutHead(stored, end - storedStart);
    } else {
      current = remove(previous, current);
    }
  }
}

/** How the segment lies against a piece as that arrived. */
@inline
function geometry(first: u32, last: u32): u32 {
  const later = <i32>(start - first);
  const longer = <i32>(end - last);
  return (later > 0 ? 0 : later == 0 ? 3 : 6) + (longer < 0 ? 0 : longer == 0 ? 1 : 2);
}

/** Stores [from, to) of the segment between two pieces. */
function place(previous: u32, next: u32, from: u32, to: u32): void {
  const number = allocate();
  const at = node(number);
  store<u32>(at, start, FIRST);
  store<u32>(at, end, LAST);
  store<u32>(at, 0, MARK);
  fill(number, from, to, source + (from - start));
  link(previous, number, next);
}

/** Makes what lies of a piece behind the segment a piece of its own; from the piece it is still to be cut off. */
function split(number: u32): void {
  const at = node(number);
  const right = allocate();
  const to = node(right);
  store<u32>(to, load<u32>(at, FIRST), FIRST);
  store<u32>(to, load<u32>(at, LAST), LAST);
  store<u32>(to, load<u32>(at, MARK), MARK);
  const behind = slab(number) + load<u32>(at, SKIP) + (end - load<u32>(at, START));
  fill(right, end, load<u32>(at, END), behind);
  link(number, right, load<u32>(at, NEXT));
}

@inline
function fill(number: u32, from: u32, to: u32, bytes: u32): void {
  const at = node(number);
  store<u32>(at, from, START);
  store<u32>(at, to, END);
  store<u32>(at, 0, SKIP);
  store<u32>(at, 0, LARGE);
  memory.copy(slab(number), bytes, to - from);
  store<u32>(list, load<u32>(list, BYTES) + (to - from), BYTES);
}

@inline
function link(previous: u32, number: u32, next: u32): void {
  store<u32>(node(number), next, NEXT);
  if (previous == 0) store<u32>(list, number, HEAD);
  else store<u32>(node(previous), number, NEXT);
  if (next == 0) store<u32>(list, number, TAIL);
  store<u32>(list, load<u32>(list, PIECES) + 1, PIECES);
}

function cutHead(at: u32, count: u32): void {
  store<u32>(at, load<u32>(at, START) + count, START);
  store<u32>(at, load<u32>(at, SKIP) + count, SKIP);
  store<u32>(list, load<u32>(list, BYTES) - count, BYTES);
}

function cutTail(at: u32, position: u32): void {
  store<u32>(list, load<u32>(list, BYTES) - (load<u32>(at, END) - position), BYTES);
  store<u32>(at, position, END);
}

/** Takes a piece out of the list and gives it back; the one behind it. */
function remove(previous: u32, number: u32): u32 {
  const at = node(number);
  const next = load<u32>(at, NEXT);
  if (previous == 0) store<u32>(list, next, HEAD);
  else store<u32>(node(previous), next, NEXT);
  if (next == 0) store<u32>(list, previous, TAIL);
  store<u32>(list, load<u32>(list, BYTES) - (load<u32>(at, END) - load<u32>(at, START)), BYTES);
  store<u32>(list, load<u32>(list, PIECES) - 1, PIECES);
  giveBack(number);
  return next;
}
