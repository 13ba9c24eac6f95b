// One capture from its first byte to its last: bytes are read in chunks and decoded to batches, in constant memory
// whatever the size. intake.ts of the package pcap draws how a chunk and the cut-off beginning of its first record lie
// in the intake. Every few chunks, and within a chunk of many small frames, the event loop gets its turn: timers,
// signals and a progress bar need it.

import { setImmediate } from "node:timers/promises";
import { FrameBatch, intakeLanes, intakeLength, longestMagic, openDecoder } from "@tsnids/pcap";
import type { CaptureDecoder, CaptureInterface, PcapngBlockListener, Truncation } from "@tsnids/pcap";
import { CaptureError, inside } from "../capture-error.js";
import type { CaptureWarning } from "../capture-warning.js";
import { IntakeFiller } from "./intake-filler.js";
import type { IntakeWindow } from "./intake-window.js";
import { pageAligned } from "./page-aligned.js";
import type { UnpackingReader } from "../compression/unpacking-reader.js";

/**
 * After so many frames, or so many chunks where frames are large, the event loop gets its turn: some milliseconds of
 * work.
 */
const chunksPerTurn = 8;
const framesPerTurn = 4096;

/** At most so many chunks are read ahead. */
export const maximumReadAhead: number = intakeLanes - 1;

/** What a reading is told. */
export interface CaptureReadingOptions {
  /** What messages call the capture. */
  readonly capture: string;
  readonly signal: AbortSignal | undefined;
  readonly onWarning: (warning: CaptureWarning) => void;
  readonly onBlock?: PcapngBlockListener | undefined;
  /** Chunks to read ahead, where the reader can; default: 0. */
  readonly readAhead?: number | undefined;
}

/** Memory for a reading: that of the consumer, where it is of use. */
export function readingBlock(intake: Uint8Array | undefined, readAhead = 0): Uint8Array {
  if (intake !== undefined && intake.length >= intakeLength) return intake;
  return pageAligned((readAhead + 1) * intakeLength);
}

/** One reading of one capture. */
export class CaptureReading {
  readonly #reader: UnpackingReader;
  readonly #block: Uint8Array;
  readonly #options: CaptureReadingOptions;
  readonly #filler: IntakeFiller;
  readonly #window: IntakeWindow;
  readonly #batch: FrameBatch = new FrameBatch();
  #decoder: CaptureDecoder | undefined;
  #chunks = 0;
  #frames = 0;
  #isAtEnd = false;

  /**
   * Reads bytes into `block`, which has `intakeLength` bytes or more, and is free again when the reader has settled.
   */
  constructor(reader: UnpackingReader, block: Uint8Array, options: CaptureReadingOptions) {
    this.#reader = reader;
    this.#block = block;
    this.#options = options;
    this.#filler = new IntakeFiller(reader, block, options.readAhead ?? 0);
    this.#window = this.#filler.window;
  }

  /** The interfaces seen so far. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#decoder?.interfaces ?? [];
  }

  /**
   * The next frames; undefined at the end, and when the reading was called off. A promise only where something has to
   * be waited for. The batch is valid until the next call. Throws, or rejects with, CaptureFormatError, CaptureError
   * and the system's errors.
   */
  next(): FrameBatch | undefined | Promise<FrameBatch | undefined> {
    const atHand = this.#atHand();
    return atHand instanceof Promise ? this.#behind(atHand) : atHand;
  }

  /** Waits, then gives the next frames. A loop, because a pipe may give the bytes of a long record one by one. */
  async #behind(waiting: Promise<void>): Promise<FrameBatch | undefined> {
    for (;;) {
      await waiting;
      const atHand = this.#atHand();
      if (!(atHand instanceof Promise)) return atHand;
      waiting = atHand;
    }
  }

  /** The next frames; undefined at the end; or a promise to wait for before asking again. */
  #atHand(): FrameBatch | undefined | Promise<void> {
    while (!this.#isOver()) {
      if (this.#isDue()) return this.#pause();
      if (this.#decode()) return this.#batch;
      const count = this.#filler.fill();
      if (typeof count !== "number") return count.then((bytes) => this.#took(bytes));
      this.#took(count);
    }
    return undefined;
  }

  #isOver(): boolean {
    return this.#isAtEnd || this.#isStopped();
  }

  /** True when the event loop is to get its turn. */
  #isDue(): boolean {
    return this.#chunks >= chunksPerTurn || this.#frames >= framesPerTurn;
  }

  /** Decodes what was read; false where it holds no whole frame. */
  #decode(): boolean {
    if (this.#decoder === undefined) return false;
    const window = this.#window;
    const batch = this.#batch;
    window.start = this.#decoder.decode(this.#block, window.start, window.end, batch);
    this.#frames += batch.length;
    return batch.length > 0;
  }

  /** Notes that so many bytes were read; 0 is the end. */
  #took(count: number): void {
    this.#chunks++;
    if (count === 0) this.#end();
    else if (this.#decoder === undefined) this.#begin();
  }

  /**
   * Opens the decoder, if there are enough bytes to tell the format by, and the reading was not called off meanwhile.
   */
  #begin(): void {
    if (this.#window.left >= longestMagic && !this.#isStopped()) this.#decoder = this.#openDecoder();
  }

  #pause(): Promise<void> {
    this.#chunks = this.#frames = 0;
    return setImmediate();
  }

  #openDecoder(): CaptureDecoder {
    return openDecoder(this.#window.bytes, { onBlock: this.#options.onBlock });
  }

  /** Ends the decoder: there are no more bytes. */
  #end(): void {
    this.#isAtEnd = true;
    if (this.#isStopped()) return;
    this.#decoder ??= this.#openDecoder();
    this.#finish(this.#decoder.finish(this.#window.left));
  }

  #isStopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  #finish(truncation: Truncation | undefined): void {
    const { capture, onWarning } = this.#options;
    const { compression, isCut, bytesRead } = this.#reader;
    if (truncation?.code === "cut-header") {
      const { code, offset, message } = truncation;
      throw new CaptureError(code, capture, `${inside(compression)}at byte ${offset}: ${message}`, offset);
    }
    if (isCut) {
      const what = `is compressed with ${compression ?? "nothing known"} and ends in the middle, after ${bytesRead} bytes`;
      onWarning({ code: "cut-compressed", message: `${capture}: ${what}`, capture, offset: bytesRead });
    } else if (truncation !== undefined) {
      const { code, offset } = truncation;
      onWarning({ code, message: `${capture}: ${inside(compression)}${truncation.message}`, capture, offset });
    }
  }
}
