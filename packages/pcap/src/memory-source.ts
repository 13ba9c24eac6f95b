// A whole capture file that is in memory already, as a source: what a browser has after a file was dropped on it.

import type { Truncation } from "./capture-decoder.js";
import { CaptureFormatError, requireInteger } from "./errors.js";
import { openDecoder } from "./format.js";
import type { DecoderOptions } from "./format.js";
import { FrameBatch } from "./frame-batch.js";
import type { CaptureInterface, FrameSource } from "./frame-source.js";

/** Bytes of the longest capture: positions in a batch are 32-bit integers. */
const maximumLength = 0x7fffffff;

/** Frames of a capture file held in memory. The batches point into its bytes; nothing is copied. */
export class MemorySource implements FrameSource {
  /** The capture file. */
  readonly bytes: Uint8Array;
  readonly #options: DecoderOptions;
  #interfaces: readonly CaptureInterface[] = [];
  #warnings: readonly Truncation[] = [];

  /** Throws CaptureArgumentError for 2 GiB and more. */
  constructor(bytes: Uint8Array, options: DecoderOptions = {}) {
    requireInteger("bytes.length", bytes.length, 0, maximumLength);
    this.bytes = bytes;
    this.#options = options;
  }

  /** The interfaces of the capture, or of the section being read; none before the first batch was. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  /** Holds the truncation, once the end of a capture was reached that was cut inside a record. */
  get warnings(): readonly Truncation[] {
    return this.#warnings;
  }

  /**
   * All frames from the beginning, every time it is called. Throws CaptureFormatError when the bytes are no capture,
   * or from the batch on where they stop being one.
   */
  *batches(): Generator<FrameBatch, void, undefined> {
    this.#interfaces = [];
    this.#warnings = [];
    const { bytes } = this;
    const decoder = openDecoder(bytes, this.#options);
    const batch = new FrameBatch();
    let position = 0;
    for (;;) {
      position = decoder.decode(bytes, position, bytes.length, batch);
      this.#interfaces = decoder.interfaces;
      if (batch.length === 0) {
        break;
      }
      yield batch;
    }
    const truncation = decoder.finish(bytes.length - position);
    if (truncation?.code === "cut-header") {
      throw new CaptureFormatError(truncation.code, truncation.offset, truncation.message);
    }
    this.#warnings = truncation === undefined ? [] : [truncation];
  }
}
