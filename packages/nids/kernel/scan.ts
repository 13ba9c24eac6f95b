// Sources watched for scans: what a SYN says of its source. src/scan/ knows the rule, and all ways; what is to be
// reported is left to it.

import { count, FLAGS, FORGOTTEN, KEY, NANOSECONDS, PORTS, SIDE } from "./window";

/** A source: a cache line. Its own record, in place of source 0, begins with how many are watched, and the one that went last. */
const sourceBytes: u32 = 64;
const HASH: usize = 0;
const NEXT: usize = 4;
const SCOPE: usize = 8;
const ADDRESS: usize = 12;
const SECONDS: usize = 28;
const MILLISECONDS: usize = 32;
const COUNT: usize = 36;
const FIRST_TARGET: usize = 40;
const MORE: usize = 60;
const WATCHED: usize = 0;
const LAST_GONE: usize = 4;

/** A target besides the first one of its source. In place of target 0: the first free one, and the last that was ever used. */
const targetBytes: u32 = 24;
const NEXT_TARGET: usize = 0;
const TARGET: u32 = 4;
const FREE: usize = 0;
const FRESH: usize = 4;

/** Of a target: port << 8 | flags, then the address. */
const TARGET_ADDRESS: usize = 4;

let sources: u32 = 0;
let buckets: u32 = 0;
let bucketMask: u32 = 0;
let targets: u32 = 0;
let seed: u32 = 0;
/** The engine's parameters `maxScanSources`, `scanPorts` and `scanDelayMs`. */
let maxSources: u32 = 0;
let maxTargets: u32 = 0;
let maxPause: f64 = 0;

/** Says where sources, their `bucketCount` buckets and their targets lie, the seed of the hash, and what the parameters ask for. */
export function useScans(
  sourcesAt: u32,
  bucketsAt: u32,
  bucketCount: u32,
  targetsAt: u32,
  hashSeed: u32,
  limit: u32,
  ports: u32,
  delayMs: f64,
): void {
  sources = sourcesAt;
  buckets = bucketsAt;
  bucketMask = bucketCount - 1;
  targets = targetsAt;
  seed = hashSeed;
  maxSources = limit;
  maxTargets = ports;
  maxPause = delayMs;
}

/** Notes the target of a plain frame's SYN; false, and the target is not noted, where its source is to be reported. */
export function notes(entry: u32, seconds: u32): bool {
  if (maxSources == 0) return true;
  const side = load<u32>(entry, SIDE);
  const address = load<u32>(entry + (side << 2), KEY);
  const destination = load<u32>(entry + ((side ^ 1) << 2), KEY);
  const port = (load<u32>(entry, PORTS) >>> (side << 4)) & 0xffff;
  const milliseconds = load<u32>(entry, NANOSECONDS) / 1_000_000;
  const hash = ((seed * 0x9e3779b1) ^ address) * 0x85ebca6b;
  const known = find(hash, address);
  const source = known != 0 ? known : add(hash, address);
  const pause = known != 0 ? pauseOf(source, seconds, milliseconds) : 0;
  const isOver = <f64>pause > maxPause;
  const isNew = isOver || !hasTried(source, port, destination);
  const tried: u32 = isOver ? 0 : load<u32>(source, COUNT);
  if (isNew && tried >= maxTargets) return false;
  if (pause >= 0) {
    store<u32>(source, seconds, SECONDS);
    store<u32>(source, milliseconds, MILLISECONDS);
  }
  if (isOver) restart(source);
  if (isNew) addTarget(source, (port << 8) | (<u32>load<u16>(entry, FLAGS) & 0xff), destination);
  return true;
}

/** The record of a source; 0 where it is not known. */
function find(hash: u32, address: u32): u32 {
  let number = load<u32>(bucketOf(hash));
  while (number != 0) {
    const source = sourceAt(number);
    const isAlike = load<u32>(source, HASH) == hash && load<u32>(source, SCOPE) == 0;
    if (isAlike && load<u32>(source, ADDRESS) == address) return source;
    number = load<u32>(source, NEXT);
  }
  return 0;
}

