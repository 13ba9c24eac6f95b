// The frames of a window, taken in order. Those nobody is told of (a SYN, its answer, an ACK, a segment of a connection
// nobody listens to, a fragment that waits for others) are done with here; the first of any other kind ends the call:
// one that takes another way is left to TypeScript; for the others the return value says what happened.
//
//   entries   │ SYN │ SYN,ACK │ ACK │ data │ ACK │ ACK │ FIN │ ACK │ …          each │ ends one call of `advance`
//             │◄───────────────────►│◄────►│◄───────────────────►│

import { acknowledges, finishes, isComplete } from "./closing";
import {
  anyBacklog,
  BACKLOG_0,
  detailBytes,
  FLOW_FLAGS,
  flowBytes,
  IGNORED,
  LAST_SEEN,
  NEXT,
  STATE_MASK,
} from "./flow";
import { details, flows, search } from "./flow-table";
import { joins } from "./fragments";
import { apply, isInOrder } from "./in-order";
import { answers, begins, completes } from "./opening";
import { ANNOUNCE, COMPLETE, DELIVER, DONE, FILL, LEFT, SEGMENT } from "./outcome";
import { notes } from "./scan";
import { isReached, waitsOrRepeats } from "./waiting";
import { count, entryBytes, FLAGS, FOUND, LENGTH, PAYLOAD, UNFOLLOWED } from "./window";

/** Flags of segments: those that decide (src/tcp/segment.ts), and of these. */
const decisiveFlags: u32 = 0x37;
const FIN: u32 = 0x01;
const SYN: u32 = 0x02;
const ACK: u32 = 0x10;

/**
 * How far the kernel follows connections: it keeps segments out of order, opens and closes; it makes flows for those
 * that are not known.
 */
let follows: bool = false;
let makesFlows: bool = false;

/** Says how far it follows connections. */
export function follow(connections: bool, unknownOnes: bool): void {
  follows = connections;
  makesFlows = connections && unknownOnes;
}

/**
 * Takes the entries from `entry` to `end` in order. Returns the first it has not done with, plus what has become of it;
 * `end` where there is none. `clock` is the packet time in whole seconds, which never goes back, `seconds` that of
 * these frames; `mask` is the index's.
 */
export function advance(entry: u32, end: u32, clock: u32, seconds: u32, mask: u32): u32 {
  for (; entry < end; entry += entryBytes) {
    let found = load<u32>(entry, FOUND);
    if (found == 0) {
      if (!follows) return entry;
      if (load<u32>(entry, PAYLOAD) == 0) {
        const outcome = joins(entry, clock, seconds, mask);
        if (outcome == DONE) continue;
        if (outcome != SEGMENT) return entry | outcome;
        found = load<u32>(entry, FOUND);
      }
    }
    const kind = <u32>load<u16>(entry, FLAGS) & decisiveFlags;
    if (found == 0) {
      if (kind == SYN && opens(entry, clock, seconds, mask)) continue;
      if ((kind & ACK) == 0) return entry;
      found = findAgain(entry, mask);
      if (found == 0) return entry;
    }
    const from = found & 1;
    const flow = flows + (found >>> 1) * flowBytes;
    const detail = details + (found >>> 1) * detailBytes;
    if (kind == ACK) {
      const flags = load<u32>(flow, FLOW_FLAGS);
      if (isInOrder(entry, flow, detail, found, flags)) {
        if (apply(entry, flow, from, flags, clock)) return entry | delivered(flow, found, flags);
        continue;
      }
      if ((flags & (STATE_MASK | anyBacklog)) == IGNORED) {
        store<u32>(flow, clock, LAST_SEEN);
        count(UNFOLLOWED);
        continue;
      }
      if (follows && load<u32>(entry, LENGTH) != 0) {
        if (waitsOrRepeats(entry, flow, detail, found, clock)) continue;
        return entry;
      }
    }
    const outcome = follows ? openOrClose(kind, entry, flow, detail, from, clock) : LEFT;
    if (outcome != DONE) return entry | outcome;
  }
  return end;
}

/**
 * Takes the SYN of a connection that is not known, where that is plain. Where it is not, its target is noted again,
 * which changes nothing.
 */
function opens(entry: u32, clock: u32, seconds: u32, mask: u32): bool {
  return makesFlows && notes(entry, seconds) && begins(entry, clock, seconds, mask);
}

/** The bytes of a segment are to be delivered, and what waits for them, if anything. */
@inline
function delivered(flow: u32, found: u32, flags: u32): u32 {
  const from = found & 1;
  const hasBacklog = (flags & (BACKLOG_0 << from)) != 0;
  return hasBacklog && isReached(found, load<u32>(flow + (from << 2), NEXT)) ? FILL : DELIVER;
}

/** Takes a segment that opens or closes its connection; what has become of it. */
function openOrClose(kind: u32, entry: u32, flow: u32, detail: u32, from: u32, clock: u32): u32 {
  if (kind == (SYN | ACK)) return answers(entry, flow, detail, from, clock) ? DONE : LEFT;
  if (kind == (FIN | ACK)) {
    if (!finishes(entry, flow, detail, from, clock)) return LEFT;
  } else {
    if (kind != ACK) return LEFT;
    if (completes(entry, flow, detail, from, clock)) return ANNOUNCE;
    if (!acknowledges(entry, flow, detail, from, clock)) return LEFT;
  }
  return isComplete(flow) ? COMPLETE : DONE;
}

/**
 * The flow of a frame that may have begun in this window; 0 where there still is none, or where the index has grown and
 * its chain lies elsewhere now: TypeScript will find it.
 */
function findAgain(entry: u32, mask: u32): u32 {
  const found = search(entry, mask);
  store<u32>(entry, found, FOUND);
  return found;
}
