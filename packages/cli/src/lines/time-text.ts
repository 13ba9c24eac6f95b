// Packet time as text: ISO 8601, always UTC, so that the same capture gives the same lines everywhere.

import type { PacketTime } from "@tsnids/nids";

const nanosecondsPerSecond = 1_000_000_000;

/** "2001-09-09T01:46:40.000000001Z", with so many digits of the second; digits that do not fit are cut off. */
export function timeText({ seconds, nanoseconds }: PacketTime, digits: 6 | 9): string {
  const wholeSeconds = new Date(seconds * 1000).toISOString().slice(0, -".000Z".length);
  return `${wholeSeconds}.${fraction(nanoseconds, digits)}Z`;
}

/** "0.012345 s" without the unit: a duration in seconds. */
export function durationText({ seconds, nanoseconds }: PacketTime, digits: 6 | 9): string {
  return `${seconds}.${fraction(nanoseconds, digits)}`;
}

/** The time from one moment to another; zero where the second comes first, as in captures with jumps in time. */
export function durationBetween(start: PacketTime, end: PacketTime): PacketTime {
  let seconds = end.seconds - start.seconds;
  let nanoseconds = end.nanoseconds - start.nanoseconds;
  if (nanoseconds < 0) {
    seconds -= 1;
    nanoseconds += nanosecondsPerSecond;
  }
  return seconds < 0 ? { seconds: 0, nanoseconds: 0 } : { seconds, nanoseconds };
}

function fraction(nanoseconds: number, digits: 6 | 9): string {
  return String(nanoseconds).padStart(9, "0").slice(0, digits);
}
