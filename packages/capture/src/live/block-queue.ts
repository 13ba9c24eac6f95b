// Blocks on their way out of the process that captures: written at once where the reader has room, kept up to a limit
// where it has none, dropped and counted beyond. They are written by plain system calls and not through a stream, which
// would write what waits when the event loop turns: the addon's loop does not let it turn.

import { writeSync } from "node:fs";

/** Milliseconds until writing is tried again while no frames come. */
const retryAfter = 1;

/** Writes bytes to where they go: the number it took, 0 where there is no room now. Throws when nobody reads any longer. */
export type Write = (bytes: Uint8Array) => number;

/** A queue in front of a descriptor that does not block. */
export class BlockQueue {
  /** Records that were dropped because the reader was late. */
  dropped = 0;
  readonly #write: Write;
  readonly #limit: number;
  readonly #onEnd: () => void;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #retry: NodeJS.Timeout | undefined;
  #hasEnded = false;
  #onEmpty: (() => void) | undefined;

  /** At most `limit` bytes may wait. `onEnd` is called when nobody reads any longer. */
  constructor(write: Write, limit: number, onEnd: () => void) {
    this.#write = write;
    this.#limit = limit;
    this.#onEnd = onEnd;
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#bytes;
  }

  /** Adds a block of `records` records; it is copied where it has to wait. */
  add(block: Uint8Array, records: number): void {
    if (this.#hasEnded) return;
    this.flush();
    let rest = block;
    if (this.#bytes === 0) rest = block.subarray(this.#try(block));
    if (rest.length === 0) return;
    // A block that is partly written has to be completed, so the limit may be passed by one block.
    if (rest.length === block.length && this.#bytes + rest.length > this.#limit) {
      this.dropped += records;
      return;
    }
    this.#waiting.push(rest.slice());
    this.#bytes += rest.length;
    if (this.#retry === undefined) this.#again();
  }

  /** Writes what there is room for. */
  flush(): void {
    while (this.#waiting.length > 0 && !this.#hasEnded) {
      const block = this.#waiting[0]!;
      const taken = this.#try(block);
      this.#bytes -= taken;
      if (taken < block.length) {
        this.#waiting[0] = block.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
  }

  /** Adds nothing more: `onEmpty` is called when nothing waits any longer, or nobody reads. */
  end(onEmpty: () => void): void {
    this.#onEmpty = onEmpty;
    this.#again();
  }

  #again(): void {
    this.flush();
    if (this.#waiting.length === 0) this.#onEmpty?.();
    this.#retry = this.#waiting.length === 0 ? undefined : setTimeout(() => this.#again(), retryAfter);
  }

  #try(block: Uint8Array): number {
    let taken = 0;
    try {
      while (taken < block.length) {
        const count = this.#write(block.subarray(taken));
        if (count === 0) break;
        taken += count;
      }
    } catch {
      this.#hasEnded = true;
      this.#waiting = [];
      this.#bytes = 0;
      this.#onEnd();
      return block.length;
    }
    return taken;
  }
}

/** Writes to a descriptor that does not block. */
export function descriptorWriter(descriptor: number): Write {
  return (bytes) => {
    try {
      return writeSync(descriptor, bytes);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
      throw error;
    }
  };
}
