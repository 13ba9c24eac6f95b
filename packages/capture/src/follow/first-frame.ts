// What a capture in a folder is known by: the moment of its first frame, and what was captured then. The moment alone
// would not do: clocks of some devices count whole seconds, or stand still.

import type { FrameBatch, FrameTime } from "@tsnids/pcap";
import { xxhash } from "../compression/xxhash.js";

/** The first frame of a capture. */
export interface FirstFrame {
  readonly begin: FrameTime;
  /** Equal for captures that begin with the same frame, and different for others but for one chance in 2^64. */
  readonly key: string;
}

/** That of the capture whose first batch this is. */
export async function firstFrameOf(batch: FrameBatch): Promise<FirstFrame> {
  const { bytes, offset, capturedLength, seconds, nanoseconds } = batch;
  const hashes = await xxhash();
  const begin = { seconds: seconds[0]!, nanoseconds: nanoseconds[0]! };
  const frame = bytes.subarray(offset[0], offset[0]! + capturedLength[0]!);
  // The time is the seed, so that the key is short: positions have one of every capture.
  const time = BigInt(begin.seconds) * 1_000_000_000n + BigInt(begin.nanoseconds);
  return { begin, key: hashes.h64Raw(frame, time).toString(36) };
}

/** Negative when the first one is earlier. */
export function compareTimes(one: FrameTime, other: FrameTime): number {
  return one.seconds - other.seconds || one.nanoseconds - other.nanoseconds;
}
