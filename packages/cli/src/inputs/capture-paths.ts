// The captures named on the command line. Shells expand patterns such as "*.pcap" themselves; a pattern that comes
// through, because it was quoted or the shell is one of Windows, is expanded here. A file of that very name comes
// first.

import { existsSync } from "node:fs";
import { CommandError, ExitCode } from "../exit-codes.js";

const standardInput = "-";

/** Characters of the longest path. What is longer is no pattern, and could be one that takes long to match. */
export const longestPath = 4096;

/** The paths to read. A pattern that matches nothing stays: as a missing file it becomes an error later. */
export async function capturePaths(given: readonly string[]): Promise<readonly string[]> {
  if (given.filter((path) => path === standardInput).length > 1) {
    throw new CommandError(ExitCode.WRONG_INPUT, 'standard input ("-") can be read only once');
  }
  const paths: string[] = [];
  for (const path of given) {
    const found = path === standardInput || existsSync(path) ? [] : await matches(path);
    paths.push(...(found.length > 0 ? found.sort() : [path]));
  }
  return paths;
}

/**
 * The files that fit a pattern. What finds them is loaded only then: most command lines have no pattern, and loading
 * delays the start.
 */
async function matches(path: string): Promise<string[]> {
  if (path.length > longestPath) return [];
  const { glob, isDynamicPattern } = await import("tinyglobby");
  return isDynamicPattern(path) ? glob(path, { expandDirectories: false }) : [];
}
