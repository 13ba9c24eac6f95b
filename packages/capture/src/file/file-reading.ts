// One reading of a file, from opening to closing it, as an iterator. The iterator is written by hand and is no
// generator, because every batch passes through it: see CaptureReading.next. As with a generator, calls wait for those
// before them, and after the end, an error or `return` there is nothing more.

import type { CaptureInterface, FrameBatch, PcapngBlockListener } from "@tsnids/pcap";
import { captureName, openReader } from "./byte-reader.js";
import { CallerErrors } from "../caller-errors.js";
import { asCaptureError } from "../capture-error.js";
import { CaptureReading, readingBlock } from "./capture-reading.js";
import type { CaptureWarning } from "../capture-warning.js";
import { UnpackingReader } from "../compression/unpacking-reader.js";

/** What a reading is told. */
export interface FileReadingOptions {
  readonly signal: AbortSignal | undefined;
  readonly onWarning: (warning: CaptureWarning) => void;
  readonly onBlock: PcapngBlockListener | undefined;
  readonly readAhead: number;
}

/** The frames of one file, once. */
export class FileReading implements AsyncGenerator<FrameBatch, void, undefined> {
  readonly #path: string;
  readonly #intake: Uint8Array | undefined;
  readonly #options: FileReadingOptions;
  readonly #callers: CallerErrors = new CallerErrors();
  #reader: UnpackingReader | undefined;
  #reading: CaptureReading | undefined;
  #isOver = false;
  #isBusy = false;
  /** Calls that wait for the one in hand. */
  readonly #waiting: (() => void)[] = [];
  readonly #stop = (): void => this.#reader?.close();

  /** Opens nothing yet. Bytes are read into `intake`, where it is of use. */
  constructor(path: string, intake: Uint8Array | undefined, options: FileReadingOptions) {
    this.#path = path;
    this.#intake = intake;
    const { onWarning, onBlock } = options;
    this.#options = {
      ...options,
      onWarning: this.#callers.of(onWarning),
      onBlock: onBlock === undefined ? undefined : this.#callers.of(onBlock),
    };
  }

  /** Bytes of the file read so far. */
  get bytesRead(): number {
    return this.#reader?.bytesRead ?? 0;
  }

  /** The interfaces seen so far. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#reading?.interfaces ?? [];
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next batch. Rejects with CaptureError. */
  next(): Promise<IteratorResult<FrameBatch, void>> {
    if (this.#isBusy) return this.#wait().then(() => this.#nextInTurn());
    this.#isBusy = true;
    try {
      const frames = this.#reading === undefined ? this.#begin() : this.#frames();
      // Nearly always they are at hand: then one promise is made, and nothing is waited for.
      return frames instanceof Promise ? frames.then(this.#give, this.#fail) : Promise.resolve(this.#give(frames));
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Closes the file; once the promise has resolved, the intake is free. */
  async return(): Promise<IteratorResult<FrameBatch, void>> {
    if (this.#isBusy) await this.#wait();
    this.#isBusy = true;
    return this.#finish();
  }

  /** The same, and rejects with `error`. */
  async throw(error: unknown): Promise<IteratorResult<FrameBatch, void>> {
    await this.return();
    throw error;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next call that waits gets its turn, if there is one. */
  #release(): void {
    const following = this.#waiting.shift();
    if (following === undefined) this.#isBusy = false;
    else following();
  }

  #nextInTurn(): Promise<IteratorResult<FrameBatch, void>> {
    this.#isBusy = false;
    return this.next();
  }

  readonly #give = (
    batch: FrameBatch | undefined,
  ): IteratorResult<FrameBatch, void> | Promise<IteratorResult<FrameBatch, void>> => {
    if (batch === undefined) return this.#finish();
    this.#release();
    return { done: false, value: batch };
  };

  readonly #fail = async (error: unknown): Promise<never> => {
    const isCallers = this.#callers.has(error);
    const known = isCallers ? error : asCaptureError(error, captureName(this.#path), this.#reader?.compression);
    await this.#finish();
    throw known;
  };

  async #finish(): Promise<IteratorResult<FrameBatch, void>> {
    try {
      await this.#end();
      return { done: true, value: undefined };
    } finally {
      this.#release();
    }
  }

  /** Opens the file; the first frames. */
  async #begin(): Promise<FrameBatch | undefined> {
    const { signal } = this.#options;
    if (this.#isOver || signal?.aborted === true) return undefined;
    signal?.addEventListener("abort", this.#stop, { once: true });
    const block = readingBlock(this.#intake, this.#options.readAhead);
    this.#reader = new UnpackingReader(await openReader(this.#path));
    // The signal may have come while the file was being opened: a reading that was called off gives nothing.
    this.#reading = new CaptureReading(this.#reader, block, { ...this.#options, capture: captureName(this.#path) });
    return this.#frames();
  }

  /** The next frames, where the file is open; undefined at the end. */
  #frames(): FrameBatch | undefined | Promise<FrameBatch | undefined> {
    return this.#isOver ? undefined : this.#reading?.next();
  }

  async #end(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.signal?.removeEventListener("abort", this.#stop);
    this.#reader?.close();
    await this.#reader?.settle();
  }
}
