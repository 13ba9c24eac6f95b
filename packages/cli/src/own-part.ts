// A recording has the name OUT.part until it is whole. What an earlier one left under that name, which was killed, is a
// capture: it is replaced only with --force, and somebody who wants to rescue it with OUT as the name to write would have
// it removed before it was read. So it is no input.

import { CommandError, ExitCode } from "./exit-codes.js";
import { isSameFile, placeOf } from "./file-place.js";

/** The name that a recording to `write` has until it is whole. */
export function partOf(write: string): string {
  return `${placeOf(write)}.part`;
}

/** Throws CommandError where an input is the file that a recording to `write` would remove. */
export function refuseOwnPart(inputs: readonly string[], write: string): void {
  const own = inputs.find((input) => isSameFile(input, partOf(write)));
  if (own === undefined) return;
  const what = `${write} is written under this name until it is whole; rename this file first, or write another`;
  throw new CommandError(ExitCode.WRONG_INPUT, `${own === "-" ? "standard input" : own}: ${what}`);
}
