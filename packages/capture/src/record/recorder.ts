// Writes frames to a capture file, or to a row of them:
//
//     out.pcapng                                     one file
//     out-00001.pcapng, out-00002.pcapng, …          a new one after so many bytes or seconds of packet time
//
// A file in the making is called out.pcapng.part (part-file.ts), and keeps that name if it is not finished. A single file
// is begun at once; without frames it is a capture without frames. Those of a row are begun with their first frames, and
// numbered on from all that is there, finished or not. One recorder at a time has the name (recording-lock.ts).
//
// Writing is synchronous: a frame that was given is written or gathered when the call returns, nothing piles up in
// memory where the disk is slow, and `finish` can be called when the process is about to end.

import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { FrameBatch } from "@tsnids/pcap";
import { FileTime } from "./file-time.js";
import { emptyCapture, frameEncoder, recordFormats } from "./frame-encoder.js";
import type { FrameEncoder, RecordFormat } from "./frame-encoder.js";
import { PartFile, placeToRecord } from "./part-file.js";
import { asRecordError, RecordError } from "./record-error.js";
import { RecordingLock } from "./recording-lock.js";

/** Digits of the number of a file. */
const numberDigits = 5;

/** What a recorder can be told. */
export interface RecorderOptions {
  /** Default: "pcap" for names that end in .pcap or .cap, "pcapng" for all others. */
  readonly format?: RecordFormat | undefined;
  /** Bytes after which a new file is begun; a file may be longer by one frame. Default: one file. */
  readonly maximumBytes?: number | undefined;
  /**
   * Seconds of packet time after which a new file is begun, with the first frame after them; where the clock was set
   * back by as much, after so many seconds from there. Default: one file.
   */
  readonly maximumSeconds?: number | undefined;
  /**
   * Files kept of a row, those of earlier recorders counted (with numbers of five digits): with each new one the oldest
   * are deleted; .part files that a killed recorder left are not among them. Default: all.
   */
  readonly maximumFiles?: number | undefined;
  /**
   * Whether a regular file of this name may be replaced, and a .part file that a killed recorder left. In a row names are
   * never used twice. Default: false.
   */
  readonly overwrites?: boolean | undefined;
}

/** A file in the making. */
interface OpenFile {
  readonly file: PartFile;
  readonly encoder: FrameEncoder;
  readonly time: FileTime;
}

/**
 * Writes frames to pcap or pcapng.
 *
 *     const recorder = new Recorder("out.pcapng", { maximumBytes: 100e6 });
 *     recorder.write(batch);
 *     recorder.finish();
 */
export class Recorder {
  /** Frames written. */
  frames = 0;
  /** How many of them were in files that have been deleted since, because of `maximumFiles`. */
  deletedFrames = 0;
  readonly #path: string;
  readonly #options: RecorderOptions;
  readonly #format: RecordFormat;
  readonly #files: string[] = [];
  /** The frames of each of these. */
  readonly #framesOfFiles: number[] = [];
  /** Frames of all finished files. */
  #finishedFrames = 0;
  /** Finished files of the row that are still there, those of earlier recorders before those of this one. */
  readonly #row: string[];
  readonly #lock: RecordingLock;
  #number: number;
  #open: OpenFile | undefined;
  #isFinished = false;

