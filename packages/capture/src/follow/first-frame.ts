// What a capture in a folder is known by: the moment of its first frame, and what was captured then. The moment alone
// would not do: clocks of some devices count whole seconds, or stand still.

import { createHash } from "node:crypto";
import type { FrameBatch, FrameTime } from "@tsnids/pcap";

/** The first frame of a capture. */
export interface FirstFrame {
  readonly begin: FrameTime;
  /** The same for captures that begin with the same frame, and for no others. */
  readonly key: string;
}

/** That of the capture whose first batch this is. */
export function firstFrameOf({ bytes, offset, capturedLength, seconds, nanoseconds }: FrameBatch): FirstFrame {
  const begin = { seconds: seconds[0]!, nanoseconds: nanoseconds[0]! };
  const frame = bytes.subarray(offset[0], offset[0]! + capturedLength[0]!);
  const digest = createHash("sha256").update(frame).digest("base64");
  return { begin, key: `${begin.seconds} ${begin.nanoseconds} ${digest}` };
}

/** Negative when the first one is earlier. */
export function compareTimes(one: FrameTime, other: FrameTime): number {
  return one.seconds - other.seconds || one.nanoseconds - other.nanoseconds;
}
