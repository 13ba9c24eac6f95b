// One capture from its first byte to its last: bytes are read in chunks and decoded to batches, in constant memory
// whatever the size. intake.ts of the package pcap draws how a chunk and the cut-off beginning of its first record lie in
// the intake. Between two chunks the event loop gets its turn, so that timers, signals and a progress bar live.

import { setImmediate } from "node:timers/promises";
import { FrameBatch, intakeLanes, intakeLength, longestMagic, openDecoder } from "@tsnids/pcap";
import type { CaptureDecoder, CaptureInterface, PcapngBlockListener, Truncation } from "@tsnids/pcap";
import { CaptureError, inside } from "./capture-error.js";
import type { CaptureWarning } from "./capture-warning.js";
import { IntakeFiller } from "./intake-filler.js";
import type { UnpackingReader } from "./compression/unpacking-reader.js";

/** The event loop gets its turn after so many chunks, or frames where these are small: some milliseconds of work. */
const chunksPerTurn = 2;
const framesPerTurn = 8192;

/** Chunks that are read ahead at most. */
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
  return new Uint8Array((readAhead + 1) * intakeLength);
}

/** One reading of one capture. */
export class CaptureReading {
  readonly #reader: UnpackingReader;
  readonly #options: CaptureReadingOptions;
  #decoder: CaptureDecoder | undefined;

  constructor(reader: UnpackingReader, options: CaptureReadingOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** The interfaces seen so far. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#decoder?.interfaces ?? [];
  }

  /** All frames, read into `block`, which has `intakeLength` bytes or more, and is free again when the reader has settled. Throws CaptureFormatError, CaptureError and the system's errors. */
  async *batches(block: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    const { onBlock, readAhead = 0 } = this.#options;
    const filler = new IntakeFiller(this.#reader, block, readAhead);
    const { window } = filler;
    const batch = new FrameBatch();
    let chunks = 0;
    let frames = 0;
    for (;;) {
      const count = await filler.fill();
      if (this.#isStopped()) {
        return;
      }
      if (count === 0) {
        break;
      }
      if (window.left >= longestMagic) {
        this.#decoder ??= openDecoder(window.bytes, { onBlock });
      }
      while (this.#decoder !== undefined) {
        window.start = this.#decoder.decode(block, window.start, window.end, batch);
        if (batch.length === 0) {
          break;
        }
        frames += batch.length;
        yield batch;
        if (this.#isStopped()) {
          return;
        }
      }
      if (++chunks >= chunksPerTurn || frames >= framesPerTurn) {
        chunks = frames = 0;
        await setImmediate();
        if (this.#isStopped()) {
          return;
        }
      }
    }
    this.#decoder ??= openDecoder(window.bytes, { onBlock });
    this.#finish(this.#decoder.finish(window.left));
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
