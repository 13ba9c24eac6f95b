// A folder of rotated captures as one source that does not end: what tcpdump -C, -G and -W or dumpcap -b write, file by
// file in the order in which the captures begin, the last one while it grows.
//
//     scan ─► next capture ─► read ─► its end ─► is there another one not read yet? ─► read to its end once more ─► next
//                                       ▲  └ no: wait for a change, scan ─┐
//                                       └─────────────────────────────────┘
//
// A program that rotates closes a file before it begins the next one. So the file in hand is finished as soon as there
// is another one, not read yet, that has a frame; then the file in hand is read to its end once more.
//
// A scan looks at every file, so there is not one after each file: captures that are known are read first. Meanwhile
// the folder is scanned every `pollMs` or more, and when a file turns out to be another one.

import type { FrameBatch, FrameSource, FrameTime } from "@tsnids/pcap";
import { CallerErrors } from "../caller-errors.js";
import { asCaptureError, CaptureError } from "../capture-error.js";
import { CaptureReading, readingBlock } from "../file/capture-reading.js";
import type { CaptureWarning } from "../capture-warning.js";
import { UnpackingReader } from "../compression/unpacking-reader.js";
import { invalidOption, requireSignal, requireText, requireWithin } from "../options.js";
import { FolderChanges } from "./folder-changes.js";
import { compareTimes, firstFrameOf } from "./first-frame.js";
import { FolderListing } from "./folder-listing.js";
import type { ListedCapture } from "./folder-listing.js";
import { framesBefore, requirePosition } from "./folder-position.js";
import type { FolderPosition } from "./folder-position.js";
import { keepFrames } from "./frame-range.js";
import { GrowingFile } from "./growing-file.js";

/** Milliseconds after which a folder is looked at, where the system does not tell of changes or there is more to read. */
const defaultPollMs = 500;

/** What a timer of Node can wait. */
const maximumPollMs = 0x7fffffff;

const owner = "FolderSource";

/** What a FolderSource can be told. */
export interface FolderSourceOptions {
  /** Ends it, without an error. Nothing else does, but an error and `to`. */
  readonly signal?: AbortSignal | undefined;
  /** Where to begin; default: with the earliest capture. Captures before it count as read. */
  readonly from?: FolderPosition | undefined;
  /** Where to end, for reading once more what was read before: then it waits for nothing. */
  readonly to?: FolderPosition | undefined;
  /** The names of files to read. Names that begin with a dot or end in ".part" are never read. Default: all others. */
  readonly accepts?: ((name: string) => boolean) | undefined;
  /** Called with each warning as it arises. */
  readonly onWarning?: ((warning: CaptureWarning) => void) | undefined;
  /** Called before it waits: everything there is was delivered. The waiting begins when its promise has resolved. */
  readonly onWait?: (() => Promise<void> | void) | undefined;
  /**
   * Milliseconds after which it looks again, where the system tells of no changes, and while there is more to read: 1 to
   * 2147483647. Default: 500.
   */
  readonly pollMs?: number | undefined;
}

/** What one reading of a folder has. */
interface FolderReading {
  readonly listing: FolderListing;
  readonly changes: FolderChanges;
  readonly block: Uint8Array;
  readonly callers: CallerErrors;
  readonly warn: (warning: CaptureWarning) => void;
}

/** The frames of all captures in a folder, and of those to come. */
export class FolderSource implements FrameSource {
  /** The folder. */
  readonly path: string;
  readonly #options: FolderSourceOptions;
  #position: FolderPosition | undefined;
  /** Frames that were read, whether they were given or not, of captures that begin at one moment. */
  #passed: { readonly begin: FrameTime; readonly frames: number } | undefined;
  /** Whether `to` was reached. */
  #isAtEnd = false;
  #file: string | undefined;

  /** Does not look at the folder: `batches` does, and throws its errors. Throws CaptureError `invalid-option`. */
  constructor(path: string, options: FolderSourceOptions = {}) {
    const { signal, from, to, accepts, pollMs = defaultPollMs } = options;
    requireText(owner, "path", path, "the name of a folder, as text without NUL");
    requireSignal(owner, signal);
    if (accepts !== undefined && typeof accepts !== "function")
      throw invalidOption(owner, "accepts", accepts, "a function of a name");
    requireWithin(owner, "pollMs", pollMs, 1, maximumPollMs);
    if (from !== undefined) requirePosition(owner, "from", from);
    if (to !== undefined) requirePosition(owner, "to", to);
    this.path = path;
    this.#options = options;
  }

  /** Where it is: behind the last frame that was given. A source that begins with `from` there goes on with the next one. */
  get position(): FolderPosition | undefined {
    return this.#position;
  }

  /** The file that is being read. */
  get file(): string | undefined {
    return this.#file;
  }

