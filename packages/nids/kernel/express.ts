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
//   ask                  for the record of the flow; then for its details, where they will be looked at
//   confirm  record  ──► side of the flow
//
// Hash and index are in flow-table.ts, the layouts of flows and of the window in flow.ts and window.ts. Sixteen bytes
// of header are put into the machine's byte order at once:
//
//   IP header + 12   │ source │ destination │ ports                 │ sequence        │
//   IP header + 28   │ acknowledgment       │ offset, flags, window │ (what follows)  │

import { ipv4Rightness } from "./checksum";
import { detailBytes, ESTABLISHED, FLOW_FLAGS, flowBytes, STATE_MASK, TIMESTAMPS } from "./flow";
import { confirm, details, flows, hashOf, index, probe } from "./flow-table";
import {
  ACKNOWLEDGMENT,
  BUCKET,
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
  PORTS,
  SEQUENCE,
  SIDE,
  WINDOW,
} from "./window";

const shortestFrame: u32 = 54;
const TCP: u32 = 6;
/** FIN and RST. */
const endingFlags: u32 = 0x05;
/** EtherType 0x0800 and version 4 with a header of five words, as a little-endian machine reads them; any type of service. */
const plainIpv4: u32 = 0x00450008;

/**
 * Goes over a window of `count` frames. What it returns means nothing: it keeps a compiler from leaving out what only
 * asks for memory.
 */
export function look(window: u32, count: u32, verify: u32, mask: u32): u32 {
  const buckets = index;
  const records = flows;
  const end = window + count * entryBytes;
  let touched: u32 = 0;
  for (let entry = window; entry < end; entry += entryBytes) store<u32>(entry, read(entry), FOUND);
  for (let entry = window; entry < end; entry += entryBytes) {
    touched += load<u32>(buckets + ((load<u32>(entry, FOUND) & mask) << 3), 4);
  }
  if (verify != 0) {
    for (let entry = window; entry < end; entry += entryBytes) {
      if (load<u32>(entry, PAYLOAD) != 0 && !isRight(entry)) store<u32>(entry, 0, PAYLOAD);
    }
  }
  for (let entry = window; entry < end; entry += entryBytes) {
    store<u32>(entry, probe(load<u32>(entry, FOUND), mask), BUCKET);
  }
  for (let entry = window; entry < end; entry += entryBytes) {
    touched += load<u32>(records + slotOf(entry) * flowBytes);
  }
  for (let entry = window; entry < end; entry += entryBytes) {
    const slot = slotOf(entry);
    const record = records + slot * flowBytes;
    const flags = load<u32>(record, FLOW_FLAGS);
    const unusual = ((flags & (STATE_MASK | TIMESTAMPS)) ^ ESTABLISHED) | (load<u32>(entry, FLAGS) & endingFlags);
    touched += load<u32>(select<u32>(details + slot * detailBytes, record, unusual != 0));
  }
  for (let entry = window; entry < end; entry += entryBytes) {
    if (load<u32>(entry, PAYLOAD) == 0) store<u32>(entry, 0, FOUND);
    else store<u32>(entry, confirm(entry, mask), FOUND);
  }
  return touched;
}

/** The slot of the candidate's flow; 0 where there is none. */
@inline
function slotOf(entry: u32): u32 {
  return load<u32>(load<u32>(entry, BUCKET), 4);
}

/** Four words as the network sends them, in the machine's byte order. */
@inline
function words(at: u32): v128 {
  const bytes = v128.load(at);
  return i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** Reads the headers of a frame into its entry; its hash. PAYLOAD stays 0 where it is not the plain kind. */
@inline
function read(entry: u32): u32 {
  const frame = load<u32>(entry, FRAME);
  const captured = load<u32>(entry, CAPTURED);
  store<u32>(entry, 0, PAYLOAD);
  if (captured < shortestFrame || (load<u32>(frame, 12) & 0x00ffffff) != plainIpv4) return 0;
  const ip = frame + ethernetBytes;
  const totalLength = <u32>bswap(load<u16>(ip, 2));
  if (totalLength > captured - ethernetBytes || totalLength < 2 * ipv4Bytes) return 0;
  if ((load<u16>(ip, 6) & 0xff3f) != 0 || load<u8>(ip, 9) != TCP) return 0;
  const first = words(ip + 12);
  const second = words(ip + 28);
  const offsetAndFlags = <u32>i32x4.extract_lane(second, 1);
  const headerBytes = (offsetAndFlags >>> 26) & 0x3c;
  if (headerBytes < 20 || headerBytes > totalLength - ipv4Bytes) return 0;
  const source = <u32>i32x4.extract_lane(first, 0);
  const destination = <u32>i32x4.extract_lane(first, 1);
  if (source >>> 1 == destination >>> 1) return 0;
  v128.store32_lane(entry, first, 3, SEQUENCE);
  v128.store32_lane(entry, second, 0, ACKNOWLEDGMENT);
  store<u32>(entry, offsetAndFlags & 0xffff, WINDOW);
  store<u32>(entry, offsetAndFlags >>> 16, FLAGS);
  store<u32>(entry, ip + ipv4Bytes + headerBytes, PAYLOAD);
  store<u32>(entry, totalLength - ipv4Bytes - headerBytes, LENGTH);
  // Endpoints are ordered without a branch, which would be guessed wrong half of the time.
  const sourceIsLower = <u32>(source < destination);
  const low = min(source, destination);
  const high = max(source, destination);
  const ports = rotl<u32>(<u32>i32x4.extract_lane(first, 2), (sourceIsLower ^ 1) << 4);
  store<u32>(entry, low, KEY);
  store<u32>(entry, high, KEY + 4);
  store<u32>(entry, ports, PORTS);
  store<u32>(entry, 0, KEY + 12);
  store<u32>(entry, sourceIsLower ^ 1, SIDE);
  return hashOf(low, high, ports);
}

/** True where the checksums of a plain frame are right. */
@inline
function isRight(entry: u32): bool {
  const ip = load<u32>(entry, FRAME) + ethernetBytes;
  const totalLength = load<u32>(entry, PAYLOAD) + load<u32>(entry, LENGTH) - ip;
  return ipv4Rightness(ip, ipv4Bytes, totalLength) == 3;
}
