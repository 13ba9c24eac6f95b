// The datagrams that are incomplete, as far as their fragments are plain: where they lie, how one is found, begun and
// forgotten. src/ip/incomplete-datagram.ts has the layout, incomplete-datagrams.ts the same in TypeScript.

import { ipv4Bytes, NANOSECONDS } from "./window";

/** A datagram: its list of pieces (pieces.ts) comes first. */
const datagramBytes: u32 = 192;
/** Length of its payload; negative: not known yet. */
export const PAYLOAD_LENGTH: usize = 16;
/** How many of its fragments have come. */
export const FRAGMENT_COUNT: usize = 20;
/** Bytes of the headers that are kept; 0: none are. */
export const HEADER_LENGTH: usize = 24;
const NEXT: usize = 28;
const OLDER: usize = 32;
const NEWER: usize = 36;
const HASH: usize = 40;
const IDENTIFICATION: usize = 44;
const SCOPE: usize = 48;
const KIND: usize = 52;
const EXPIRES_SECONDS: usize = 56;
const EXPIRES_NANOSECONDS: usize = 60;
const ADDRESSES: usize = 64;
export const HEADER: usize = 96;

/** Of KIND: the family, above the protocol; and what came of it went another way, on which it stays. */
const ipv4Family: u32 = 4 << 8;
const UNUSUAL: u32 = 1 << 16;

/** Their own record, in place of datagram 0; OLDER and NEWER of it are the newest and the oldest. */
const FREE: usize = 0;
const FRESH: usize = 4;
const LIVE: usize = 8;

let datagrams: u32 = 0;
let buckets: u32 = 0;
let bucketMask: u32 = 0;
let seed: u32 = 0;
/** The engine's parameters `maxFragmentedDatagrams` and `fragmentTimeoutMs`. */
let maxDatagrams: u32 = 0;
let lifeSeconds: u32 = 0;
let lifeNanoseconds: u32 = 0;

/** Says where they and their buckets lie, the seed of the hash, how many there may be, and for how long. */
export function useDatagrams(
  datagramsAt: u32,
  bucketsAt: u32,
  bucketCount: u32,
  hashSeed: u32,
  limit: u32,
  lifeMs: u32,
): void {
  datagrams = datagramsAt;
  buckets = bucketsAt;
  bucketMask = bucketCount - 1;
  seed = hashSeed;
  maxDatagrams = limit;
  lifeSeconds = lifeMs / 1000;
  lifeNanoseconds = (lifeMs % 1000) * 1_000_000;
}

/** True where the one that came first is to be given up, at the time of an entry. */
export function isOldestExpired(entry: u32, clock: u32, seconds: u32): bool {
  const oldest = load<u32>(datagrams, NEWER);
  if (oldest == 0) return false;
  const at = datagrams + oldest * datagramBytes;
  const late = <i32>(clock - load<u32>(at, EXPIRES_SECONDS));
  return late > 0 || (late == 0 && nanoseconds(entry, clock, seconds) > load<u32>(at, EXPIRES_NANOSECONDS));
}

/** True where another one may begin. */
export function mayBegin(): bool {
  return load<u32>(datagrams, LIVE) < maxDatagrams;
}

/** The hash of the datagram a fragment is of, which begins at `ip`. */
export function hashAt(ip: u32): u32 {
  let hash = (<u32>bswap(load<u32>(ip, 12)) ^ seed) * 0x9e3779b1;
  hash = ((hash ^ (hash >>> 15)) + <u32>bswap(load<u32>(ip, 16))) * 0x85ebca6b;
  hash = ((hash ^ (hash >>> 13)) + identificationAt(ip)) * 0xc2b2ae35;
  hash = ((hash ^ (hash >>> 16)) + <u32>load<u8>(ip, 9)) * 0x27d4eb2f;
  return hash ^ (hash >>> 15);
}

/** The datagram a fragment is of; 0 where none of its fragments has come. */
export function find(ip: u32, hash: u32): u32 {
  for (let number = load<u32>(bucketOf(hash)); number != 0;) {
    const at = datagrams + number * datagramBytes;
    if (load<u32>(at, HASH) == hash && isOf(ip, at)) return at;
    number = load<u32>(at, NEXT);
  }
  return 0;
}

