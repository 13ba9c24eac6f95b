// A recording has the name OUT.part until it is whole, and what an earlier one left under that name is removed for it.
// That is just what somebody wants to rescue whose recording was killed, with OUT as the name to write: so it is no input.

import { readdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { CommandError, ExitCode } from "./exit-codes.js";
import { isSameFile, placeOf } from "./file-place.js";

/** Throws CommandError where an input is a file that a recording to `write`, or to a row of that name, would remove. */
export function refuseOwnPart(inputs: readonly string[], write: string, isRow: boolean): void {
  const parts = isRow ? partsOfRow(write) : [`${placeOf(write)}.part`];
  const own = inputs.find((input) => parts.some((part) => isSameFile(input, part)));
  if (own === undefined) return;
  const what = `${write} is written under this name until it is whole; rename this file first, or write another`;
  throw new CommandError(ExitCode.WRONG_INPUT, `${own === "-" ? "standard input" : own}: ${what}`);
}

/** Those that are there: "dir/out-00001.pcap.part" for "dir/out.pcap". */
function partsOfRow(write: string): readonly string[] {
  const extension = extname(write);
  const prefix = `${basename(write, extension)}-`;
  const suffix = `${extension}.part`;
  return namesIn(dirname(write))
    .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
    .filter((name) => /^\d+$/.test(name.slice(prefix.length, name.length - suffix.length)))
    .map((name) => join(dirname(write), name));
}

/** A folder that cannot be read, the recorder will complain about. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
