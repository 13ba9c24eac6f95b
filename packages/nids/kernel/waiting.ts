// Segments whose turn has not come, or has passed: the first kind waits for what is missing, of the second nothing is
// new. src/tcp/reassembler.ts knows all ways, and says why; where a FIN, a mark or an acknowledged hole has a part in
// it, it is left to it.
//
//   delivered              hole              waiting
//   ─────┤ old ├─────┤· · · · · · ·┤ waits ├┤───────┤
//                    next

import {
  acknowledge,
  ACKED,
  ADVERTISED,
  ATTENTION,
  BACKLOG_0,
  ESTABLISHED,
  FLOW_FLAGS,
  isSent,
  LAST_SEEN,
  NEXT,
  scaled,
  STATE_MASK,
} from "./flow";
import { timestampPasses } from "./in-order";
import { useSegmentPieces } from "./piece-nodes";
import { allows, firstOf, isEmpty, put, usePolicy } from "./pieces";
import { ACKNOWLEDGMENT, count, DUPLICATES, LENGTH, OUT_OF_ORDER, PAYLOAD, SEQUENCE, WINDOW } from "./window";

/** Extras of a flow: of each side the number of its backlog. */
const extraBytes: u32 = 32;

/** The record of a backlog begins with that of its list (src/tcp/backlog.ts). */
const backlogBytes: u32 = 32;
const STATE: usize = 16;
const FIN_SEQUENCE: usize = 20;
const NEXT_FREE: usize = 24;
const FIN_WAITING: u32 = 1;
const MARKED: u32 = 2;

/** The pool's own record, in place of backlog 0. */
const FREE: usize = 0;
const FRESH: usize = 4;

let extras: u32 = 0;
let backlogs: u32 = 0;
/** What may wait of one side: the engine's parameters `maxQueuedBytes` and `maxQueuedSegments`. */
let maxBytes: u32 = 0;
let maxPieces: u32 = 0;

/** Says where everything lies, and what the parameters ask for. */
export function useBacklogs(
  extrasAt: u32,
  backlogsAt: u32,
  nodesAt: u32,
  slabsAt: u32,
  policy: u32,
  bytes: u32,
  pieces: u32,
): void {
  extras = extrasAt;
  backlogs = backlogsAt;
  maxBytes = bytes;
  maxPieces = pieces;
  useSegmentPieces(nodesAt, slabsAt);
  usePolicy(policy);
}

/** Takes a segment with data; false, and nothing has changed, where that is not plain. */
export function waitsOrRepeats(entry: u32, flow: u32, detail: u32, found: u32, clock: u32): bool {
  const flags = load<u32>(flow, FLOW_FLAGS);
  if ((flags & (STATE_MASK | ATTENTION)) != ESTABLISHED) return false;
  const from = found & 1;
  const own = flow + (from << 2);
  const other = flow + ((from ^ 1) << 2);
  const next = load<u32>(own, NEXT);
  const nextOfOther = load<u32>(other, NEXT);
  const acked = load<u32>(other, ACKED);
  // No hole of either side is acknowledged: then none has a grace that runs, and none is to get one.
  if (!isSent(load<u32>(entry, ACKNOWLEDGMENT), nextOfOther)) return false;
  if (<i32>(acked - next) > 0 || <i32>(load<u32>(own, ACKED) - nextOfOther) > 0) return false;
  const sequence = load<u32>(entry, SEQUENCE);
  const length = load<u32>(entry, LENGTH);
  if (<i32>(sequence - next) > 0) {
    // Where the scale is not known the window is at least this one.
    if (<i32>(next + load<u32>(other, ADVERTISED) - sequence) <= 0) return false;
    if (!timestampPasses(entry, detail + (from << 2), flags, 0)) return false;
    if (!keep(flow, found, flags, sequence, load<u32>(entry, PAYLOAD), length)) return false;
    count(OUT_OF_ORDER);
  } else {
    const end = sequence + length;
    if (<i32>(end - next) > 0 || <i32>(end - acked) < 0) return false;
    if (!timestampPasses(entry, detail + (from << 2), flags, 0)) return false;
    count(DUPLICATES);
  }
  store<u32>(flow, clock, LAST_SEEN);
  acknowledge(own, load<u32>(entry, ACKNOWLEDGMENT));
  store<u32>(own, scaled(<u32>load<u16>(entry, WINDOW), flags, from), ADVERTISED);
  return true;
}

/** True where a segment in order that ends at `end` neither reaches into what waits of its side nor meets a mark. */
@inline
export function isClearOfBacklog(found: u32, end: u32): bool {
  const backlog = backlogOf(found);
  const state = load<u32>(backlog, STATE);
  if ((state & MARKED) != 0) return false;
  if ((state & FIN_WAITING) != 0 && <i32>(end - load<u32>(backlog, FIN_SEQUENCE)) > 0) return false;
  return isEmpty(backlog) || <i32>(end - firstOf(backlog)) <= 0;
}

/** True where the turn of something that waits has come at `next`. */
@inline
export function isReached(found: u32, next: u32): bool {
  const backlog = backlogOf(found);
  if ((load<u32>(backlog, STATE) & FIN_WAITING) != 0 && load<u32>(backlog, FIN_SEQUENCE) == next) return true;
  return !isEmpty(backlog) && firstOf(backlog) == next;
}

/** The backlog of a side that has one. */
@inline
function backlogOf(found: u32): u32 {
  return backlogs + load<u32>(numberAt(found)) * backlogBytes;
}

@inline
function numberAt(found: u32): u32 {
  return extras + (found >>> 1) * extraBytes + ((found & 1) << 2);
}

/** Keeps a segment in its side's backlog, which is opened where there is none. */
function keep(flow: u32, found: u32, flags: u32, sequence: u32, payload: u32, length: u32): bool {
  const flag = BACKLOG_0 << (found & 1);
  if ((flags & flag) != 0) {
    const backlog = backlogOf(found);
    const state = load<u32>(backlog, STATE);
    if (!allows(backlog, length, maxBytes, maxPieces)) return false;
    if ((state & FIN_WAITING) != 0 && <i32>(sequence + length - load<u32>(backlog, FIN_SEQUENCE)) > 0) return false;
    return put(backlog, sequence, payload, length);
  }
  const free = load<u32>(backlogs, FREE);
  const number = free != 0 ? free : load<u32>(backlogs, FRESH) + 1;
  const backlog = backlogs + number * backlogBytes;
  if (length > maxBytes || !put(backlog, sequence, payload, length)) return false;
  if (free != 0) store<u32>(backlogs, load<u32>(backlog, NEXT_FREE), FREE);
  else store<u32>(backlogs, number, FRESH);
  store<u32>(numberAt(found), number);
  store<u32>(flow, flags | flag, FLOW_FLAGS);
  return true;
}
