// What callers may give, as data: what each argument and option has to be. A wrong one is refused by name before
// anything is opened. An option that does not exist is refused too, because it would do nothing.

import { parseAddress } from "@tsnids/nids";
import { describeValue, isFrameSource, isObject, latestSecond } from "@tsnids/pcap";
import type { FrameTime } from "@tsnids/pcap";
import { SniffError } from "./errors.js";

/** An argument or option. */
export type ArgumentName =
  | "address"
  | "callback"
  | "count"
  | "device"
  | "dump"
  | "filter"
  | "frame"
  | "maxStreamBytes"
  | "onUnreadable"
  | "onWarning"
  | "open"
  | "path"
  | "port"
  | "signal"
  | "time"
  | "timeout"
  | "withoutLoopbackDuplicates";

type Rule = readonly [isRight: (value: unknown) => boolean, wanted: string];

/** The longest time a timer of Node can run, in milliseconds. */
const longestTimeout = 2 ** 31 - 1;
const mostStreamBytes = 2 ** 30;
const longestFrame = 2 ** 31 - 1;

const rules: Readonly<Record<ArgumentName, Rule>> = {
  address: [(value) => typeof value === "string" && parseAddress(value) !== undefined, "an IPv4 or IPv6 address"],
  callback: [isFunction, "a function"],
  count: [(value) => value === Infinity || isWhole(value, 1, Infinity), "a whole number above 0, or Infinity"],
  device: [isName, 'the name of a device such as "eth0"'],
  dump: [isName, "the name of a file"],
  filter: [(value) => typeof value === "string", "a pcap-filter expression"],
  frame: [(value) => value instanceof Uint8Array, "a Uint8Array"],
  maxStreamBytes: [(value) => isWhole(value, 1, mostStreamBytes), `a whole number from 1 to ${mostStreamBytes}`],
  onUnreadable: [isFunction, "a function"],
  onWarning: [isFunction, "a function"],
  open: [isFunction, "a function such as openFile(path)"],
  path: [isName, "the name of a file"],
  port: [(value) => isWhole(value, 0, 65535), "a whole number from 0 to 65535"],
  signal: [(value) => value instanceof AbortSignal, "an AbortSignal"],
  time: [isObject, "an object such as { seconds: 1, nanoseconds: 0 }"],
  timeout: [
    (value) => typeof value === "number" && value > 0 && value <= longestTimeout,
    `milliseconds above 0, at most ${longestTimeout}`,
  ],
  withoutLoopbackDuplicates: [(value) => typeof value === "boolean", "true or false"],
};

/** Throws SniffError `invalid-argument` where the argument of this name is not what it has to be. */
export function requireArgument(name: ArgumentName, value: unknown): void {
  const [isRight, wanted] = rules[name];
  if (!isRight(value)) throw wrong(`${name} must be ${wanted}, not ${describeValue(value)}`);
}

/** The same for options, which may be left out; `names` are the options there are. */
export function requireOptions(options: unknown, names: readonly ArgumentName[]): void {
  if (!isObject(options)) throw wrong(`options must be an object, not ${describeValue(options)}`);
  for (const [given, value] of Object.entries(options)) {
    const name = names.find((each) => each === given);
    if (name === undefined) throw wrong(`there is no option "${given}" here; known: ${names.join(", ")}`);
    if (value !== undefined) requireArgument(name, value);
  }
}

/** The same for a frame and what is known of it. */
export function requireFrame(
  frame: Uint8Array,
  time: FrameTime,
  linkType: number,
  originalLength: number | undefined,
): void {
  requireArgument("frame", frame);
  requireArgument("time", time);
  requireWhole("time.seconds", time.seconds, 0, latestSecond);
  requireWhole("time.nanoseconds", time.nanoseconds, 0, 999_999_999);
  requireWhole("linkType", linkType, 0, 65535);
  if (originalLength !== undefined) requireWhole("originalLength", originalLength, frame.length, longestFrame);
}

/** The same for what `open` returned. */
export function requireSource(source: unknown): void {
  if (isFrameSource(source)) return;
  throw wrong(
    `open must return a source of frames (new FileSource(path), no promise of it), not ${describeValue(source)}`,
  );
}

function requireWhole(name: string, value: unknown, least: number, most: number): void {
  if (!isWhole(value, least, most)) {
    throw wrong(`${name} must be a whole number from ${least} to ${most}, not ${describeValue(value)}`);
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function wrong(what: string): SniffError {
  return new SniffError("invalid-argument", what);
}