  /**
   * All frames, in order; then it waits for more. A file that cannot be read, or not further, is left with a warning.
   * Throws CaptureError when the folder cannot be read. It is for one reading at a time.
   */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    const { from, to, signal, pollMs = defaultPollMs } = this.#options;
    const block = readingBlock(intake);
    const callers = new CallerErrors();
    const warn = callers.of(this.#options.onWarning ?? ((): void => undefined));
    const accepts = (name: string): boolean => this.isWanted(name);
    // A reading that goes on has the captures of before first, in their order; one that ends where that was has no others.
    const { begun = [] } = to ?? from ?? {};
    const isReplay = to?.begun !== undefined;
    const listing = new FolderListing(this.path, { accepts, onWarning: warn, signal, begun, isReplay });
    this.#position = from;
    this.#passed = undefined;
    await listing.scan();
    if (from !== undefined && !listing.skipTo(from) && !this.#isStopped) {
      const message = `${this.path}: the file in which the reading was to go on is gone; what it held is missing`;
      warn({ code: "position-gone", message, capture: this.path, offset: 0 });
    }
    const last = isReplay ? undefined : to?.begin;
    const changes = new FolderChanges(this.path, pollMs, signal);
    try {
      while (!this.#isStopped) {
        const next = listing.next(last);
        let isOther = false;
        if (next !== undefined) {
          isOther = yield* this.#capture(next, { listing, changes, block, callers, warn });
          if (this.#isAtEnd) return;
        } else if (to !== undefined) return;
        else await this.#wait(changes);
        if (isOther || listing.next(last) === undefined || listing.isOutdated(pollMs)) await listing.scan();
      }
    } finally {
      changes.close();
    }
  }

  /** Whether a file of this name is read: not what is hidden or in the making. */
  protected isWanted(name: string): boolean {
    const { accepts = () => true } = this.#options;
    return !name.startsWith(".") && !name.endsWith(".part") && accepts(name);
  }

  /** The frames of one capture, until it is finished; true where the file was another one than the listing says. */
  async *#capture(
    capture: ListedCapture,
    { listing, changes, block, callers, warn }: FolderReading,
  ): AsyncGenerator<FrameBatch, boolean, undefined> {
    const { signal, to } = this.#options;
    const { path, name } = capture;
    let file: GrowingFile | undefined;
    listing.take(capture);
    this.#isAtEnd = false;
    let isFinished = listing.next() !== undefined;
    let isOther = false;
    changes.current = name;
    // Errors in here are the folder's or the caller's, not this file's.
    const mayGrow = callers.ofWaiting(async (): Promise<boolean> => {
      if (isFinished || to !== undefined || this.#isStopped) return false;
      if (changes.takeFolderChange()) {
        await listing.scan(name);
        isFinished = listing.next() !== undefined;
      }
      if (!isFinished) await this.#wait(changes);
      return true;
    });
    let reader: UnpackingReader | undefined;
    const stop = (): void => reader?.close();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      file = new GrowingFile(path, mayGrow);
      reader = new UnpackingReader(file);
      const reading = new CaptureReading(reader, block, { capture: path, signal, onWarning: warn });
      isOther = yield* this.#countFrames(reading, capture, listing);
    } catch (error) {
      if (callers.has(error)) throw error;
      const known = asCaptureError(error, path, reader?.compression);
      if (!(known instanceof CaptureError)) throw known;
      if (known.code === "not-found") isOther = true;
      else {
        const offset = file?.offset ?? 0;
        warn({ code: "skipped", message: `${known.message}; the rest is skipped`, capture: path, offset });
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      reader?.close();
      changes.current = undefined;
      if (file !== undefined) listing.leave(capture, file.offset);
    }
    // Nothing of it was given: it was deleted, or has another name by now.
    if (isOther) listing.giveBack(capture);
    if (file?.wasOverwritten !== true) return isOther;
    const message = `${path}: was written anew after ${file.offset} bytes; what had not been read of it is lost`;
    warn({ code: "overwritten", message, capture: path, offset: file.offset });
    return true;
  }

  /**
   * Passes on what is to be given of a capture, and keeps the position. True where the file holds another one than when
   * it was listed: there may be earlier ones now.
   */
  async *#countFrames(
    reading: CaptureReading,
    capture: ListedCapture,
    listing: FolderListing,
  ): AsyncGenerator<FrameBatch, boolean, undefined> {
    const { from, to } = this.#options;
    const { begin, key, path } = capture;
    const passed =
      this.#passed !== undefined && compareTimes(this.#passed.begin, begin) === 0 ? this.#passed.frames : 0;
    const first = framesBefore(from, capture, passed) ?? 0;
    const last = framesBefore(to, capture, passed) ?? Infinity;
    let frames = 0;
    for (let isFirst = true; ; isFirst = false) {
      const batch = await reading.next();
      if (batch === undefined) return isFirst;
      if (isFirst) {
        if ((await firstFrameOf(batch)).key !== key) return true;
        this.#file = path;
      }
      const before = frames;
      frames += batch.length;
      keepFrames(batch, first - before, last - before);
      this.#passed = { begin, frames: passed + frames };
      // Not back to where frames are that were given before.
      if (frames >= first) this.#position = { begin, frames: Math.min(frames, last), begun: listing.begun };
      if (batch.length > 0) yield batch;
      this.#isAtEnd = frames >= last;
      if (this.#isAtEnd) return false;
    }
  }

  async #wait(changes: FolderChanges): Promise<void> {
    await this.#options.onWait?.();
    await changes.wait();
  }

  get #isStopped(): boolean {
    return this.#options.signal?.aborted === true;
  }
}
