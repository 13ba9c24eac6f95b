// How nearly all connections close: a FIN in order, without data, from each side, and the ACKs of both.
// src/tcp/closing.ts and segment-arrival.ts know all ways, and say why; where bytes are missing or still come, it
// is left to them.

import {
  acknowledge,
  ACKED,
  ADVERTISED,
  anyBacklog,
  ATTENTION,
  bothFinsAcked,
  bothKnown,
  ESTABLISHED,
  FIN_0,
  FIN_ACKED_0,
  FLOW_FLAGS,
  isCredible,
  LAST_SEEN,
  NEXT,
  scaled,
  STATE_MASK,
} from "./flow";
import { timestampPasses } from "./in-order";
import { ACKNOWLEDGMENT, LENGTH, SEQUENCE, WINDOW } from "./window";

/** Takes a FIN; false, and nothing has changed, where it is not the plain end of what its side sends. */
export function finishes(entry: u32, flow: u32, detail: u32, from: u32, clock: u32): bool {
  const flags = load<u32>(flow, FLOW_FLAGS);
  if ((flags & (FIN_0 << from)) != 0 || !isBare(entry, flow, from, flags)) return false;
  if (!timestampPasses(entry, detail + (from << 2), flags, 1)) return false;
  const own = flow + (from << 2);
  const confirmed = take(entry, flow, from, flags, clock);
  store<u32>(own, load<u32>(own, NEXT) + 1, NEXT); // a FIN takes a sequence number of its own (RFC 9293 §3.4)
  settle(entry, flow, from, confirmed | (FIN_0 << from) | ATTENTION);
  return true;
}

/** The same for an ACK without data: behind a FIN of either side, or of bytes that were not captured. */
export function acknowledges(entry: u32, flow: u32, detail: u32, from: u32, clock: u32): bool {
  const flags = load<u32>(flow, FLOW_FLAGS);
  if (!isBare(entry, flow, from, flags)) return false;
  if (!timestampPasses(entry, detail + (from << 2), flags, 0)) return false;
  const confirmed = take(entry, flow, from, flags, clock);
  // The last one is not looked at any further.
  if ((confirmed & bothFinsAcked) == bothFinsAcked) store<u32>(flow, confirmed, FLOW_FLAGS);
  else settle(entry, flow, from, confirmed);
  return true;
}

/** True where both sides have finished, and know it of each other. */
@inline
export function isComplete(flow: u32): bool {
  return (load<u32>(flow, FLOW_FLAGS) & bothFinsAcked) == bothFinsAcked;
}

/** True for the expected segment, without data, of an established connection in which nothing waits. */
@inline
function isBare(entry: u32, flow: u32, from: u32, flags: u32): bool {
  if ((flags & (STATE_MASK | anyBacklog | bothKnown)) != (ESTABLISHED | bothKnown)) return false;
  if (!isCredible(load<u32>(entry, ACKNOWLEDGMENT), load<u32>(flow + ((from ^ 1) << 2), NEXT))) return false;
  return load<u32>(entry, LENGTH) == 0 && load<u32>(entry, SEQUENCE) == load<u32>(flow + (from << 2), NEXT);
}

/** Notes the acknowledgment; the flags, in which the other side's FIN is confirmed where it covers that. */
@inline
function take(entry: u32, flow: u32, from: u32, flags: u32, clock: u32): u32 {
  store<u32>(flow, clock, LAST_SEEN);
  acknowledge(flow + (from << 2), load<u32>(entry, ACKNOWLEDGMENT));
  return confirmed(flow, from ^ 1, flags);
}

/** Notes the window, and the flags; this side's FIN may have been acknowledged before it came. */
@inline
function settle(entry: u32, flow: u32, from: u32, flags: u32): void {
  store<u32>(flow + (from << 2), scaled(<u32>load<u16>(entry, WINDOW), flags, from), ADVERTISED);
  store<u32>(flow, confirmed(flow, from, flags), FLOW_FLAGS);
}

@inline
function confirmed(flow: u32, side: u32, flags: u32): u32 {
  const covered = load<u32>(flow + ((side ^ 1) << 2), ACKED) - load<u32>(flow + (side << 2), NEXT);
  return (flags & (FIN_0 << side)) != 0 && <i32>covered >= 0 ? flags | (FIN_ACKED_0 << side) : flags;
}