/** True for one whose fragments have all been plain. */
export function isUsual(at: u32): bool {
  return (load<u32>(at, KIND) & UNUSUAL) == 0;
}

/** The datagram of which the fragment of an entry is the first to come. */
export function begin(ip: u32, hash: u32, entry: u32, clock: u32, seconds: u32): u32 {
  const free = load<u32>(datagrams, FREE);
  const number = free != 0 ? free : load<u32>(datagrams, FRESH) + 1;
  const at = datagrams + number * datagramBytes;
  if (free != 0) store<u32>(datagrams, load<u32>(at, NEXT), FREE);
  else store<u32>(datagrams, number, FRESH);
  store<u32>(datagrams, load<u32>(datagrams, LIVE) + 1, LIVE);
  v128.store(at, i32x4.splat(0)); // its list
  store<i32>(at, -1, PAYLOAD_LENGTH);
  store<u64>(at, 0, FRAGMENT_COUNT); // and HEADER_LENGTH
  store<u32>(at, hash, HASH);
  store<u32>(at, identificationAt(ip), IDENTIFICATION);
  store<u32>(at, 0, SCOPE);
  store<u32>(at, ipv4Family | <u32>load<u8>(ip, 9), KIND);
  store<u64>(at, load<u64>(ip, 12), ADDRESSES);
  const end = nanoseconds(entry, clock, seconds) + lifeNanoseconds;
  store<u32>(at, clock + lifeSeconds + end / 1_000_000_000, EXPIRES_SECONDS);
  store<u32>(at, end % 1_000_000_000, EXPIRES_NANOSECONDS);
  const bucket = bucketOf(hash);
  store<u32>(at, load<u32>(bucket), NEXT);
  store<u32>(bucket, number);
  const newest = load<u32>(datagrams, OLDER);
  store<u32>(at, newest, OLDER);
  store<u32>(at, 0, NEWER);
  store<u32>(datagrams + newest * datagramBytes, number, NEWER);
  store<u32>(datagrams, number, OLDER);
  return at;
}

/** Keeps the headers of its first fragment. */
export function keepHeader(at: u32, ip: u32): void {
  v128.store(at, v128.load(ip), HEADER);
  store<u32>(at, load<u32>(ip, 16), HEADER + 16);
  store<u32>(at, ipv4Bytes, HEADER_LENGTH);
}

/** Forgets one whose pieces were given back. */
export function forget(at: u32): void {
  const number = (at - datagrams) / datagramBytes;
  const older = load<u32>(at, OLDER);
  const newer = load<u32>(at, NEWER);
  store<u32>(datagrams + older * datagramBytes, newer, NEWER);
  store<u32>(datagrams + newer * datagramBytes, older, OLDER);
  let link = bucketOf(load<u32>(at, HASH));
  while (load<u32>(link) != number) link = datagrams + load<u32>(link) * datagramBytes + <u32>NEXT;
  store<u32>(link, load<u32>(at, NEXT));
  store<u32>(at, load<u32>(datagrams, FREE), NEXT);
  store<u32>(datagrams, number, FREE);
  store<u32>(datagrams, load<u32>(datagrams, LIVE) - 1, LIVE);
}

@inline
function bucketOf(hash: u32): u32 {
  return buckets + ((hash & bucketMask) << 2);
}

@inline
function isOf(ip: u32, at: u32): bool {
  if (load<u64>(at, ADDRESSES) != load<u64>(ip, 12) || load<u32>(at, IDENTIFICATION) != identificationAt(ip)) return false;
  return load<u32>(at, SCOPE) == 0 && (load<u32>(at, KIND) & ~UNUSUAL) == (ipv4Family | <u32>load<u8>(ip, 9));
}

@inline
function identificationAt(ip: u32): u32 {
  return <u32>bswap(load<u16>(ip, 4));
}

/** The clock's part of a second: a packet from the past does not say it. */
@inline
function nanoseconds(entry: u32, clock: u32, seconds: u32): u32 {
  return seconds == clock ? load<u32>(entry, NANOSECONDS) : 0;
}
