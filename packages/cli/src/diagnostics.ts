// What is said beside the results, on standard error, a line each. Lines contain names of files and other people's
// text, in which any character may be.

import { printable } from "./lines/printable-text.js";

/** Prints a line. */
export function say(what: string): void {
  process.stderr.write(`tsnids: ${printable(what)}\n`);
}

/** Prints a warning. */
export function warn(message: string): void {
  say(`warning: ${message}`);
}
