// Pieces of bytes, taken in the amounts that a format asks for. Holds what was asked for and the piece in hand. Before
// each piece the event loop gets its turn, because a piece may be read without anything coming out of it.

import { setImmediate } from "node:timers/promises";
import { CutCompression } from "./errors.js";

/** The bytes of an input, in order. */
export class ByteQueue {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#pieces = input[Symbol.asyncIterator]();
  }

  /** True when there is not one byte more. */
  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      await setImmediate();
      const next = await this.#pieces.next();
      if (next.done === true) return true;
      this.#rest = next.value;
    }
    return false;
  }

  /**
   * The next `length` bytes, which stay as they are until the caller changes them. Throws CutCompression where there
   * are fewer.
   */
  async take(length: number): Promise<Uint8Array> {
    if (this.#rest.length >= length) return this.#split(length);
    const taken = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (await this.isAtEnd()) throw new CutCompression();
      const part = this.#split(Math.min(length - filled, this.#rest.length));
      taken.set(part, filled);
      filled += part.length;
    }
    return taken;
  }

  /** What is in hand, or the next piece; undefined at the end. */
  async takePiece(): Promise<Uint8Array | undefined> {
    return (await this.isAtEnd()) ? undefined : this.#split(this.#rest.length);
  }

  /** Takes back the end of the piece that was taken last. */
  giveBack(bytes: Uint8Array): void {
    this.#rest = bytes;
  }

  /** The next 32 bits, least significant byte first. */
  async takeUint32(): Promise<number> {
    const bytes = await this.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  /** Passes over bytes, without holding them. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) {
      if (await this.isAtEnd()) throw new CutCompression();
      left -= this.#split(Math.min(left, this.#rest.length)).length;
    }
  }

  #split(length: number): Uint8Array {
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return part;
  }
}