/** The record of another source, without targets; where there is no room, the one that was noticed first goes. */
function add(hash: u32, address: u32): u32 {
  let number = load<u32>(sources, WATCHED) + 1;
  if (number <= maxSources) {
    store<u32>(sources, number, WATCHED);
  } else {
    number = (load<u32>(sources, LAST_GONE) % maxSources) + 1;
    store<u32>(sources, number, LAST_GONE);
    unlink(number);
    count(FORGOTTEN);
  }
  const source = sourceAt(number);
  const bucket = bucketOf(hash);
  store<u32>(source, hash, HASH);
  store<u32>(source, 0, SCOPE);
  store<u32>(source, address, ADDRESS);
  store<u32>(source, load<u32>(bucket), NEXT);
  store<u32>(bucket, number);
  restart(source);
  return source;
}

/** Takes a source out of its bucket. */
function unlink(number: u32): void {
  const source = sourceAt(number);
  let link = bucketOf(load<u32>(source, HASH));
  while (load<u32>(link) != number) link = sourceAt(load<u32>(link)) + <u32>NEXT;
  store<u32>(link, load<u32>(source, NEXT));
}

/** Milliseconds since a source was seen last; below 0 where that was later. */
@inline
function pauseOf(source: u32, seconds: u32, milliseconds: u32): i64 {
  const elapsed = <i64>(<i32>(seconds - load<u32>(source, SECONDS)));
  return elapsed * 1000 + <i64>milliseconds - <i64>load<u32>(source, MILLISECONDS);
}

/** The source has tried nothing. */
@inline
function restart(source: u32): void {
  store<u32>(source, 0, COUNT);
  const chain = load<u32>(source, MORE);
  if (chain == 0) return;
  store<u32>(source, 0, MORE);
  let last = targetAt(chain);
  while (load<u32>(last, NEXT_TARGET) != 0) last = targetAt(load<u32>(last, NEXT_TARGET));
  store<u32>(last, load<u32>(targets, FREE), NEXT_TARGET);
  store<u32>(targets, chain, FREE);
}

/** True where a source has tried this target. */
@inline
function hasTried(source: u32, port: u32, destination: u32): bool {
  if (load<u32>(source, COUNT) == 0) return false;
  if (isTarget(source + <u32>FIRST_TARGET, port, destination)) return true;
  for (let number = load<u32>(source, MORE); number != 0; number = load<u32>(targetAt(number), NEXT_TARGET)) {
    if (isTarget(targetAt(number) + TARGET, port, destination)) return true;
  }
  return false;
}

@inline
function isTarget(at: u32, port: u32, destination: u32): bool {
  return load<u32>(at) >>> 8 == port && load<u32>(at, TARGET_ADDRESS) == destination;
}

/** A source has tried another target. */
function addTarget(source: u32, portAndFlags: u32, destination: u32): void {
  const tried = load<u32>(source, COUNT);
  store<u32>(source, tried + 1, COUNT);
  let at = source + <u32>FIRST_TARGET;
  if (tried != 0) {
    const number = takeTarget();
    store<u32>(targetAt(number), load<u32>(source, MORE), NEXT_TARGET);
    store<u32>(source, number, MORE);
    at = targetAt(number) + TARGET;
  }
  store<u32>(at, portAndFlags);
  store<u32>(at, destination, TARGET_ADDRESS);
}

@inline
function takeTarget(): u32 {
  const free = load<u32>(targets, FREE);
  if (free != 0) {
    store<u32>(targets, load<u32>(targetAt(free), NEXT_TARGET), FREE);
    return free;
  }
  const fresh = load<u32>(targets, FRESH) + 1;
  store<u32>(targets, fresh, FRESH);
  return fresh;
}

@inline
function sourceAt(number: u32): u32 {
  return sources + number * sourceBytes;
}

@inline
function targetAt(number: u32): u32 {
  return targets + number * targetBytes;
}

/** Where the first source of a hash's bucket is named. */
@inline
function bucketOf(hash: u32): u32 {
  return buckets + (((hash ^ (hash >>> 15)) & bucketMask) << 2);
}
