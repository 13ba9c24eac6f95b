// Runs the command as a user does: the real program, in a process of its own, on captures in a temporary folder.

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program. */
export const program: string = fileURLToPath(new URL("../bin/tsnids.js", import.meta.url));

/** The captures of the repository. */
export const captures: string = fileURLToPath(new URL("../../../pcaps/", import.meta.url));

/** How a command ended and what it printed. */
export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** `stdout`, line by line. */
  readonly lines: readonly string[];
}

/** What a command may be given besides its arguments. */
export interface Surroundings {
  readonly input?: Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
}

/** Milliseconds after which a command hangs: it is killed, and the test goes on without a status. */
const hangsAfter = 120_000;

/** Runs `tsnids ARGUMENTS` to its end. */
export function tsnids(args: readonly string[], { input, env }: Surroundings = {}): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    input: input ?? new Uint8Array(0),
    env: { ...process.env, DEBUG: undefined, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: hangsAfter,
    killSignal: "SIGKILL",
  });
  return { status, stdout, stderr, lines: linesOf(stdout) };
}

/** Starts `tsnids ARGUMENTS` with pipes. */
export function startTsnids(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [program, ...args]);
}

/** The JSON lines a command printed. */
export function jsonLines({ lines }: Result): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The lines of a text that ends with a line break. */
export function linesOf(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

/** A folder for the tests of the enclosing suite. */
export interface Folder {
  path(name: string): string;
  /** Writes a file and gives its path. */
  write(name: string, bytes: Uint8Array): string;
}

/** Makes a folder before the tests of the enclosing suite and removes it after them. */
export function temporaryFolder(): Folder {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tsnids-cli-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: (name, bytes) => {
      writeFileSync(path(name), bytes);
      return path(name);
    },
  };
}
