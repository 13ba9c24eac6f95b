// The short way of a segment: src/tcp/in-order.ts has the same in TypeScript, and says why each question is asked.

import {
  acknowledge,
  ACKED,
  ADVERTISED,
  anyBacklog,
  ATTENTION,
  BACKLOG_0,
  COUNT,
  ESTABLISHED,
  isSent,
  LAST_SEEN,
  NEXT,
  scaled,
  STATE_MASK,
  TIMESTAMPS,
  TSVAL,
} from "./flow";
import { isClearOfBacklog } from "./waiting";
import { ACKNOWLEDGMENT, LENGTH, optionsOf, PAYLOAD, SEQUENCE, WINDOW } from "./window";

/** NOP, NOP, kind 8, length 10 (RFC 7323 appendix A), as a little-endian machine reads them. */
const usualTimestampOption: u32 = 0x0a080101;

/** True for the expected segment of an established connection in which nothing is unusual. */
@inline
export function isInOrder(entry: u32, flow: u32, detail: u32, found: u32, flags: u32): bool {
  const from = found & 1;
  if ((flags & (STATE_MASK | ATTENTION)) != ESTABLISHED) return false;
  const own = flow + (from << 2);
  const other = flow + ((from ^ 1) << 2);
  const length = load<u32>(entry, LENGTH);
  const next = load<u32>(own, NEXT);
  const nextOfOther = load<u32>(other, NEXT);
  if (load<u32>(entry, SEQUENCE) != next || !isSent(load<u32>(entry, ACKNOWLEDGMENT), nextOfOther)) return false;
  if (length != 0 && load<u32>(other, ADVERTISED) == 0) return false;
  if ((flags & anyBacklog) != 0) {
    if (length != 0 && (flags & (BACKLOG_0 << from)) != 0 && !isClearOfBacklog(found, next + length)) return false;
    if (<i32>(load<u32>(other, ACKED) - next) > 0 || <i32>(load<u32>(own, ACKED) - nextOfOther) > 0) return false;
  }
  return timestampPasses(entry, detail + (from << 2), flags, length);
}

/**
 * True where the segment is not older than another by its timestamp. Notes the newest, where the segment takes up
 * `length` numbers.
 */
@inline
export function timestampPasses(entry: u32, detail: u32, flags: u32, length: u32): bool {
  if ((flags & TIMESTAMPS) == 0) return true;
  const option = optionsOf(entry);
  if (load<u32>(entry, PAYLOAD) < option + 12 || load<u32>(option) != usualTimestampOption) return false;
  const value = <u32>bswap(load<u32>(option, 4));
  const ahead = <i32>(value - load<u32>(detail, TSVAL));
  if (ahead > 0 && length > 0) store<u32>(detail, value, TSVAL);
  return ahead >= 0;
}

/** Notes what the segment says; true where it has bytes. */
@inline
export function apply(entry: u32, flow: u32, from: u32, flags: u32, clock: u32): bool {
  const own = flow + (from << 2);
  store<u32>(flow, clock, LAST_SEEN);
  acknowledge(own, load<u32>(entry, ACKNOWLEDGMENT));
  store<u32>(own, scaled(<u32>load<u16>(entry, WINDOW), flags, from), ADVERTISED);
  const length = load<u32>(entry, LENGTH);
  if (length == 0) return false;
  store<u32>(own, load<u32>(own, NEXT) + length, NEXT);
  const count = flow + (from << 3);
  store<f64>(count, load<f64>(count, COUNT) + <f64>length, COUNT);
  return true;
}
