// A file that has its name when it is whole: until then it is written under the name with ".part" behind it. The two
// are in the same folder, so renaming is one step, and whoever looks at the folder sees a finished capture or none.

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { asRecordError, RecordError } from "./record-error.js";

/** Bytes gathered before they are written. */
const gatheredBytes = 256 * 1024;

/** One file, written from beginning to end. All methods throw RecordError. */
export class PartFile {
  /** Its name when it is finished. */
  readonly path: string;
  readonly #part: string;
  readonly #descriptor: number;
  #gathered: Uint8Array = new Uint8Array(gatheredBytes);
  #filled = 0;
  #length = 0;

  /** Replaces a file left unfinished earlier; a finished one only when it is told to. */
  constructor(path: string, overwrites: boolean) {
    this.path = path;
    this.#part = `${path}.part`;
    if (!overwrites && existsSync(path)) throw new RecordError("exists", path, "exists already");
    this.#descriptor = attempt(path, () => openSync(this.#part, "w"));
  }

  /** Bytes of the file so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes, which are copied. */
  add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (bytes.length > gatheredBytes - this.#filled) this.flush();
    if (bytes.length > gatheredBytes) this.#write(bytes);
    else {
      this.#gathered.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
  }

  /** Hands what was gathered to the system, where other programs can see it. */
  flush(): void {
    this.#write(this.#gathered.subarray(0, this.#filled));
    this.#filled = 0;
  }

  /** Gives the file its name. */
  finish(): void {
    try {
      this.flush();
      attempt(this.path, () => fsyncSync(this.#descriptor));
    } finally {
      closeSync(this.#descriptor);
    }
    attempt(this.path, () => renameSync(this.#part, this.path));
  }

  /** Leaves nothing behind. */
  abandon(): void {
    closeSync(this.#descriptor);
    attempt(this.path, () => rmSync(this.#part, { force: true }));
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      at += attempt(this.path, () => writeSync(this.#descriptor, bytes, at));
    }
  }
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw asRecordError(error, path);
  }
}
