// The bytes of a feed on their way into memory of the consumer: copied once, from the piece the stream gave to where
// they are decoded. While nobody asks, pieces wait, up to a limit; then the stream is paused, and what captures has to
// wait or to drop.

import type { Readable } from "node:stream";

/** Bytes that wait at most before the stream is paused; one piece more than that can be there. */
const enough = 1 << 20;

/** The outcome of a read: a number of bytes, 0 at the end, or that nothing came in time. */
export type Reading = number | "silence";

/** Calls something later; the only clock of a live source besides the time of frames. */
export interface Timekeeper {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `action` after some milliseconds and one more turn of the event loop; returns what calls that off. */
  after(milliseconds: number, action: () => void): () => void;
}

/** The system's clock. */
export const systemTime: Timekeeper = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    // After a delay the loop runs timers that are due before it looks for new bytes: one more turn lets it find them.
    let turn: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => (turn = setImmediate(action)), milliseconds);
    return () => {
      clearTimeout(timer);
      clearImmediate(turn);
    };
  },
};

/** Reads from a stream. */
export class ByteInlet {
  readonly #stream: Readable;
  readonly #time: Timekeeper;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #hasEnded = false;
  #wake: ((isSilent: boolean) => void) | undefined;

  constructor(stream: Readable, time: Timekeeper) {
    this.#stream = stream;
    this.#time = time;
    stream.on("data", (piece: Uint8Array) => {
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length >= enough) stream.pause();
      this.#wake?.(false);
    });
    for (const event of ["end", "error", "close"]) {
      stream.on(event, () => {
        this.#hasEnded = true;
        this.#wake?.(false);
      });
    }
  }

  /** Gives up: a read that waits, and all later ones, find the end. */
  close(): void {
    this.#hasEnded = true;
    this.#pieces = [];
    this.#length = 0;
    this.#wake?.(false);
  }

  /**
   * Copies what is there to `target[position]`, up to `length` bytes. Where nothing is there, it waits `patience`
   * milliseconds at most.
   */
  async read(target: Uint8Array, position: number, length: number, patience: number): Promise<Reading> {
    if (this.#length === 0 && !this.#hasEnded && (await this.#wait(patience))) return "silence";
    let count = 0;
    while (count < length && this.#length > 0) {
      const piece = this.#pieces[0]!;
      const part = piece.subarray(0, length - count);
      target.set(part, position + count);
      count += part.length;
      this.#length -= part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    if (this.#length < enough && this.#stream.isPaused()) this.#stream.resume();
    return count;
  }

  /** Waits for bytes or the end; true when neither came in time. */
  async #wait(patience: number): Promise<boolean> {
    const isSilent = await new Promise<boolean>((resolve) => {
      const callOff = this.#time.after(patience, () => this.#wake?.(true));
      this.#wake = (silent) => {
        callOff();
        resolve(silent);
      };
    });
    this.#wake = undefined;
    return isSilent;
  }
}
