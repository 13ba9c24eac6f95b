// The part of an intake that was read and not decoded yet; intake.ts of the package pcap draws how a chunk and the cut-off
// beginning of its first record lie there. A file fills the chunk. A pipe may give a few bytes at a time; they go behind each other
// while there is room, because moving the beginning of a long record for each of them would be much work for nothing.

import { intakeChunk, intakeHeadroom, intakeLength } from "@tsnids/pcap";

export class IntakeWindow {
  /** block[start, end) is what was read and not decoded yet. */
  start: number = intakeHeadroom;
  end: number = intakeHeadroom;
  readonly #block: Uint8Array;

  /** `block` has `intakeLength` bytes or more. */
  constructor(block: Uint8Array) {
    this.#block = block;
  }

  /** Bytes that were read and not decoded yet. */
  get left(): number {
    return this.end - this.start;
  }

  /** Makes room behind `end` where it gets short; how much there is. */
  makeRoom(): number {
    const { left } = this;
    if (left === 0 || intakeLength - this.end < intakeChunk / 2) {
      this.#block.copyWithin(intakeHeadroom - left, this.start, this.end);
      this.start = intakeHeadroom - left;
      this.end = intakeHeadroom;
    }
    return intakeLength - this.end;
  }

  /** What was read and not decoded yet, as a view. */
  get bytes(): Uint8Array {
    return this.#block.subarray(this.start, this.end);
  }
}
