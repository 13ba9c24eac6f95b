// How nearly all connections open: the SYN, the SYN,ACK that answers it, and the ACK of the client that completes the
// handshake. src/tcp/handshake.ts knows all ways, and says why; what is unusual in any respect (data, held bytes, rare
// options, a half that was not captured) is left to it.

import {
  ACKED,
  ADVERTISED,
  ANSWERED,
  anyBacklog,
  bothScales,
  CLIENT_IS_SIDE_1,
  clientSide,
  detailBytes,
  ESTABLISHED,
  FLOW_FLAGS,
  flowBytes,
  ISN,
  KNOWN_0,
  LAST_SEEN,
  NEXT,
  OPENING,
  SCALED,
  scaleShift,
  STATE_MASK,
  SYN_ACK_SEEN,
  SYN_SEEN,
  SYN_WINDOWS,
  TIMESTAMPS,
  TSVAL,
} from "./flow";
import { details, flows, insert } from "./flow-table";
import { timestampPasses } from "./in-order";
import { ACKNOWLEDGMENT, LENGTH, optionsOf, PAYLOAD, SEQUENCE, SIDE, WINDOW } from "./window";

/** Option kinds (RFC 9293 §3.1, RFC 2018 §2, RFC 7323), and how long they are. */
const END_OF_OPTIONS: u32 = 0;
const NO_OPERATION: u32 = 1;
const SEGMENT_SIZE: u32 = 0x0402;
const WINDOW_SCALE: u32 = 0x0303;
const SACK_PERMITTED: u32 = 0x0204;
const TIMESTAMP: u32 = 0x0a08;
/** RFC 7323 §2.3: a larger shift counts as this. */
const maxWindowShift: u32 = 14;

/** Of the options read last: the shift, and where the timestamp is. `absent`, and 0, where there is none. */
let windowShift: u32 = 0;
let timestampAt: u32 = 0;
const absent: u32 = 0xff;

/** Takes the SYN of a connection that is not known; false, and nothing has changed, where it is not plain. */
export function begins(entry: u32, clock: u32, seconds: u32, mask: u32): bool {
  if (load<u32>(entry, LENGTH) != 0 || !readOptions(entry)) return false;
  const from = load<u32>(entry, SIDE);
  let flags = OPENING | SYN_SEEN | (KNOWN_0 << from) | (from * CLIENT_IS_SIDE_1);
  if (windowShift != absent) flags |= SCALED | (windowShift << (scaleShift + (from << 2)));
  if (timestampAt != 0) flags |= TIMESTAMPS;
  const found = insert(entry, flags, clock, seconds, mask);
  if (found == 0) return false;
  const detail = details + (found >>> 1) * detailBytes;
  noteSyn(entry, flows + (found >>> 1) * flowBytes, detail, from);
  if (timestampAt != 0) store<u32>(detail + (from << 2), <u32>bswap(load<u32>(timestampAt)), TSVAL);
  return true;
}

/** Takes a SYN,ACK; false, and nothing has changed, where it is not the plain answer to the SYN. */
export function answers(entry: u32, flow: u32, detail: u32, from: u32, clock: u32): bool {
  const flags = load<u32>(flow, FLOW_FLAGS);
  if ((flags & (STATE_MASK | anyBacklog)) != OPENING || from == clientSide(flags)) return false;
  const client = flow + ((from ^ 1) << 2);
  if (load<u32>(entry, LENGTH) != 0 || load<u32>(entry, ACKNOWLEDGMENT) != load<u32>(client, NEXT)) return false;
  if (!readOptions(entry)) return false;
  noteSyn(entry, flow, detail, from);
  // Options count only when both sides offered them (RFC 7323 §2.2, §3.2).
  let agreed = flags;
  if (windowShift == absent) agreed &= ~(SCALED | bothScales);
  else if ((flags & SCALED) != 0) agreed |= windowShift << (scaleShift + (from << 2));
  if (timestampAt == 0) agreed &= ~TIMESTAMPS;
  else if ((flags & TIMESTAMPS) != 0) store<u32>(detail + (from << 2), <u32>bswap(load<u32>(timestampAt)), TSVAL);
  store<u32>(flow, (agreed & ~STATE_MASK) | ANSWERED | SYN_ACK_SEEN | (KNOWN_0 << from), FLOW_FLAGS);
  store<u32>(flow, clock, LAST_SEEN);
  return true;
}

/** Establishes the connection where the segment completes the handshake; the segment itself is still to be taken. */
export function completes(entry: u32, flow: u32, detail: u32, from: u32, clock: u32): bool {
  const flags = load<u32>(flow, FLOW_FLAGS);
  if ((flags & (STATE_MASK | anyBacklog)) != ANSWERED) return false;
  const own = flow + (from << 2);
  const other = flow + ((from ^ 1) << 2);
  if (from != clientSide(flags) || load<u32>(entry, SEQUENCE) != load<u32>(own, NEXT)) return false;
  if (load<u32>(entry, ACKNOWLEDGMENT) != load<u32>(other, NEXT) || load<u32>(entry, LENGTH) != 0) return false;
  if (!timestampPasses(entry, detail + (from << 2), flags, 0)) return false;
  store<u32>(flow, (flags & ~STATE_MASK) | ESTABLISHED, FLOW_FLAGS);
  store<u32>(flow, clock, LAST_SEEN);
  return true;
}

/** Notes where the stream of a side begins, by its SYN, and the window in that, which is never scaled (RFC 7323 §2.2). */
@inline
function noteSyn(entry: u32, flow: u32, detail: u32, from: u32): void {
  const own = flow + (from << 2);
  const other = flow + ((from ^ 1) << 2);
  const sequence = load<u32>(entry, SEQUENCE);
  const window = <u32>load<u16>(entry, WINDOW);
  store<u32>(detail + (from << 2), sequence, ISN);
  store<u32>(own, sequence + 1, NEXT);
  store<u32>(other, sequence + 1, ACKED);
  store<u32>(own, window, ADVERTISED);
  store<u16>(detail + (from << 1), <u16>window, SYN_WINDOWS);
}

/** Reads the options of a SYN or SYN,ACK; false where there are others than the usual ones, or one of them twice. */
function readOptions(entry: u32): bool {
  const end = load<u32>(entry, PAYLOAD);
  windowShift = absent;
  timestampAt = 0;
  for (let at = optionsOf(entry); at < end;) {
    const kind = <u32>load<u8>(at);
    if (kind == END_OF_OPTIONS) return true;
    if (kind == NO_OPERATION) {
      at++;
      continue;
    }
    const kindAndLength = <u32>load<u16>(at);
    if (kindAndLength == WINDOW_SCALE && windowShift == absent) windowShift = min(<u32>load<u8>(at, 2), maxWindowShift);
    else if (kindAndLength == TIMESTAMP && timestampAt == 0) timestampAt = at + 2;
    else if (kindAndLength != SEGMENT_SIZE && kindAndLength != SACK_PERMITTED) return false;
    at += kindAndLength >>> 8;
    if (at > end) return false;
  }
  return true;
}
