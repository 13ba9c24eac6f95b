// Bytes that come in pieces of any size, given out in the amounts a reader asks for.

/** Reads from pieces; an undefined piece is the end. */
export class PieceReader {
  readonly #next: () => Promise<Uint8Array | undefined>;
  /** The part of the last piece that the caller had no room for. */
  #rest: Uint8Array = new Uint8Array(0);

  /** The next piece is asked for when the one before is used up. */
  constructor(next: () => Promise<Uint8Array | undefined>) {
    this.#next = next;
  }

  /** Reads up to `length` bytes to `target[position]`; the number read, 0 at the end. */
  async read(target: Uint8Array, position: number, length: number): Promise<number> {
    while (this.#rest.length === 0) {
      const next = await this.#next();
      if (next === undefined) {
        return 0;
      }
      this.#rest = next;
    }
    const piece = this.#rest.subarray(0, length);
    target.set(piece, position);
    this.#rest = this.#rest.subarray(piece.length);
    return piece.length;
  }
}
