// A recording is called OUT.part until it is whole. What an earlier one left under that name, because it was killed, is
// a capture, replaced only with --force. Somebody may want to rescue it by recording it to OUT, and it would be removed
// before it was read: so it is refused as input.

import { CommandError, ExitCode } from "../exit-codes.js";
import { isSameFile, placeOf } from "../inputs/file-place.js";

/** Throws CommandError where an input is the file that a recording to `write` would remove. */
export function refuseOwnPart(inputs: readonly string[], write: string): void {
  const part = `${placeOf(write)}.part`;
  const own = inputs.find((input) => isSameFile(input, part));
  if (own === undefined) return;
  const what = `${write} is written under this name until it is whole; rename this file first, or write another`;
  throw new CommandError(ExitCode.WRONG_INPUT, `${own === "-" ? "standard input" : own}: ${what}`);
}
