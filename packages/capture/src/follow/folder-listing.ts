// The captures in a folder, and which of them comes next. A capture is known by the moment of its first frame, not by
// its name: names are reused (-W), change (-z gzip) and follow no order that could be relied on (cap, cap1, …, cap10;
// cap-235959, cap-000001).
//
//     cap0  begins 12:05  ─┐
//     cap1  begins 12:03  ─┼─► in order: cap1 12:03 (read), cap2 12:04, cap0 12:05
//     cap2  begins 12:04  ─┘
//
// Two files that begin with the same frame are one capture, of which the first by name is read. Captures that another
// reading has begun come before all others, in the order in which it has begun them, which need not be that of time.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FrameTime } from "@tsnids/pcap";
import { asCaptureError, CaptureError } from "../capture-error.js";
import type { CaptureWarning } from "../capture-warning.js";
import { FileSource } from "../file/file-source.js";
import { compareTimes, firstFrameOf } from "./first-frame.js";
import type { FirstFrame } from "./first-frame.js";
import type { FolderPosition } from "./folder-position.js";

/** Files in a folder at most; each is remembered. */
export const maximumFolderFiles = 65536;

/** While there is more to read, the next scan waits for so many times the duration of the last one. */
const scanInterval = 10;

/** A capture that can be read. */
export interface ListedCapture extends FirstFrame {
  readonly name: string;
  readonly path: string;
}

/** What a listing is told. */
export interface FolderListingOptions {
  /** Whether a file of this name is looked at. */
  readonly accepts: (name: string) => boolean;
  readonly onWarning: (warning: CaptureWarning) => void;
  /** Ends a scan before its end; what was known before stays known. */
  readonly signal: AbortSignal | undefined;
  /** The captures that another reading has begun, by their keys, in order. */
  readonly begun: readonly string[];
  /** Whether only these are listed. */
  readonly isReplay: boolean;
}

/** What is remembered of a file. */
interface Entry {
  readonly inode: number;
  readonly size: number;
  readonly changed: number;
  /** Undefined as long as it has no frame. */
  readonly first: FirstFrame | undefined;
}

/** The files of one folder, as they were when it was scanned last. */
export class FolderListing {
  readonly #folder: string;
  readonly #options: FolderListingOptions;
  /** Names as people count: cap2 before cap10. */
  readonly #byName: Intl.Collator = new Intl.Collator("en", { numeric: true });
  #entries: Map<string, Entry> = new Map();
  /** All captures in order; those before `#at` were read. */
  #order: readonly ListedCapture[] = [];
  #at = 0;
  /** Captures that were begun, by their keys: to look them up, and in order. */
  readonly #read: Set<string> = new Set();
  #begun: readonly string[] = [];
  /** The place of each capture that another reading has begun. */
  readonly #ranks: ReadonlyMap<string, number>;
  /** Files that were left, and how far they had been read. */
  readonly #left: Map<string, { readonly key: string; readonly offset: number }> = new Map();
  readonly #complainedAbout: Set<string> = new Set();
  /** The capture that was taken last. */
  #current: string | undefined;
  #scanned = -Infinity;
  #scanDuration = 0;

  constructor(folder: string, options: FolderListingOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#ranks = new Map(options.begun.map((key, index) => [key, index]));
  }

  /**
   * The captures that were begun and are still there, by their keys, in the order in which they were begun. A list that was
   * given out stays as it is.
   */
  get begun(): readonly string[] {
    return this.#begun;
  }

  /** Whether to scan although there is more to read: after `pollMs`, and later where scans take long. */
  isOutdated(pollMs: number): boolean {
    return performance.now() - this.#scanned >= Math.max(pollMs, scanInterval * this.#scanDuration);
  }

