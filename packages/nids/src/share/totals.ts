// What several shares have counted, as one engine would have. Counters of flows are added up. What is before the flows,
// every share has counted for the frames that all of them saw; of those it counts once, as share 0 has it, and what
// each share alone was given comes to it.

import { Statistics } from "../stats.js";
import type { StatisticsSnapshot } from "../stats.js";

/** Counters of what is before the flows: link, IP, fragments, scans. */
const beforeFlows: ReadonlySet<string> = new Set<keyof StatisticsSnapshot>([
  ...(["frames", "bytes", "framesNotIp", "framesUnknownLink", "aggregated"] as const),
  ...(["ipPackets", "ipInvalid", "ipFiltered", "tunnelled", "fragments", "fragmentsInvalid"] as const),
  ...(["datagramsReassembled", "datagramsGivenUp", "datagramsTimedOut", "datagramsEvicted"] as const),
  "scanSourcesForgotten",
]);

/** What a share was given that no other one was: frames that FrameSieve said were its alone. */
export interface SortedFrames {
  /** How many they were. */
  readonly frames: number;
  /** Bytes of these frames, as captured. */
  readonly bytes: number;
}

/** The counters of a whole from those of all its shares, in order; `sorted` are, for each, the frames that were its alone. */
export function totalOfShares(
  shares: readonly StatisticsSnapshot[],
  sorted: readonly SortedFrames[],
): StatisticsSnapshot {
  const total: Record<string, number> = { ...new Statistics().snapshot() };
  const add = (name: string, count: number): void => void (total[name] = (total[name] ?? 0) + count);
  for (const [index, share] of shares.entries()) {
    for (const [name, count] of Object.entries(share)) {
      if (index === 0 || !beforeFlows.has(name)) add(name, count);
    }
  }
  for (const { frames, bytes } of sorted.slice(1)) {
    add("frames", frames);
    add("bytes", bytes);
    // A frame that is one share's alone holds one IP packet that is right.
    add("ipPackets", frames);
  }
  return total as StatisticsSnapshot;
}