  /**
   * Throws RecordError: `invalid-option`; `in-use` as long as another recorder has the name, whatever `overwrites` says;
   * `exists`, `unfinished`, `not-a-file`; and others for a folder that cannot be used.
   */
  constructor(path: string, options: RecorderOptions = {}) {
    if (typeof path !== "string" || path === "") {
      throw new RecordError("invalid-option", "Recorder", `path must be the name of a file, not "${path}"`);
    }
    this.#path = path;
    this.#options = options;
    this.#format = options.format ?? (/\.(pcap|cap)$/i.test(path) ? "pcap" : "pcapng");
    if (!recordFormats.includes(this.#format)) {
      throw new RecordError(
        "invalid-option",
        path,
        `format must be ${recordFormats.join(" or ")}, not ${this.#format}`,
      );
    }
    const { maximumBytes, maximumSeconds, maximumFiles, overwrites = false } = options;
    for (const [name, value] of Object.entries({ maximumBytes, maximumSeconds, maximumFiles })) {
      if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
      throw new RecordError("invalid-option", path, `${name} must be a whole number above 0, not ${value}`);
    }
    if (maximumFiles !== undefined && !this.#isRow) {
      throw new RecordError("invalid-option", path, "maximumFiles needs maximumBytes or maximumSeconds");
    }
    // The names of a row change: number 0, which no file gets, stands for all of them.
    this.#lock = new RecordingLock(this.#isRow ? numbered(path, digitsOf(0)) : placeToRecord(path, true));
    try {
      const earlier = this.#isRow ? earlierNumbers(path) : [];
      this.#number = Number(earlier.at(-1) ?? 0);
      this.#row = earlier
        .filter((digits) => digits.length === numberDigits)
        .map((digits) => numbered(path, digits))
        .filter((name) => lstatSync(name, { throwIfNoEntry: false })?.isFile() === true);
      if (!this.#isRow) this.#open = this.#begin(path, overwrites, 0, 0);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** The finished files that are still there, in order. */
  get files(): readonly string[] {
    return this.#files;
  }

  /**
   * Writes the frames of a batch from `first` to before `last`; they are copied. A batch that tells of silence finishes
   * a file whose time is over, and has others see what was gathered. Throws RecordError.
   */
  write(batch: FrameBatch, first: number = 0, last: number = batch.length): void {
    if (this.#isFinished) throw new RecordError("finished", this.#path, "the recorder is finished");
    if (batch.silentUntil >= 0) this.#beSilent(batch.silentUntil);
    for (let index = first; index < last; index++) {
      const { file, encoder } = this.#fileFor(batch.seconds[index]!, batch.nanoseconds[index]!);
      file.makeRoom();
      for (const piece of encoder.encode(batch, index)) file.add(piece);
      this.frames++;
    }
  }

  /** Hands what was gathered to the system, so that other programs can see it in the .part file. Throws RecordError. */
  flush(): void {
    this.#open?.file.flush();
  }

  /** Gives the last file its name. May be called twice. Throws RecordError; what could be written stays in the .part file. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    try {
      this.#finishFile();
    } finally {
      this.#lock.release();
    }
  }

  /**
   * To be called in place of `finish` after a failure: leaves no empty capture behind. It throws nothing, because its
   * caller has an error to tell already; what cannot be finished stays in the .part file.
   */
  abandon(): void {
    try {
      if (this.frames > 0) this.finish();
      else if (!this.#isFinished) this.#open?.file.abandon();
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
    } finally {
      this.#lock.release();
    }
    this.#isFinished = true;
    this.#open = undefined;
  }

  get #isRow(): boolean {
    const { maximumBytes, maximumSeconds } = this.#options;
    return maximumBytes !== undefined || maximumSeconds !== undefined;
  }

  #fileFor(seconds: number, nanoseconds: number): OpenFile {
    const { maximumBytes = Infinity } = this.#options;
    const open = this.#open;
    if (open !== undefined) {
      const isOver = open.file.length >= maximumBytes || open.time.isOverAt(seconds, nanoseconds);
      if (!this.#isRow || !isOver) return open;
      this.#finishFile();
    }
    return (this.#open = this.#begin(this.#nextPath(), false, seconds, nanoseconds));
  }

  #beSilent(until: number): void {
    if (this.#open?.time.isOverAt(until, 0) === true) this.#finishFile();
    this.flush();
  }

  #nextPath(): string {
    // Somebody else may have come here meanwhile: a recorder of another machine, in a folder of both.
    for (;;) {
      const path = numbered(this.#path, digitsOf(++this.#number));
      if (!existsSync(path) && !existsSync(`${path}.part`)) return path;
    }
  }

  #begin(path: string, overwrites: boolean, seconds: number, nanoseconds: number): OpenFile {
    const { maximumSeconds = Infinity } = this.#options;
    const file = new PartFile(path, overwrites);
    const time = new FileTime({ seconds, nanoseconds }, maximumSeconds);
    return { file, encoder: frameEncoder(this.#format, path), time };
  }

  #finishFile(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    if (open.file.length === 0) for (const piece of emptyCapture(this.#format)) open.file.add(piece);
    open.file.finish();
    this.#files.push(open.file.path);
    this.#framesOfFiles.push(this.frames - this.#finishedFrames);
    this.#finishedFrames = this.frames;
    this.#row.push(open.file.path);
    this.#removeOldest();
  }

  #removeOldest(): void {
    const { maximumFiles = Infinity } = this.#options;
    while (this.#row.length > maximumFiles) {
      const oldest = this.#row.shift()!;
      if (oldest === this.#files[0]) {
        this.#files.shift();
        this.deletedFrames += this.#framesOfFiles.shift()!;
      }
      remove(oldest);
    }
  }
}

function digitsOf(number: number): string {
  return String(number).padStart(numberDigits, "0");
}

/** "dir/out-00001.pcap" for "dir/out.pcap" and "00001". */
function numbered(path: string, digits: string): string {
  const extension = extname(path);
  const stem = basename(path, extension);
  return join(dirname(path), `${stem}-${digits}${extension}`);
}

/** The numbers of files that earlier recorders left of this row, finished or not: digits of names, the lowest first. */
function earlierNumbers(path: string): readonly string[] {
  const extension = extname(path);
  const prefix = `${basename(path, extension)}-`;
  const numbers = namesIn(path)
    .flatMap((name) => [name, name.replace(/\.part$/, "")])
    .filter((name) => name.startsWith(prefix) && name.endsWith(extension))
    .map((name) => name.slice(prefix.length, name.length - extension.length))
    .filter((digits) => /^\d{1,15}$/.test(digits));
  return [...new Set(numbers)].sort((a, b) => Number(a) - Number(b));
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path));
  } catch (error) {
    throw asRecordError(error, path);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw asRecordError(error, path);
  }
}