  /**
   * Looks at all files, and into those that have changed, except `current`, which is being read. Throws CaptureError.
   */
  async scan(current?: string): Promise<void> {
    const began = performance.now();
    const entries = new Map<string, Entry>();
    for (const name of await this.#names()) {
      const entry = await this.#look(name, name === current);
      if (this.#options.signal?.aborted === true) return;
      if (entry !== undefined) entries.set(name, entry);
    }
    this.#entries = entries;
    this.#arrange();
    this.#forgetGone();
    this.#scanned = performance.now();
    this.#scanDuration = this.#scanned - began;
  }

  /** The earliest capture that was not read yet, up to those that begin at `last`. */
  next(last?: FrameTime): ListedCapture | undefined {
    while (this.#at < this.#order.length && this.#read.has(this.#order[this.#at]!.key)) this.#at++;
    const next = this.#order[this.#at];
    return next === undefined || (last !== undefined && compareTimes(last, next.begin) < 0) ? undefined : next;
  }

  /** Counts the captures before a position as read; true where the one that it is in is there. */
  skipTo({ begin, begun }: FolderPosition): boolean {
    const last = begun?.at(-1);
    const earlier = new Set(begun?.slice(0, -1));
    let isThere = false;
    for (const capture of this.#order) {
      const { key } = capture;
      const order = compareTimes(capture.begin, begin);
      const isBefore = begun === undefined ? order < 0 : earlier.has(key);
      if (isBefore) this.#read.add(key);
      isThere ||= begun === undefined ? order === 0 : key === last;
    }
    this.#begun = [...this.#read];
    return isThere;
  }

  /** Counts the capture as read: it is not offered again, under whatever name. */
  take({ key }: ListedCapture): void {
    this.#read.add(key);
    this.#begun = [...this.#begun, key];
    this.#current = key;
  }

  /** Offers the capture again, from the next scan on: it could not be opened, and may have another name by then. */
  giveBack({ key }: ListedCapture): void {
    this.#read.delete(key);
    this.#begun = this.#begun.filter((other) => other !== key);
  }

  /**
   * Notes that the capture was left after so many bytes of its file. The file may hold another one by now: it is looked
   * into again.
   */
  leave({ name, key }: ListedCapture, offset: number): void {
    this.#entries.delete(name);
    this.#left.set(name, { key, offset });
  }

  async #names(): Promise<readonly string[]> {
    const captures = (await this.#allNames()).filter((name) => this.#options.accepts(name));
    if (captures.length <= maximumFolderFiles) return captures;
    throw new CaptureError("too-many-files", this.#folder, `has more than ${maximumFolderFiles} files`);
  }

  async #allNames(): Promise<readonly string[]> {
    try {
      return await readdir(this.#folder);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOTDIR") {
        throw new CaptureError("not-found", this.#folder, "is not a folder", undefined, error);
      }
      if (error instanceof Error && "code" in error && error.code === "ENOENT") {
        throw new CaptureError("not-found", this.#folder, "no such folder", undefined, error);
      }
      throw asCaptureError(error, this.#folder, undefined);
    }
  }

  async #look(name: string, isCurrent: boolean): Promise<Entry | undefined> {
    const path = join(this.#folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() !== true) return undefined;
    const { ino: inode, size, ctimeMs: changed } = stats;
    const known = this.#entries.get(name);
    if (known?.inode === inode && size >= known.size) {
      const isSame = size === known.size && changed === known.changed;
      if (isSame || isCurrent) return { ...known, size, changed };
    }
    const first = await this.#firstOf(name, path);
    this.#noticeGrowth(name, first, size);
    return { inode, size, changed, first };
  }

  async #firstOf(name: string, path: string): Promise<FirstFrame | undefined> {
    const { signal, onWarning } = this.#options;
    try {
      for await (const batch of new FileSource(path, { signal }).batches()) return await firstFrameOf(batch);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      // Files that have just been begun, or are gone already.
      if (error.code === "empty" || error.code === "cut-header" || error.code === "not-found") return undefined;
      if (this.#complainedAbout.has(name)) return undefined;
      this.#complainedAbout.add(name);
      onWarning({ code: "skipped", message: `${error.message}; skipped`, capture: path, offset: 0 });
    }
    return undefined;
  }

  #noticeGrowth(name: string, first: FirstFrame | undefined, size: number): void {
    const left = this.#left.get(name);
    if (left === undefined || first === undefined) return;
    if (first.key === left.key) {
      if (size <= left.offset) return;
      const path = join(this.#folder, name);
      const message = `${path}: has grown after a later file was begun; what came after byte ${left.offset} is not read`;
      this.#options.onWarning({ code: "left-too-soon", message, capture: path, offset: left.offset });
    }
    this.#left.delete(name);
  }

  #arrange(): void {
    const order: ListedCapture[] = [];
    for (const [name, { first }] of this.#entries) {
      if (first === undefined || (this.#options.isReplay && !this.#ranks.has(first.key))) continue;
      order.push({ ...first, name, path: join(this.#folder, name) });
    }
    const rank = ({ key }: ListedCapture): number => this.#ranks.get(key) ?? this.#ranks.size;
    this.#order = order.sort(
      (one, other) =>
        rank(one) - rank(other) || compareTimes(one.begin, other.begin) || this.#byName.compare(one.name, other.name),
    );
    this.#at = 0;
  }

  #forgetGone(): void {
    const present = new Set<string>();
    for (const { key } of this.#order) present.add(key);
    // A position names the capture at hand also where its file is gone.
    const isGone = (key: string): boolean => !present.has(key) && key !== this.#current;
    const before = this.#read.size;
    for (const key of this.#read) if (isGone(key)) this.#read.delete(key);
    if (this.#read.size < before) this.#begun = this.#begun.filter((key) => this.#read.has(key));
    for (const name of this.#left.keys()) if (!this.#entries.has(name)) this.#left.delete(name);
    for (const name of this.#complainedAbout) if (!this.#entries.has(name)) this.#complainedAbout.delete(name);
  }
}
