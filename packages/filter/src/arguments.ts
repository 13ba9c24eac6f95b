// What callers give besides the words of an expression: a wrong one is refused by name when it is given, and so is an
// option that is not there, because what it was to do would not happen.

import { describeValue, isFrameSource, isObject } from "@tsnids/pcap";
import { FilterError } from "./filter-error.js";

/** The error of an argument or option that is not what it has to be. */
export function wrongArgument(name: string, wanted: string, given: unknown, expression = ""): FilterError {
  return refused(`${name} must be ${wanted}, not ${describeValue(given)}`, expression);
}

/** Throws FilterError `invalid-argument` for anything but a source of frames. */
export function requireSource(source: unknown): void {
  if (isFrameSource(source)) return;
  throw wrongArgument("source", "a source of frames, such as new FileSource(path)", source);
}

/** Names of the options there are. */
export interface KnownOptions {
  /** Those that are true or false. */
  readonly switches: readonly string[];
  /** Those that are functions. */
  readonly callbacks: readonly string[];
}

/** The same for anything but an object with these options. */
export function requireOptions(options: unknown, { switches, callbacks }: KnownOptions): void {
  if (!isObject(options)) throw wrongArgument("options", "an object", options);
  const names = [...switches, ...callbacks];
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) throw refused(`there is no option "${name}" here; known: ${names.join(", ")}`, "");
    const [type, wanted] = switches.includes(name) ? ["boolean", "true or false"] : ["function", "a function"];
    if (value !== undefined && typeof value !== type) throw wrongArgument(name, wanted, value);
  }
}

function refused(what: string, expression: string): FilterError {
  return new FilterError("invalid-argument", expression, undefined, what);
}
