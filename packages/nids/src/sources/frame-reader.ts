// Where the engine stands in a source: the batch in hand and the next frame of it. It is kept between two calls, so
// that whoever takes frames one by one, or goes on after an error of a callback, loses none.

import { iteratorOf } from "@tsnids/pcap";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { CallbackError } from "../errors.js";
import { requireBatch } from "../params/arguments.js";

export class FrameReader {
  /** The next frame of the batch in hand. */
  index = 0;
  /** True while a call reads the source: what another one was given meanwhile, this one would miss. */
  isTaken = false;
  /** True from when the source is asked until it answers, and where it has thrown instead. */
  isAsking = false;
  private readonly source: FrameSource;
  private readonly intake: Uint8Array | undefined;
  private iterator: Iterator<FrameBatch> | AsyncIterator<FrameBatch> | undefined;
  private current: FrameBatch | undefined;

  constructor(source: FrameSource, intake: Uint8Array | undefined) {
    this.source = source;
    this.intake = intake;
  }

  /** The batch in hand, where it has frames left. */
  get inHand(): FrameBatch | undefined {
    return this.current !== undefined && this.index < this.current.length ? this.current : undefined;
  }

  /** Asks the source for its next batch; may throw, or reject with, what the source throws. */
  ask(): IteratorResult<FrameBatch> | Promise<IteratorResult<FrameBatch>> {
    this.isAsking = true;
    this.iterator ??= iteratorOf(this.source, this.intake);
    return this.iterator.next();
  }

  /**
   * The source has answered: the batch in hand is this one, which may hold no frames; undefined at the end. Throws
   * NidsError `invalid-argument` for what is no batch, as if the source had thrown it.
   */
  accept(answer: IteratorResult<FrameBatch>): FrameBatch | undefined {
    if (answer.done !== true) requireBatch(answer.value);
    this.isAsking = false;
    this.index = 0;
    this.current = answer.done === true ? undefined : answer.value;
    return this.current;
  }

  /** The frames of the batch in hand are taken, up to `count`; the first of them. */
  take(count: number): number {
    const first = this.index;
    this.index = Math.min(this.current?.length ?? 0, first + count);
    return first;
  }

  /** Where a callback threw, the next frame is the one behind that; what the source throws is no error of a callback. */
  goOnBehind(error: unknown): void {
    if (!this.isAsking && error instanceof CallbackError) this.index = error.frame + 1;
  }

  /** Nobody goes on reading: the source closes what it has open. What it throws then nobody has asked for. */
  async close(): Promise<void> {
    try {
      await this.iterator?.return?.();
    } catch {
      // It is closed as far as it can be.
    }
  }
}
