// One capture from its first byte to its last: bytes are read in chunks and decoded to batches, in constant memory
// whatever the size. intake.ts of the package pcap draws how a chunk and the cut-off beginning of its first record lie in
// the intake. Between two chunks the event loop gets its turn, so that timers, signals and a progress bar live.

import { setImmediate } from "node:timers/promises";
import { FrameBatch, intakeChunk, intakeHeadroom, intakeLength, longestMagic, openDecoder } from "@tsnids/pcap";
import type { CaptureDecoder, CaptureInterface, PcapngBlockListener, Truncation } from "@tsnids/pcap";
import { CaptureError, inside } from "./capture-error.js";
import type { CaptureWarning } from "./capture-warning.js";
import type { UnpackingReader } from "./compression/unpacking-reader.js";

/** Chunks read between two turns of the event loop: a millisecond or two of work. */
const chunksPerTurn = 2;

/** What a reading is told. */
export interface CaptureReadingOptions {
  /** What messages call the capture. */
  readonly capture: string;
  readonly signal: AbortSignal | undefined;
  readonly onWarning: (warning: CaptureWarning) => void;
  readonly onBlock?: PcapngBlockListener | undefined;
}

/** Memory for a reading: that of the consumer, where it is of use. */
export function readingBlock(intake: Uint8Array | undefined): Uint8Array {
  return intake !== undefined && intake.length >= intakeLength ? intake : new Uint8Array(intakeLength);
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

  /** All frames, read into `block`, which has `intakeLength` bytes or more. Throws CaptureFormatError, CaptureError and the system's errors. */
  async *batches(block: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    const { onBlock } = this.#options;
    const reader = this.#reader;
    const batch = new FrameBatch();
    let chunks = 0;
    // block[start, end) is what was read and not decoded yet.
    let start = intakeHeadroom;
    let end = intakeHeadroom;
    for (;;) {
      // A file fills the chunk. A pipe may give a few bytes at a time; they go behind each other while there is room,
      // because moving the beginning of a long record for each of them would be much work for nothing.
      const left = end - start;
      if (left === 0 || intakeLength - end < intakeChunk / 2) {
        block.copyWithin(intakeHeadroom - left, start, end);
        start = intakeHeadroom - left;
        end = intakeHeadroom;
      }
      const count = await reader.read(block, end, intakeLength - end);
      if (this.#isStopped()) {
        return;
      }
      if (count === 0) {
        break;
      }
      end += count;
      if (end - start >= longestMagic) {
        this.#decoder ??= openDecoder(block.subarray(start, end), { onBlock });
      }
      while (this.#decoder !== undefined) {
        start = this.#decoder.decode(block, start, end, batch);
        if (batch.length === 0) {
          break;
        }
        yield batch;
        if (this.#isStopped()) {
          return;
        }
      }
      if (++chunks % chunksPerTurn === 0) {
        await setImmediate();
        if (this.#isStopped()) {
          return;
        }
      }
    }
    this.#decoder ??= openDecoder(block.subarray(start, end), { onBlock });
    this.#finish(this.#decoder.finish(end - start));
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
