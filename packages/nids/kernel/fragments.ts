// The short way of a fragment: plain Ethernet and IPv4, where nothing is unusual with any fragment of its datagram.
// src/ip/defragmenter.ts knows all ways, and says why each question is asked; whatever it would raise an alert for is
// left to it, and so are time and room that are up, and other fragments of a datagram it has seen one of.
//
//   frame 1  │ link │ IP │ 0 ........ 1480 │ ──► │ kept header │ pieces ··········· │
//   frame 2  │ link │ IP │ 1480 ..... 2800 │ ──►                        │
//                                                                       ▼
//                           │ EtherType │ IP │ 0 ................... 2800 │    the datagram, as a frame of its own

import { isHeaderRight } from "./checksum";
import {
  begin,
  find,
  forget,
  hashAt,
  HEADER,
  HEADER_LENGTH,
  isOldestExpired,
  isUsual,
  keepHeader,
  mayBegin,
  PAYLOAD_LENGTH,
  FRAGMENT_COUNT,
  useDatagrams,
} from "./datagrams";
import { lookAt, verifies } from "./express";
import { ASSEMBLED, DONE, LEFT, SEGMENT } from "./outcome";
import { changeStores, useFragmentPieces } from "./piece-nodes";
import { bytesIn, endOf, hasRoomFor, putApart, takeOut } from "./pieces";
import {
  CAPTURED,
  count,
  ethernetBytes,
  FRAGMENTS,
  FRAME,
  ipv4Bytes,
  PAYLOAD,
  plainIpv4,
  SEGMENTS,
} from "./window";

const TCP: u32 = 6;
const tcpHeaderBytes: u32 = 20;
const largestPacket: u32 = 65_535;
/** EtherType 0x0800, as a little-endian machine reads it. */
const etherTypeIpv4: u16 = 0x0008;

/** Where a datagram is laid out; what is before it is free for a link header. */
let datagramRegion: u32 = 0;
/** The engine's parameter `maxFragmentsPerDatagram`; 0: all fragments are left to TypeScript. */
let maxFragments: u32 = 0;

/**
 * Says where incomplete datagrams and their buckets lie, and the nodes and slabs of their pieces; the seed of the hash;
 * where datagrams are laid out; and what the parameters ask for.
 */
export function useFragments(
  datagrams: u32,
  buckets: u32,
  bucketCount: u32,
  seed: u32,
  nodes: u32,
  slabs: u32,
  region: u32,
  mostDatagrams: u32,
  mostFragments: u32,
  lifeMs: u32,
): void {
  useDatagrams(datagrams, buckets, bucketCount, seed, mostDatagrams, lifeMs);
  useFragmentPieces(nodes, slabs);
  datagramRegion = region;
  maxFragments = mostFragments;
}

/**
 * Takes the frame of an entry that is no plain segment. LEFT, and nothing has changed, where it is not a plain fragment;
 * DONE where its datagram is still incomplete. Else the entry is about the datagram now: SEGMENT, ASSEMBLED.
 */
export function joins(entry: u32, clock: u32, seconds: u32, mask: u32): u32 {
  const frame = load<u32>(entry, FRAME);
  const ip = frame + ethernetBytes;
  if (maxFragments == 0 || (load<u32>(frame, 12) & 0x00ffffff) != plainIpv4) return LEFT;
  const field = <u32>bswap(load<u16>(ip, 6));
  const start = (field & 0x1fff) << 3;
  const isLast = (field & 0x2000) == 0;
  if (start == 0 && isLast) return LEFT;
  const length = <u32>bswap(load<u16>(ip, 2)) - ipv4Bytes;
  if (!isSound(entry, ip, start, length, isLast) || isOldestExpired(entry, clock, seconds)) return LEFT;
  changeStores();
  const outcome = keep(entry, ip, start, length, isLast, clock, seconds);
  changeStores();
  if (outcome == LEFT) return LEFT;
  count(FRAGMENTS);
  if (outcome == DONE) return DONE;
  lookAt(entry, mask);
  if (load<u32>(entry, PAYLOAD) == 0) return ASSEMBLED;
  count(SEGMENTS);
  return SEGMENT;
}

/** True for a fragment that some datagram may have, and no attack on filters (src/ip/first-fragment.ts). */
@inline
function isSound(entry: u32, ip: u32, start: u32, length: u32, isLast: bool): bool {
  if (<i32>length <= 0 || ethernetBytes + ipv4Bytes + length > load<u32>(entry, CAPTURED)) return false;
  if (ipv4Bytes + start + length > largestPacket || (!isLast && (length & 7) != 0)) return false;
  if (start == 0 && length < tcpHeaderBytes) return false;
  if (start > 0 && start < tcpHeaderBytes && load<u8>(ip, 9) == TCP) return false;
  return !verifies || isHeaderRight(ip);
}

/** Keeps the payload of a fragment; lays the datagram out where it is complete. */
@inline
function keep(entry: u32, ip: u32, start: u32, length: u32, isLast: bool, clock: u32, seconds: u32): u32 {
  const hash = hashAt(ip);
  let datagram = find(ip, hash);
  if (!hasRoomFor(length) || (datagram == 0 ? !mayBegin() : !fits(datagram, start + length, isLast))) return LEFT;
  if (datagram == 0) datagram = begin(ip, hash, entry, clock, seconds);
  if (!putApart(datagram, start, ip + ipv4Bytes, length)) return LEFT;
  store<u32>(datagram, load<u32>(datagram, FRAGMENT_COUNT) + 1, FRAGMENT_COUNT);
  if (start == 0) keepHeader(datagram, ip);
  if (isLast) store<u32>(datagram, start + length, PAYLOAD_LENGTH);
  const whole = load<i32>(datagram, PAYLOAD_LENGTH);
  // Pieces do not overlap: where there are as many bytes as it has, there is no hole.
  if (whole < 0 || load<u32>(datagram, HEADER_LENGTH) == 0 || bytesIn(datagram) != <u32>whole) return DONE;
  layOut(datagram, <u32>whole, entry);
  return ASSEMBLED;
}

/** True where a fragment that ends at `end` contradicts nothing that is known of its datagram. */
@inline
function fits(datagram: u32, end: u32, isLast: bool): bool {
  if (!isUsual(datagram) || load<u32>(datagram, FRAGMENT_COUNT) >= maxFragments) return false;
  const known = load<i32>(datagram, PAYLOAD_LENGTH);
  if (known >= 0) return !isLast && <i32>end <= known;
  return !isLast || endOf(datagram) <= end;
}

/** Lays a datagram out as a frame, which becomes that of the entry, and forgets it. */
@inline
function layOut(datagram: u32, length: u32, entry: u32): void {
  const ip = datagramRegion;
  const frame = ip - ethernetBytes;
  store<u16>(frame, etherTypeIpv4, 12);
  v128.store(ip, v128.load(datagram, HEADER));
  store<u32>(ip, load<u32>(datagram, HEADER + 16), 16);
  store<u16>(ip, bswap(<u16>(ipv4Bytes + length)), 2);
  store<u16>(ip, 0, 6);
  takeOut(datagram, ip + ipv4Bytes);
  forget(datagram);
  store<u32>(entry, frame, FRAME);
  store<u32>(entry, ethernetBytes + ipv4Bytes + length, CAPTURED);
}
