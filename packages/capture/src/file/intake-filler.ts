// Fills an intake with a capture, chunk by chunk. Where the intake has several lanes and the reader can, chunks are
// read ahead into those that are not in hand:
//
//     lane 0        lane 1        lane 2        lane 3
//     chunk 4       chunk 1       chunk 2       chunk 3
//     being read    in hand       read          being read
//
// Otherwise, and where reading ahead came to nothing (a file that was cut meanwhile), chunks are read when their turn
// comes, all into the lane in hand. Reading ahead resumes after the next chunk that is full.

import { intakeChunk, intakeLength } from "@tsnids/pcap";
import type { UnpackingReader } from "../compression/unpacking-reader.js";
import { chunkOf, IntakeWindow } from "./intake-window.js";

export class IntakeFiller {
  /** What was read and not decoded yet. */
  readonly window: IntakeWindow;
  readonly #reader: UnpackingReader;
  readonly #block: Uint8Array;
  readonly #lanes: number;
  #lane = 0;

  /** `block` has `intakeLength` bytes for each lane. Up to `readAhead` chunks are read ahead, as far as there are lanes. */
  constructor(reader: UnpackingReader, block: Uint8Array, readAhead: number) {
    this.window = new IntakeWindow(block);
    this.#reader = reader;
    this.#block = block;
    this.#lanes = Math.min(readAhead + 1, Math.floor(block.length / intakeLength));
  }

  /**
   * Reads on, behind what the window has left. Returns the number of bytes, 0 at the end. Throws, or rejects with, the
   * system's errors, and those of decompression.
   */
  fill(): number | Promise<number> {
    const { window } = this;
    const room = this.#reader.announced > 0 ? window.enter((this.#lane = this.#laneAfter(1))) : window.makeRoom();
    const count = this.#reader.read(this.#block, window.end, room);
    return typeof count === "number" ? this.#took(count, room) : count.then((bytes) => this.#took(bytes, room));
  }

  #took(count: number, room: number): number {
    this.window.end += count;
    if (count === room) this.#readAhead();
    return count;
  }

  #readAhead(): void {
    for (let next = this.#reader.announced + 1; next < this.#lanes; next++) {
      if (!this.#reader.announce(this.#block, chunkOf(this.#laneAfter(next)), intakeChunk)) return;
    }
  }

  #laneAfter(count: number): number {
    return (this.#lane + count) % this.#lanes;
  }
}
