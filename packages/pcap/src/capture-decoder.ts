// What a format must be able to do: turn a stream of bytes, fed block by block, into batches of frames.

import type { FrameBatch } from "./frame-batch.js";
import type { CaptureInterface } from "./frame-source.js";

/** Where and how a capture ends that does not end between two records. */
export interface Truncation {
  /** Where it was cut: inside the file header, so that there is nothing to read, or inside a record. */
  readonly code: "cut-header" | "cut-record";
  /** Where the part that is not whole begins, in bytes from the beginning of the capture. */
  readonly offset: number;
  /** One line that says so. */
  readonly message: string;
}

/**
 * Reads one capture. The caller keeps the bytes: it feeds them in order and without gaps, each block beginning with
 * what the call before did not take. A block must be able to hold the longest record (see intake.ts).
 */
export interface CaptureDecoder {
  /** Interfaces seen so far; none before the file header was read. */
  readonly interfaces: readonly CaptureInterface[];

  /**
   * Reads whole records from `block[start, end)` into `batch`, until it is full or no whole record is left, and
   * returns the position after the last record taken. `batch` is cleared first and its `bytes` becomes `block`.
   *
   * Throws CaptureFormatError for bytes that are not of the format, and for a record of an absurd length. Frames
   * before such a record are delivered first: the call after that throws. A decoder that has thrown is at its end.
   */
  decode(block: Uint8Array, start: number, end: number, batch: FrameBatch): number;

  /** What it means that the capture ends with `left` bytes not taken: undefined for a capture that ends as it should. */
  finish(left: number): Truncation | undefined;
}
