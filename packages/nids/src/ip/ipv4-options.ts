// The options of an IPv4 header (RFC 791 §3.1): which of them nobody should believe. A host drops the whole packet for
// an option that contradicts itself, so what is in such a packet is not read by anybody; and a source route changes the
// meaning of the destination address (RFC 7126 §4.3, §4.4).
//
//     kind │ length │ pointer │ slots, to be filled in on the way …            record route, 7
//     kind │ length │ pointer │ overflow, flag │ slots …                       timestamps, 68
//                        └─ the next slot; the kind is byte 1
//
// A pointer into the slots needs a whole slot there; one behind them says that all are filled. The limits are those that
// Linux keeps; a flag of the timestamps that RFC 791 does not have is no reason for it to drop a packet.

const END = 0;
const NO_OPERATION = 1;
const RECORD_ROUTE = 7;
const TIMESTAMPS = 68;
const ROUTER_ALERT = 148; // RFC 2113 §2.1

/** Loose and strict source route. */
const sourceRoutes: readonly number[] = [131, 137];

/** Flags of timestamps: a slot is a time alone (0), or an address and a time (1, and 3, where the sender gives the address). */
const withAddress = 1;
const prespecified = 3;

/** The kind of the first option between `start` and `end` that no host accepts, or that is a source route; undefined: none. */
export function unacceptableOption(bytes: Uint8Array, start: number, end: number): number | undefined {
  let recordsRoute = false;
  let hasTimestamps = false;
  for (let at = start; at < end;) {
    const kind = bytes[at] as number;
    if (kind === END) return undefined;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? (bytes[at + 1] as number) : 0;
    if (length < 2 || at + length > end || sourceRoutes.includes(kind)) return kind;
    if (kind === RECORD_ROUTE) {
      if (recordsRoute || !isRecordRoute(bytes, at, length)) return kind;
      recordsRoute = true;
    } else if (kind === TIMESTAMPS) {
      if (hasTimestamps || !areTimestamps(bytes, at, length)) return kind;
      hasTimestamps = true;
    } else if (kind === ROUTER_ALERT && length < 4) {
      return kind;
    }
    at += length;
  }
  return undefined;
}

function isRecordRoute(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < 3) return false;
  const pointer = bytes[at + 2] as number;
  return pointer >= 4 && hasSlot(pointer, 4, length);
}

function areTimestamps(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < 4) return false;
  const pointer = bytes[at + 2] as number;
  const overflow = (bytes[at + 3] as number) >> 4;
  const flag = (bytes[at + 3] as number) & 15;
  if (pointer < 5) return false;
  // The count of hosts that had no slot must not wrap; where the sender named them, none is counted.
  if (pointer > length) return overflow < 15 || flag === prespecified;
  return hasSlot(pointer, flag === withAddress || flag === prespecified ? 8 : 4, length);
}

function hasSlot(pointer: number, size: number, length: number): boolean {
  return pointer > length || pointer + size - 1 <= length;
}
