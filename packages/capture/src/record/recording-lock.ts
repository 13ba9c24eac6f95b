// One recorder at a time per name: while it is at work, a file beside the recording names the process it is in.
//
//     out.pcap.part        the recording
//     .out.pcap.pid        "4711 83412", the process (process-identity.ts)
//
// A process that was killed leaves this file behind, so what counts is whether that very process still runs. If two find
// such a file at the same moment, both may take the lock; then only one gets the .part file, which has to be new.
//
// The name begins with a dot, so that whoever follows the folder leaves it out (FolderSource, and most other programs).
// It is no longer than that of the .part file. The lock holds between the processes of one machine.

import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { identityOfProcess, isRunningProcess } from "./process-identity.js";
import { asRecordError, RecordError } from "./record-error.js";

/** The lock of a recording. */
export class RecordingLock {
  readonly #file: string;
  #isHeld = false;

  /** Takes it; `path` is the recording. Throws RecordError: `in-use`, and others for a folder that cannot be used. */
  constructor(path: string) {
    this.#file = join(dirname(path), `.${basename(path)}.pid`);
    const holder = read(this.#file);
    if (holder !== undefined && isRunningProcess(holder)) {
      const what = `process ${Number.parseInt(holder)} records under this name (${this.#file} says so)`;
      throw new RecordError("in-use", path, `${what}; end it first, or give another name`);
    }
    try {
      if (holder !== undefined) rmSync(this.#file, { force: true });
      this.#write();
      this.#isHeld = true;
    } catch (error) {
      if (isThere(error)) {
        const what = `somebody records under this name (${this.#file} is there, and does not say who)`;
        throw new RecordError("in-use", path, `${what}; try again, or give another name`, error);
      }
      throw asRecordError(error, path);
    }
  }

  /** Gives it back. May be called twice: by then it may be another one's. */
  release(): void {
    if (this.#isHeld) discard(this.#file);
    this.#isHeld = false;
  }

  #write(): void {
    const descriptor = openSync(this.#file, "wx");
    try {
      writeSync(descriptor, identityOfProcess(process.pid));
    } catch (error) {
      discard(this.#file);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Removes a lock. What cannot be removed is nobody's when the process is gone. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Whoever finishes a recording has it, whatever became of the folder.
  }
}

/** Another one has made the file just now, or it is one that cannot be read. */
function isThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
