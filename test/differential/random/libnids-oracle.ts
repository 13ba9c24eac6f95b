/**
 * The real library, behind nids_oracle: built from its source into a folder of the test's own, then run for one capture
 * at a time, at most a few at once.
 */
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";

/** What a run printed, and how it ended: an exit code, or the name of the signal that ended it. */
export interface OracleRun {
  readonly output: string;
  readonly end: number | string;
}

/** Milliseconds; a run takes a few. */
const runLimit = 20_000;
const outputLimit = 256 * 1024 * 1024;

/** Builds the program of the folder `source` and returns its path. */
export function buildOracle(source: string, folder: string): string {
  const program = join(folder, "nids_oracle");
  execFileSync("gcc", ["-O1", "-I", source, "-o", program, join(source, "nids_oracle.c"), "-lnids", "-lpcap"]);
  return program;
}

/** Runs the program. */
export function askOracle(program: string, words: readonly string[]): Promise<OracleRun> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: runLimit, maxBuffer: outputLimit }, (error, stdout) => {
      resolve({ output: stdout, end: error?.signal ?? (typeof error?.code === "number" ? error.code : 0) });
    });
  });
}
