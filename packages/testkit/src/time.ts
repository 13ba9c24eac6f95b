/**
 * Packet time: two integers, seconds since 1970 and nanoseconds, never a float. Tests write times as decimal text
 * ("0.000000001" is exact) or, for convenience, as a number of seconds.
 */
import { TestkitError } from "./errors.js";

/** A moment, or a length of time. */
export interface Time {
  /** Whole seconds (since 1970 when it is a moment). */
  readonly seconds: number;
  /** 0..999999999. */
  readonly nanoseconds: number;
}

/** A time as a test writes it: exact, as decimal text, or as seconds in a number (rounded to nanoseconds). */
export type TimeLike = Time | string | number;

/** 2001-09-09 01:46:40 UTC: when conversations and scenarios begin unless told otherwise. */
export const defaultStart: Time = { seconds: 1_000_000_000, nanoseconds: 0 };

const nanosecondsPerSecond = 1_000_000_000;

/** Exact time of what a test wrote. Throws TestkitError `bad-time` for anything but non-negative decimal seconds. */
export function time(value: TimeLike): Time {
  if (typeof value === "object") return value;
  const text = typeof value === "number" ? value.toFixed(9) : value;
  const match = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) {
    throw new TestkitError("bad-time", `time: "${text}" is not seconds with up to nine decimals, such as "0.001"`);
  }
  return { seconds: Number(match[1]), nanoseconds: Number((match[2] ?? "").padEnd(9, "0")) };
}

/** `a` later by `b`. */
export function addTime(a: Time, b: Time): Time {
  const nanoseconds = a.nanoseconds + b.nanoseconds;
  const carry = nanoseconds >= nanosecondsPerSecond ? 1 : 0;
  return { seconds: a.seconds + b.seconds + carry, nanoseconds: nanoseconds - carry * nanosecondsPerSecond };
}

/** Negative when `a` is earlier than `b`, 0 when equal, positive when later. */
export function compareTime(a: Time, b: Time): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}
