// The files of a watch: what it reads, the state it keeps and the lines it adds. No two of them may be the same file,
// whatever links lead to them, and no other watch may use the state or add lines meanwhile. In a folder that is
// watched, the watch's own files are no captures.
//
//     read       PATH, or all captures in it
//     state      STATE, STATE.part, STATE.lock          (.tsnids-watch.json in the folder, or --state)
//     lines      OUTPUT, OUTPUT.lock                    (--output)

import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CaptureError, FileSource } from "@tsnids/capture";
import type { CaptureErrorCode } from "@tsnids/capture";
import { warn } from "../diagnostics.js";
import { CommandError, ExitCode } from "../exit-codes.js";
import { isSameFile, placeOf } from "../inputs/file-place.js";
import { NoLockError, WatchLock } from "./watch-lock.js";
import type { LockWords } from "./watch-lock.js";

/** What a watch reads and writes. */
export interface WatchFiles {
  /** What is watched. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Undefined where no state is kept. */
  readonly stateFile: string | undefined;
  /** Undefined where the lines go to standard output. */
  readonly linesFile: string | undefined;
}

const stateWords: LockWords = { held: "has this state", what: "the state", option: "--state" };
const linesWords: LockWords = { held: "adds its lines to this file", what: "the file", option: "--output" };

/** The file a state is kept in, where no other is named. */
export function usualStateFile(path: string, isFolder: boolean): string {
  return isFolder ? join(path, ".tsnids-watch.json") : join(dirname(path), `.${basename(path)}.tsnids-watch.json`);
}

/** Throws CommandError where one file would be two of these, or lines would be added to a capture. */
export async function checkFiles({ path, stateFile, linesFile }: WatchFiles): Promise<void> {
  const state = stateFile === undefined ? [] : ["", ".part", ".lock"].map((end) => placeOf(stateFile) + end);
  const lines = linesFile === undefined ? [] : [linesFile, `${placeOf(linesFile)}.lock`];
  const watched = [...state, ...lines].find((own) => isSameFile(own, path));
  if (watched !== undefined) {
    const what = watched === linesFile ? "the lines" : "what a watch keeps beside its files";
    throw new CommandError(ExitCode.WRONG_INPUT, `${watched}: cannot have ${what}; it is what is watched`);
  }
  if (linesFile === undefined) return;
  if (lines.some((one) => state.some((other) => isSameFile(one, other)))) {
    throw new CommandError(ExitCode.WRONG_INPUT, `${linesFile}: cannot have the lines and the state, too`);
  }
  if (await isCapture(linesFile)) {
    throw new CommandError(ExitCode.WRONG_INPUT, `${linesFile}: cannot have the lines; it is a capture`);
  }
}

/**
 * Performs `action` while no other watch has the state, or adds to the lines. Throws CommandError where one does. If no
 * lock can be made beside the file of lines, lines are written without one, with a warning.
 */
export async function whileLocked(files: WatchFiles, action: () => Promise<void>): Promise<void> {
  const { stateFile, linesFile } = files;
  const locks: WatchLock[] = [];
  try {
    if (stateFile !== undefined) locks.push(new WatchLock(placeOf(stateFile), stateWords));
    if (linesFile !== undefined && isRegular(linesFile)) locks.push(...lockOfLines(linesFile));
    await action();
  } finally {
    for (const lock of locks) lock.release();
  }
}

function lockOfLines(linesFile: string): readonly WatchLock[] {
  try {
    return [new WatchLock(placeOf(linesFile), linesWords)];
  } catch (error) {
    if (!(error instanceof NoLockError)) throw error;
    warn(`${linesFile}: is not locked (${error.reason}); let no other watch add to it`);
    return [];
  }
}

/** Whether a file of the folder may be a capture: the watch's own are none. */
export function accepts({ path, stateFile, linesFile }: WatchFiles): (name: string) => boolean {
  const folder = placeOf(path);
  const own = [stateFile, linesFile]
    .filter((file) => file !== undefined)
    .flatMap((file) => [resolve(file), placeOf(file)])
    .filter((file) => placeOf(dirname(file)) === folder)
    .map((file) => basename(file));
  // While a lock is taken there are files whose names begin with its own.
  return (name) => !own.some((file) => name === file || name.startsWith(`${file}.lock`));
}

/** Whether it is a file, or will be one: a device or a pipe may have many writers. */
function isRegular(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return true;
  }
}

/** The errors of a file that is no capture, or has no frame yet. */
const emptyOrOther: readonly CaptureErrorCode[] = ["empty", "cut-header", "unknown-format"];

async function isCapture(path: string): Promise<boolean> {
  if (!existsSync(path) || !isRegular(path)) return false;
  try {
    await new FileSource(path).startTime();
    return true;
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    // An error without an offset says that the file could not be opened. If it cannot be written either, that is told
    // later.
    return error.offset !== undefined && !emptyOrOther.includes(error.code);
  }
}
