// The short way of the segments in a window: src/tcp/in-order.ts has the same in TypeScript, and says why each question is asked. Frames
// nobody is told of (an ACK, a segment of a connection nobody listens to) are done with here; the first of any other kind is left to
// TypeScript: one that takes another way, or one whose bytes are to be delivered.
//
//   entries   │ ACK │ ACK │ data │ ACK │ SYN │ …          each │ ends one call of `advance`
//             └───────────────►│└─────────►│

import {
  ACKED,
  ADVERTISED,
  anyBacklog,
  ATTENTION,
  BACKLOG_0,
  COUNT,
  detailBytes,
  ESTABLISHED,
  FLOW_FLAGS,
  flowBytes,
  IGNORED,
  LAST_SEEN,
  NEXT,
  scaleShift,
  STATE_MASK,
  TIMESTAMPS,
  TSVAL,
} from "./flow";
import {
  ACKNOWLEDGMENT,
  entryBytes,
  ethernetBytes,
  FLAGS,
  FOUND,
  FRAME,
  ipv4Bytes,
  LENGTH,
  PAYLOAD,
  SEQUENCE,
  WINDOW,
} from "./window";

/** FIN, SYN, RST, ACK and URG: those that decide (src/tcp/segment.ts). */
const decisiveFlags: u32 = 0x37;
const ACK: u32 = 0x10;
/** NOP, NOP, kind 8, length 10 (RFC 7323 appendix A), as a little-endian machine reads them. */
const usualTimestampOption: u32 = 0x0a080101;
const tcpHeaderBytes: u32 = 20;

/**
 * Takes the entries from `entry` to `end` in order. Returns the first that it has not done with: as it is where the segment is still to be taken,
 * plus 1 where it was taken and its bytes are to be delivered; `end` where there is none. `clock` is the packet time in whole seconds;
 * the 32-bit number at `tally` counts segments of connections nobody listens to.
 */
export function advance(entry: u32, end: u32, flows: u32, details: u32, clock: u32, tally: u32): u32 {
  for (; entry < end; entry += entryBytes) {
    const found = load<u32>(entry, FOUND);
    if (found == 0 || (load<u32>(entry, FLAGS) & decisiveFlags) != ACK) return entry;
    const flow = flows + (found >>> 1) * flowBytes;
    const flags = load<u32>(flow, FLOW_FLAGS);
    const detail = details + (found >>> 1) * detailBytes;
    if (isInOrder(entry, flow, detail, found & 1, flags)) {
      if (apply(entry, flow, found & 1, flags, clock)) return entry | 1;
    } else if ((flags & (STATE_MASK | anyBacklog)) == IGNORED) {
      store<u32>(flow, clock, LAST_SEEN);
      store<u32>(tally, load<u32>(tally) + 1);
    } else {
      return entry;
    }
  }
  return end;
}

/** True for the expected segment of an established connection in which nothing is unusual. */
@inline
function isInOrder(entry: u32, flow: u32, detail: u32, from: u32, flags: u32): bool {
  if ((flags & (STATE_MASK | ATTENTION)) != ESTABLISHED) return false;
  const own = flow + (from << 2);
  const other = flow + ((from ^ 1) << 2);
  const length = load<u32>(entry, LENGTH);
  const next = load<u32>(own, NEXT);
  const ack = load<u32>(entry, ACKNOWLEDGMENT);
  const nextOfOther = load<u32>(other, NEXT);
  if (load<u32>(entry, SEQUENCE) != next || <i32>(ack - nextOfOther) > 0) return false;
  if (length != 0 && load<u32>(other, ADVERTISED) == 0) return false;
  if ((flags & anyBacklog) != 0) {
    if (length != 0 && (flags & (BACKLOG_0 << from)) != 0) return false;
    if (<i32>(load<u32>(other, ACKED) - next) > 0 || <i32>(load<u32>(own, ACKED) - nextOfOther) > 0) return false;
  }
  return (flags & TIMESTAMPS) == 0 || timestampPasses(entry, detail + (from << 2), length);
}

/** Notes the newest timestamp, too. */
@inline
function timestampPasses(entry: u32, detail: u32, length: u32): bool {
  const payload = load<u32>(entry, PAYLOAD);
  const option = load<u32>(entry, FRAME) + ethernetBytes + ipv4Bytes + tcpHeaderBytes;
  if (payload < option + 12 || load<u32>(option) != usualTimestampOption) return false;
  const value = <u32>bswap(load<u32>(option, 4));
  const ahead = <i32>(value - load<u32>(detail, TSVAL));
  if (ahead > 0 && length > 0) store<u32>(detail, value, TSVAL);
  return ahead >= 0;
}

/** Notes what the segment says; true where it has bytes. */
@inline
function apply(entry: u32, flow: u32, from: u32, flags: u32, clock: u32): bool {
  const own = flow + (from << 2);
  store<u32>(flow, clock, LAST_SEEN);
  const acked = load<u32>(own, ACKED);
  store<u32>(own, acked + <u32>max<i32>(<i32>(load<u32>(entry, ACKNOWLEDGMENT) - acked), 0), ACKED);
  store<u32>(own, load<u32>(entry, WINDOW) << ((flags >>> (scaleShift + (from << 2))) & 0xf), ADVERTISED);
  const length = load<u32>(entry, LENGTH);
  if (length == 0) return false;
  store<u32>(own, load<u32>(own, NEXT) + length, NEXT);
  const count = flow + (from << 3);
  store<f64>(count, load<f64>(count, COUNT) + <f64>length, COUNT);
  return true;
}
