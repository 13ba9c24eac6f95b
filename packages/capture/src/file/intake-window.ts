// The part of an intake that was read and not decoded yet; intake.ts of the package pcap draws how a chunk and the
// cut-off beginning of its first record lie there. A file fills the chunk. A pipe may give a few bytes at a time; they
// go behind each other while there is room, because moving the beginning of a long record for each of them would be
// much work for nothing.

import { intakeChunk, intakeHeadroom, intakeLength } from "@tsnids/pcap";

export class IntakeWindow {
  /** block[start, end) is what was read and not decoded yet. */
  start: number = intakeHeadroom;
  end: number = intakeHeadroom;
  readonly #block: Uint8Array;
  /** Where the chunk of the lane in use begins. */
  #chunk: number = intakeHeadroom;

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
    if (this.left === 0 || this.#room < intakeChunk / 2) this.#moveBefore(this.#chunk);
    return this.#room;
  }

  /** Goes to another lane, to read a whole chunk behind what is left; how much room there is. */
  enter(lane: number): number {
    this.#moveBefore(chunkOf(lane));
    return this.#room;
  }

  /** What was read and not decoded yet, as a view. */
  get bytes(): Uint8Array {
    return this.#block.subarray(this.start, this.end);
  }

  get #room(): number {
    return this.#chunk + intakeChunk - this.end;
  }

  #moveBefore(chunk: number): void {
    const { left } = this;
    this.#block.copyWithin(chunk - left, this.start, this.end);
    this.start = chunk - left;
    this.end = chunk;
    this.#chunk = chunk;
  }
}

/** Where the chunk of a lane begins. */
export function chunkOf(lane: number): number {
  return lane * intakeLength + intakeHeadroom;
}
