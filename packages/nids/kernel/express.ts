// What the express lane asks about the frames it looks ahead at (express-window.ts has the same in TypeScript): are
// they plain Ethernet, IPv4 without options and fragments, TCP; are they right; which flow do they belong to; and what
// do their TCP headers say? The frames of a window are gone over several times, so that memory is asked for the lines
// of all of them at once, where one frame after the other would wait for each. What asks is a short loop of its own: a
// processor looks some hundred instructions ahead, and the shorter a round, the more of them it has under way.
//
//   read     frame   ──► key and hash
//   ask                  for the bucket of the index
//   verify   frame   ──► are its checksums right?       (meanwhile the buckets come)
//   probe    bucket  ──► candidate
//   ask                  for the record of the flow
//   confirm  record  ──► side of the flow; ask for the flow's details, where they will be looked at
//
// Hash and index are in flow-table.ts, the layouts of flows and of the window in flow.ts and window.ts. Sixteen bytes
// of header are put into the machine's byte order at once:
//
//   IP header + 12   │ source │ destination │ ports                 │ sequence        │
//   IP header + 28   │ acknowledgment       │ offset, flags, window │ (what follows)  │
//
// and go into the entry as they are, two words at a time, as far as they can: each instruction counts here.

import { isPayloadRight, isPlainRight } from "./checksum";
import { detailBytes, ESTABLISHED, FLOW_FLAGS, flowBytes, STATE_MASK, TIMESTAMPS } from "./flow";
import { confirm, details, flows, hashOf, index, probe } from "./flow-table";
import {
  ACKNOWLEDGMENT,
  CAPTURED,
  entryBytes,
  ethernetBytes,
  FLAGS,
  FOUND,
  FRAME,
  ipv4Bytes,
  KEY,
  LENGTH,
  PAYLOAD,
  plainIpv4,
  PORTS,
  SEQUENCE,
  SIDE,
  SLOT,
} from "./window";

/** FIN and RST. */
const endingFlags: u32 = 0x05;
/** IP header + 6: no fragment, and behind the time to live the protocol TCP. */
const fragmentAndProtocol: u32 = 0xff00ff3f;
const wholeTcp: u32 = 0x06000000;

/** Whether the checksums of the window that was looked at last are verified. */
export let verifies: bool = false;

/**
 * Goes over a window of `count` frames. What it returns means nothing: it keeps a compiler from leaving out what only
 * asks for memory.
 */
export function look(window: u32, count: u32, verify: u32, mask: u32): u32 {
  const buckets = index;
  const records = flows;
  const end = window + count * entryBytes;
  let touched: u32 = 0;
  verifies = verify != 0;
  for (let entry = window; entry < end; entry += entryBytes) store<u32>(entry, read(entry), FOUND);
  for (let entry = window; entry < end; entry += entryBytes) {
    touched += load<u32>(buckets + ((load<u32>(entry, FOUND) & mask) << 3), 4);
  }
  if (verifies) {
    for (let entry = window; entry < end; entry += entryBytes) {
      if (load<u32>(entry, PAYLOAD) != 0 && !isRight(entry)) store<u32>(entry, 0, PAYLOAD);
    }
  }
  for (let entry = window; entry < end; entry += entryBytes) probe(entry, load<u32>(entry, FOUND), mask);
  for (let entry = window; entry < end; entry += entryBytes) {
    touched += load<u32>(records + load<u32>(entry, SLOT) * flowBytes);
  }
  for (let entry = window; entry < end; entry += entryBytes) {
    const found = load<u32>(entry, PAYLOAD) != 0 ? confirm(entry, mask) : 0;
    store<u32>(entry, found, FOUND);
    const record = records + (found >>> 1) * flowBytes;
    const flags = load<u32>(record, FLOW_FLAGS);
    const unusual = ((flags & (STATE_MASK | TIMESTAMPS)) ^ ESTABLISHED) | (<u32>load<u16>(entry, FLAGS) & endingFlags);
    touched += load<u32>(select<u32>(details + (found >>> 1) * detailBytes, record, unusual != 0));
  }
  return touched;
}

/**
 * The same for one entry, whose frame is a datagram that was put together from fragments: the checksums of their headers
 * were right.
 */
export function lookAt(entry: u32, mask: u32): void {
  const hash = read(entry);
  if (load<u32>(entry, PAYLOAD) != 0 && verifies && !isPayloadRight(ipOf(entry), totalLengthOf(entry))) {
    store<u32>(entry, 0, PAYLOAD);
  }
  probe(entry, hash, mask);
  store<u32>(entry, load<u32>(entry, PAYLOAD) != 0 ? confirm(entry, mask) : 0, FOUND);
}

/** Reads the headers of a frame into its entry; its hash. PAYLOAD is 0 where it is not the plain kind. */
@inline
function read(entry: u32): u32 {
  // Bytes of the network in this order are four words as the machine has them.
  const order = i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
  const frame = load<u32>(entry, FRAME);
  const ip = frame + ethernetBytes;
  store<u32>(entry, 0, PAYLOAD);
  if ((load<u32>(frame, 12) & 0x00ffffff) != plainIpv4) return 0;
  if ((load<u32>(ip, 6) & fragmentAndProtocol) != wholeTcp) return 0;
  const totalLength = <u32>bswap(load<u16>(ip, 2));
  const first = i8x16.swizzle(v128.load(ip, 12), order);
  const second = i8x16.swizzle(v128.load(ip, 28), order);
  const addresses = <u64>i64x2.extract_lane(first, 0);
  const acknowledgmentToWindow = <u64>i64x2.extract_lane(second, 0);
  const headerBytes = <u32>(acknowledgmentToWindow >>> 58) & 0x3c;
  const length = totalLength - ipv4Bytes - headerBytes;
  if (totalLength + ethernetBytes > load<u32>(entry, CAPTURED) || headerBytes < 20 || <i32>length < 0) return 0;
  const source = <u32>addresses;
  const destination = <u32>(addresses >>> 32);
  if (source >>> 1 == destination >>> 1) return 0;
  v128.store32_lane(entry, first, 3, SEQUENCE);
  store<u64>(entry, acknowledgmentToWindow, ACKNOWLEDGMENT); // and WINDOW, FLAGS
  store<u32>(entry, ip + ipv4Bytes + headerBytes, PAYLOAD);
  store<u32>(entry, length, LENGTH);
  // Endpoints are ordered without a branch, which would be guessed wrong half of the time.
  const side = <u32>(source >= destination);
  const ordered = rotl<u64>(addresses, <u64>side << 5);
  const ports = rotl<u32>(<u32>i32x4.extract_lane(first, 2), side << 4);
  store<u64>(entry, ordered, KEY);
  store<u64>(entry, <u64>ports, PORTS); // and the scope, 0
  store<u32>(entry, side, SIDE);
  return hashOf(<u32>ordered, <u32>(ordered >>> 32), ports);
}

/** True where the checksums of a plain frame are right. */
@inline
function isRight(entry: u32): bool {
  return isPlainRight(ipOf(entry), totalLengthOf(entry));
}

@inline
function ipOf(entry: u32): u32 {
  return load<u32>(entry, FRAME) + ethernetBytes;
}

/** The length of a plain frame's IP packet. */
@inline
function totalLengthOf(entry: u32): u32 {
  return load<u32>(entry, PAYLOAD) + load<u32>(entry, LENGTH) - ipOf(entry);
}
