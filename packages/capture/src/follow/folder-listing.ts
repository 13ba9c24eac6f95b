// The captures in a folder, and which of them comes next. A capture is known by the moment of its first frame, not by
// its name: names are reused (-W), change (-z gzip) and follow no order that could be relied on (cap, cap1, …, cap10;
// cap-235959, cap-000001).
//
//     cap0  begins 12:05  ─┐
//     cap1  begins 12:03  ─┼─► in order: cap1 12:03 (read), cap2 12:04, cap0 12:05
//     cap2  begins 12:04  ─┘
//
// Two files that begin at the same moment are one capture, of which the first by name is read.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FrameTime } from "@tsnids/pcap";
import { asCaptureError, CaptureError } from "../capture-error.js";
import type { CaptureWarning } from "../capture-warning.js";
import { FileSource } from "../file-source.js";

/** Files in a folder at most; each is remembered. */
export const maximumFolderFiles = 65536;

/** A capture that can be read. */
export interface ListedCapture {
  readonly name: string;
  readonly path: string;
  /** When its first frame was captured. */
  readonly begin: FrameTime;
}

/** What is remembered of a file. */
interface Entry {
  readonly inode: number;
  readonly size: number;
  readonly changed: number;
  /** Undefined as long as it has no frame. */
  readonly begin: FrameTime | undefined;
  /** It is no capture, and will not become one by growing. */
  readonly isHopeless: boolean;
}

/** The files of one folder, as they were when it was scanned last. */
export class FolderListing {
  readonly #folder: string;
  readonly #accepts: (name: string) => boolean;
  readonly #onWarning: (warning: CaptureWarning) => void;
  /** Names as people count: cap2 before cap10. */
  readonly #byName: Intl.Collator = new Intl.Collator("en", { numeric: true });
  #entries: Map<string, Entry> = new Map();
  /** Captures that were read, by their beginning. */
  readonly #read: Set<string> = new Set();
  /** Files that were left, and how far they had been read. */
  readonly #left: Map<string, { readonly begin: FrameTime; readonly offset: number }> = new Map();
  readonly #complainedAbout: Set<string> = new Set();

  constructor(folder: string, accepts: (name: string) => boolean, onWarning: (warning: CaptureWarning) => void) {
    this.#folder = folder;
    this.#accepts = accepts;
    this.#onWarning = onWarning;
  }

  /** Looks at all files; at those that have changed, except the one that is being read, also into them. Throws CaptureError. */
  async scan(current?: string): Promise<void> {
    const entries = new Map<string, Entry>();
    for (const name of await this.#names()) {
      const entry = await this.#look(name, name === current);
      if (entry !== undefined) entries.set(name, entry);
    }
    this.#entries = entries;
    this.#forgetGone();
  }

  /** The earliest capture that was not read yet, up to the one that begins at `last`. */
  next(last?: FrameTime): ListedCapture | undefined {
    let next: ListedCapture | undefined;
    for (const [name, { begin }] of this.#entries) {
      if (begin === undefined || this.#read.has(keyOf(begin))) continue;
      if (last !== undefined && compareTimes(last, begin) < 0) continue;
      const order = next === undefined ? -1 : compareTimes(begin, next.begin) || this.#byName.compare(name, next.name);
      if (order < 0) next = { name, path: join(this.#folder, name), begin };
    }
    return next;
  }

  /** Takes everything for read that begins before `begin`; true when there is a file that begins just then. */
  skipTo(begin: FrameTime): boolean {
    let isThere = false;
    for (const entry of this.#entries.values()) {
      const order = entry.begin === undefined ? 1 : compareTimes(entry.begin, begin);
      if (order < 0 && entry.begin !== undefined) this.#read.add(keyOf(entry.begin));
      if (order === 0) isThere = true;
    }
    return isThere;
  }

  /** The capture is being read: it is not offered again. */
  take({ begin }: ListedCapture): void {
    this.#read.add(keyOf(begin));
  }

  /** The capture was left after so many bytes of the file, which is looked into again: it may hold another one by now. */
  leave({ name, begin }: ListedCapture, offset: number): void {
    this.#entries.delete(name);
    this.#left.set(name, { begin, offset });
  }

  async #names(): Promise<readonly string[]> {
    try {
      const names = await readdir(this.#folder);
      const captures = names.filter((name) => this.#accepts(name));
      if (captures.length <= maximumFolderFiles) return captures;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOTDIR") {
        throw new CaptureError("not-found", this.#folder, "is not a folder", undefined, error);
      }
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        throw new CaptureError("not-found", this.#folder, "no such folder", undefined, error);
      }
      throw asCaptureError(error, this.#folder, undefined);
    }
    throw new CaptureError("too-many-files", this.#folder, `has more than ${maximumFolderFiles} files`);
  }

  async #look(name: string, isCurrent: boolean): Promise<Entry | undefined> {
    const path = join(this.#folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() !== true) return undefined;
    const { ino: inode, size, ctimeMs: changed } = stats;
    const known = this.#entries.get(name);
    if (known?.inode === inode && size >= known.size) {
      const isSame = size === known.size && changed === known.changed;
      if (isSame || known.isHopeless || isCurrent) return { ...known, size, changed };
    }
    const [begin, isHopeless] = await this.#beginOf(name, path);
    this.#noticeGrowth(name, begin, size);
    return { inode, size, changed, begin, isHopeless };
  }

  async #beginOf(name: string, path: string): Promise<readonly [begin: FrameTime | undefined, isHopeless: boolean]> {
    try {
      return [await new FileSource(path).startTime(), false];
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      // Files that have just been begun, or are gone already.
      if (error.code === "empty" || error.code === "cut-header" || error.code === "not-found")
        return [undefined, false];
      if (!this.#complainedAbout.has(name)) {
        this.#complainedAbout.add(name);
        this.#onWarning({ code: "skipped", message: `${error.message}; skipped`, capture: path, offset: 0 });
      }
      return [undefined, error.code === "unknown-format"];
    }
  }

  #noticeGrowth(name: string, begin: FrameTime | undefined, size: number): void {
    const left = this.#left.get(name);
    if (left === undefined || begin === undefined) return;
    if (compareTimes(begin, left.begin) === 0) {
      if (size <= left.offset) return;
      const path = join(this.#folder, name);
      const message = `${path}: has grown after a later file was begun; what came after byte ${left.offset} is not read`;
      this.#onWarning({ code: "left-too-soon", message, capture: path, offset: left.offset });
    }
    this.#left.delete(name);
  }

  #forgetGone(): void {
    const present = new Set<string>();
    for (const { begin } of this.#entries.values()) if (begin !== undefined) present.add(keyOf(begin));
    for (const key of this.#read) if (!present.has(key)) this.#read.delete(key);
    for (const name of this.#left.keys()) if (!this.#entries.has(name)) this.#left.delete(name);
    for (const name of this.#complainedAbout) if (!this.#entries.has(name)) this.#complainedAbout.delete(name);
  }
}

/** Negative when the first one is earlier. */
export function compareTimes(one: FrameTime, other: FrameTime): number {
  return one.seconds - other.seconds || one.nanoseconds - other.nanoseconds;
}

function keyOf({ seconds, nanoseconds }: FrameTime): string {
  return `${seconds} ${nanoseconds}`;
}
