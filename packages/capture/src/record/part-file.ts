// A file that gets its name when it is whole: until then it is written under the name with ".part" behind it. The two
// are in the same folder, so renaming is one step, and whoever looks at the folder sees a finished capture or none. A
// link is followed, and stays: both names are then those of the file it leads to.
//
// What was left under either name earlier is a capture, and stays unless it may be replaced; then it is not emptied but
// removed. If somebody still writes it (recording-lock.ts is there to prevent it), each of the two has a file; the name
// belongs to whoever came last, and the other one is told.
//
// A disk may be full for a while. What a write has not taken is kept, and the next write begins with it: so the file
// has what was added, without a hole and nothing twice, whenever it goes on.

import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import { asRecordError, RecordError } from "./record-error.js";

/** Bytes gathered before they are written. */
const gatheredBytes = 256 * 1024;

/** Room for what is added for one frame: the largest one, and in pcapng its interface, which has two texts of 64 KiB. */
const frameBytes = 512 * 1024;

/** One file, written from beginning to end. All methods throw RecordError. */
export class PartFile {
  /** Its name when it is finished. */
  readonly path: string;
  readonly #whole: string;
  readonly #part: string;
  readonly #descriptor: number;
  readonly #overwrites: boolean;
  readonly #gathered: Uint8Array = new Uint8Array(gatheredBytes + frameBytes);
  #filled = 0;
  #length = 0;

  /** Replaces a file, finished or not, only if `overwrites`; never what is no file. */
  constructor(path: string, overwrites: boolean) {
    this.path = path;
    this.#overwrites = overwrites;
    this.#whole = placeToRecord(path, overwrites);
    this.#part = `${this.#whole}.part`;
    this.#descriptor = attempt(path, () => {
      const left = lstatSync(this.#part, { throwIfNoEntry: false });
      if (left?.isFile() === false) {
        throw new RecordError("not-a-file", this.#part, "is there and no regular file; give another name");
      }
      if (left !== undefined && !overwrites) {
        const what = "was left by a recording that did not end in order; rename it, or give another name";
        throw new RecordError("unfinished", this.#part, what);
      }
      rmSync(this.#part, { force: true });
      return create(this.#part, statSync(this.#whole, { throwIfNoEntry: false }));
    });
  }

  /** Bytes of the file so far. */
  get length(): number {
    return this.#length;
  }

  /** Writes what was gathered if it is enough; afterwards there is room for what belongs to one frame. */
  makeRoom(): void {
    if (this.#filled >= gatheredBytes) this.flush();
  }

  /** Adds bytes of a frame, which are copied; they are written later. */
  add(bytes: Uint8Array): void {
    this.#gathered.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.#length += bytes.length;
  }

  /** Hands what was gathered to the system, so that other programs can see it. */
  flush(): void {
    let written = 0;
    try {
      while (written < this.#filled) {
        const left = this.#filled - written;
        written += attempt(this.path, () => writeSync(this.#descriptor, this.#gathered, written, left));
      }
    } finally {
      this.#gathered.copyWithin(0, written, this.#filled);
      this.#filled -= written;
    }
  }

  /** Gives the file its name. */
  finish(): void {
    try {
      this.flush();
      attempt(this.path, () => fsyncSync(this.#descriptor));
      const holder = this.#holder();
      if (holder === "nobody") {
        const what = "its .part file was removed while it was written; the recording is lost";
        throw new RecordError("removed", this.path, what);
      }
      if (holder === "another") {
        const what = "its .part file was replaced while it was written; the recording is lost";
        throw new RecordError("taken-over", this.path, what);
      }
      if (!this.#overwrites && lstatSync(this.#whole, { throwIfNoEntry: false }) !== undefined) {
        const what = "was made by another program meanwhile; the recording has kept the name with .part";
        throw new RecordError("exists", this.path, what);
      }
    } finally {
      closeSync(this.#descriptor);
    }
    attempt(this.path, () => renameSync(this.#part, this.#whole));
  }

  /** Leaves nothing behind. */
  abandon(): void {
    const holder = this.#holder();
    closeSync(this.#descriptor);
    if (holder === "this") attempt(this.path, () => rmSync(this.#part, { force: true }));
  }

  /** Who has the name by now. */
  #holder(): "this" | "another" | "nobody" {
    return attempt(this.path, () => {
      const own = fstatSync(this.#descriptor);
      const there = statSync(this.#part, { throwIfNoEntry: false });
      if (there === undefined) return "nobody";
      return there.ino === own.ino && there.dev === own.dev ? "this" : "another";
    });
  }
}

/** Where the file is made: `path`, or what a link of this name leads to. Throws RecordError. */
export function placeToRecord(path: string, overwrites: boolean): string {
  return attempt(path, () => placeOf(path, overwrites));
}

function placeOf(path: string, overwrites: boolean): string {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return targetOf(path);
  if (!there.isFile()) throw new RecordError("not-a-file", path, "is there and no regular file; give another name");
  if (!overwrites) throw new RecordError("exists", path, "exists already");
  return realpathSync(path);
}

/** What is not there yet: `path`, or where a link of this name will lead to. */
function targetOf(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
  return targetOf(resolve(dirname(path), readlinkSync(path)));
}

/**
 * A new file; if it is to replace one, with the permissions of that one: nobody can read it who could not read that.
 */
function create(path: string, replaced: Stats | undefined): number {
  if (replaced === undefined) return openSync(path, "wx");
  const permissions = replaced.mode & 0o777;
  const descriptor = openSync(path, "wx", permissions);
  fchmodSync(descriptor, permissions); // The umask has taken some of them away.
  return descriptor;
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw asRecordError(error, path);
  }
}
