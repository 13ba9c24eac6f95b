// Arguments and options of sources that cannot work: found when the source is made, and called by their name.

import { describeValue, isFrameSource, isObject } from "@tsnids/pcap";
import { CaptureError } from "./capture-error.js";

/** CaptureError `invalid-option` of `owner`, the class that was given the option. */
export function invalidOption(owner: string, option: string, found: unknown, wanted: string): CaptureError {
  return new CaptureError("invalid-option", owner, `${option} is ${describeValue(found)}; it must be ${wanted}`);
}

/** Throws it unless `value` is an integer from `least` to `most`. */
export function requireWithin(owner: string, option: string, value: unknown, least: number, most: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidOption(owner, option, value, `an integer from ${least} to ${most}`);
}

/** Throws it unless `value` is a text without NUL; `wanted` says which. */
export function requireText(owner: string, option: string, value: unknown, wanted: string): void {
  if (!isText(value)) throw invalidOption(owner, option, value, wanted);
}

/** True for what the system takes as a name or an argument: a text without the character NUL. */
export function isText(value: unknown): boolean {
  return typeof value === "string" && !value.includes("\0");
}

/** Throws it unless `sources` is an array of sources; names of files are none. */
export function requireSources(owner: string, sources: unknown): void {
  if (Array.isArray(sources) && sources.every(isFrameSource)) return;
  throw invalidOption(owner, "sources", sources, "an array of sources, such as FileSource");
}

/** Throws it unless `signal` is an AbortSignal or undefined. An AbortController is none. */
export function requireSignal(owner: string, signal: AbortSignal | undefined): void {
  if (!isSignal(signal)) throw invalidOption(owner, "signal", signal, "an AbortSignal");
}

/** True for undefined, and for a signal, told by what is used of it: one of another realm has another class. */
export function isSignal(value: unknown): boolean {
  return value === undefined || (isObject(value) && "aborted" in value && "addEventListener" in value);
}
