// One watch at a time per state, and per file of lines: a file beside it, the lock, names the process that has it. A
// process that was killed leaves its lock behind; so a lock counts only while that very process runs. A lock that names
// no process is not a watch's, but somebody's file.
//
//     link(own, lock) ─┬─ done ──────────────────────────────► ours
//                      └─ there is one ─┬─ its process runs ──► error
//                                       └─ it does not ───────► moved away, once more
//
// The lock is written under another name first, so nobody sees half of it. It holds between processes of one machine.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { identityOfProcess, isRunningProcess } from "@tsnids/capture";
import { CommandError, ExitCode, exitCodeOfOpening, systemReason } from "../exit-codes.js";

/** How many locks of dead processes are moved away before the attempt is given up. */
const attempts = 5;

/** What is said where a lock cannot be had. */
export interface LockWords {
  /** What another watch does with the file. */
  readonly held: string;
  /** What cannot be written. */
  readonly what: string;
  /** The option that names another file. */
  readonly option: string;
}

/** What the system says where a file may exist but none can be made beside it. */
const noLockThere: readonly string[] = ["EACCES", "EPERM", "EROFS", "ENAMETOOLONG"];

/** No lock can be made beside the file. */
export class NoLockError extends CommandError {
  /** The system's code. */
  readonly reason: string;

  constructor(exitCode: ExitCode, message: string, reason: string) {
    super(exitCode, message);
    this.reason = reason;
  }
}

/** The lock of a file. */
export class WatchLock {
  readonly #file: string;
  readonly #path: string;
  readonly #words: LockWords;

  /** Takes it. Throws CommandError where another process has it, or it cannot be written. */
  constructor(file: string, words: LockWords) {
    this.#file = file;
    this.#path = `${file}.lock`;
    this.#words = words;
    const own = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(own, identityOfProcess(process.pid));
      for (let attempt = 0; !this.#link(own); attempt++) this.#moveAwayIfDead(attempt);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const { what, option } = words;
      const reason = systemReason(error);
      const text = `${file}: ${what} cannot be written (${reason}); ${option} FILE keeps it elsewhere`;
      if (noLockThere.includes(reason)) throw new NoLockError(exitCodeOfOpening(error), text, reason);
      throw new CommandError(exitCodeOfOpening(error), text);
    } finally {
      discard(own);
    }
  }

  /** Gives it back. */
  release(): void {
    rmSync(this.#path, { force: true });
  }

  /** False where there is a lock. */
  #link(own: string): boolean {
    try {
      linkSync(own, this.#path);
      return true;
    } catch (error) {
      if (systemReason(error) === "EEXIST") return false;
      throw error;
    }
  }

  #moveAwayIfDead(attempt: number): void {
    const holder = read(this.#path);
    if (holder === undefined) return; // Given back just now.
    if (!/^\d+ \d*$/.test(holder)) {
      const what = `is no lock of a watch; remove it, or name another file with ${this.#words.option}`;
      throw new CommandError(ExitCode.WRONG_INPUT, `${this.#path}: ${what}`);
    }
    const pid = Number(holder.split(" ", 1)[0]);
    if (attempt === attempts || isRunningProcess(holder)) {
      const { held, option } = this.#words;
      const what = `${this.#file}: another watch (process ${pid}) ${held}; ${option} FILE gives this one its own`;
      throw new CommandError(ExitCode.WRONG_INPUT, what);
    }
    const away = `${this.#path}.${process.pid}.dead`;
    try {
      renameSync(this.#path, away);
    } catch (error) {
      if (systemReason(error) === "ENOENT") return;
      throw error;
    }
    // Somebody else may have moved it away earlier, and this may be the new lock: then it goes back.
    if (read(away) !== holder) this.#link(away);
    rmSync(away, { force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Removes a file that may never have been made, under a name that may be none. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Then it is not there.
  }
}
