// An input when the command is told to end. An interrupt from the keyboard goes to all programs of a pipeline. One that
// captures then writes the packets it still holds, and ends; so a pipe is read until its writer has ended:
//
//     ^C ─┬─► tcpdump -w -     writes what it holds, and ends ─┐
//         └─► tsnids run -     reads until then ◄──────────────┘

import { fstatSync, statSync } from "node:fs";

/** Milliseconds a writer has to end: it may not have been told, or go on. */
const writerGraceMs = 1000;

/** Ends what reads these captures ("-" is standard input): at once, or when the writers of pipes had time to end. */
export function endInput(paths: readonly string[], stop: AbortController): void {
  if (paths.some(isPipe)) setTimeout(() => stop.abort(), writerGraceMs).unref();
  else stop.abort();
}

function isPipe(path: string): boolean {
  try {
    const stats = path === "-" ? fstatSync(0) : statSync(path);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false; // It is gone; then nobody writes to it.
  }
}
