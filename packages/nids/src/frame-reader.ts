// Where the engine stands in a source: the batch in hand and the next frame of it. It is kept between two calls, so that whoever
// takes frames one by one, or goes on after an error of a callback, loses none.

import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { CallbackError } from "./errors.js";

export class FrameReader {
  /** The next frame of `batch`. */
  index = 0;
  private readonly iterator: Iterator<FrameBatch> | AsyncIterator<FrameBatch>;
  private current: FrameBatch | undefined;

  constructor(source: FrameSource, intake: Uint8Array | undefined) {
    const batches = source.batches(intake);
    this.iterator = Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
  }

  /**
   * The batch that holds the next frame, or one that tells of silence and holds none; undefined at the end of the source.
   * Throws what the source throws.
   */
  async batch(): Promise<FrameBatch | undefined> {
    while (this.current === undefined || this.index >= this.current.length) {
      const result = await this.iterator.next();
      if (result.done === true) return undefined;
      this.current = result.value;
      this.index = 0;
      if (this.current.length === 0 && this.current.silentUntil >= 0) break;
    }
    return this.current;
  }

  /** Does work on the batch in hand; where a callback throws, the next frame is the one behind that. */
  goOnBehind(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof CallbackError) this.index = error.frame + 1;
      throw error;
    }
  }
}
