// What is said beside the results, on standard error: a line each. Names of files and texts of others come in it, and may
// hold anything that a name may.

import { printable } from "./printable-text.js";

/** Says something in a line. */
export function say(what: string): void {
  process.stderr.write(`tsnids: ${printable(what)}\n`);
}

/** Says what stopped nothing. */
export function warn(message: string): void {
  say(`warning: ${message}`);
}
