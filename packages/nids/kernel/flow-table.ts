// The table of flows and its index: where they lie, how the flow of a frame is found, and how one is added.
// src/tcp/flow-table.ts and flow-index.ts have the same in TypeScript, and say why; flows of other kinds than those of
// a plain frame, an index that has to grow and a table that is full are left to them.

import { detailBytes, flowBytes, FLOW_FLAGS, LAST_SEEN, START_NANOSECONDS, START_SECONDS } from "./flow";
import { BUCKET, KEY, NANOSECONDS, PORTS, SIDE, SLOT } from "./window";

export let flows: u32 = 0;
export let details: u32 = 0;
export let index: u32 = 0;
let seed: u32 = 0;
let capacity: u32 = 0;

/** The table's own record, in place of slot 0: the first free slot, the last one that was ever used, and how many are in use. */
const FREE: usize = 0;
const TOP: usize = 4;
const LIVE: usize = 8;

/** Says where table and index lie, for how many flows, and the seed of the hash. */
export function useFlows(flowsAt: u32, detailsAt: u32, indexAt: u32, hashSeed: u32, slots: u32): void {
  flows = flowsAt;
  details = detailsAt;
  index = indexAt;
  seed = hashSeed;
  capacity = slots;
}

/** The hash of the key of a flow of the plain kind. */
@inline
export function hashOf(low: u32, high: u32, ports: u32): u32 {
  let hash = ((low ^ seed) * 0x9e3779b1) ^ high;
  hash = ((hash ^ (hash >>> 15)) * 0x85ebca6b) ^ ports;
  hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
  return hash ^ (hash >>> 16);
}

/** Notes the first bucket that has the hash, or is empty; `mask` is the number of buckets in use - 1. */
@inline
export function probe(entry: u32, hash: u32, mask: u32): void {
  const first = index;
  let bucket = hash & mask;
  while (true) {
    const at = first + (bucket << 3);
    const slot = load<u32>(at, 4);
    if (load<u32>(at) == hash || slot == 0) {
      store<u32>(entry, at, BUCKET);
      store<u32>(entry, slot, SLOT);
      return;
    }
    bucket = (bucket + 1) & mask;
  }
}

/** The side of the flow that sent a plain frame, as slot * 2 + side; 0 where it is of no known flow. */
@inline
export function confirm(entry: u32, mask: u32): u32 {
  const slot = load<u32>(entry, SLOT);
  if (slot == 0) return 0;
  return isOf(entry, slot) ? (slot << 1) | load<u32>(entry, SIDE) : search(entry, mask);
}

/** The same by the index as it stands, from the bucket on that was noted: the flow may have begun since then. */
export function search(entry: u32, mask: u32): u32 {
  const first = index;
  const last = first + (mask << 3);
  let bucket = load<u32>(entry, BUCKET);
  while (true) {
    const slot = load<u32>(bucket, 4);
    if (slot == 0) return 0;
    if (isOf(entry, slot)) return (slot << 1) | load<u32>(entry, SIDE);
    bucket = bucket == last ? first : bucket + 8;
  }
}

/**
 * Adds the flow a plain frame begins, with these flags: slot * 2 + side of the sender; 0, and nothing has changed,
 * where that is not plain. All else that is known of it is 0, but for the time.
 */
export function insert(entry: u32, flags: u32, clock: u32, seconds: u32, mask: u32): u32 {
  const free = load<u32>(flows, FREE);
  const live = load<u32>(flows, LIVE) + 1;
  if ((free == 0 && load<u32>(flows, TOP) >= capacity) || live * 2 > mask) return 0;
  const hash = hashOf(load<u32>(entry, KEY), load<u32>(entry, KEY + 4), load<u32>(entry, PORTS));
  const bucket = emptyBucket(entry, hash, mask);
  if (bucket == 0) return 0;
  const slot = free != 0 ? free : load<u32>(flows, TOP) + 1;
  const flow = flows + slot * flowBytes;
  if (free != 0) store<u32>(flows, load<u32>(flow, FREE), FREE);
  else store<u32>(flows, slot, TOP);
  store<u32>(flows, live, LIVE);
  clear(flow, flowBytes);
  v128.store(flow, v128.load(entry, KEY));
  store<u32>(flow, flags, FLOW_FLAGS);
  store<u32>(flow, clock, LAST_SEEN);
  const detail = details + slot * detailBytes;
  clear(detail, detailBytes);
  store<u32>(detail, seconds, START_SECONDS);
  store<u32>(detail, load<u32>(entry, NANOSECONDS), START_NANOSECONDS);
  store<u32>(bucket, hash);
  store<u32>(bucket, slot, 4);
  return (slot << 1) | load<u32>(entry, SIDE);
}

/**
 * The bucket for the flow of a plain frame that is not known; 0 where it is. It is looked for from the beginning of its
 * chain on: the index may have grown since the frame was looked at.
 */
@inline
function emptyBucket(entry: u32, hash: u32, mask: u32): u32 {
  const first = index;
  const last = first + (mask << 3);
  let bucket = first + ((hash & mask) << 3);
  while (load<u32>(bucket, 4) != 0) {
    if (load<u32>(bucket) == hash && isOf(entry, load<u32>(bucket, 4))) return 0;
    bucket = bucket == last ? first : bucket + 8;
  }
  return bucket;
}

/** True where a plain frame is of the flow in a slot. */
@inline
function isOf(entry: u32, slot: u32): bool {
  return !v128.any_true(v128.xor(v128.load(entry, KEY), v128.load(flows + slot * flowBytes)));
}

/** Sets a record to 0. */
@inline
function clear(record: u32, bytes: u32): void {
  for (let at: u32 = 0; at < bytes; at += 16) v128.store(record + at, i32x4.splat(0));
}
