// Where a merge stands in one of its sources: at the next frame; before the source is opened, at the time of its first;
// or at the time until which a live source is silent.

import { FrameBatch, iteratorOf } from "@tsnids/pcap";
import type { CaptureInterface, FrameSource } from "@tsnids/pcap";

/** The next frame of a source. */
export class SourceHead {
  /** Place of the source among all. */
  readonly order: number;
  /** False for a source that is known to be unable to tell when it begins. */
  readonly mayTell: boolean;
  /** Time of the frame. */
  seconds = 0;
  nanoseconds = 0;
  /** True where there is no frame: the source has said that it has none before this time. */
  isSilent = false;
  /** True where its next batch may take any time to come, as that of a pipe or a device. */
  mayWait = false;
  readonly #source: FrameSource;
  #batches: Iterator<FrameBatch> | AsyncIterator<FrameBatch> | undefined;
  #batch: FrameBatch = new FrameBatch(1);
  #index = 0;

  constructor(source: FrameSource, order: number) {
    this.#source = source;
    this.order = order;
    this.mayTell = source.startTime !== undefined;
  }

  /** False as long as only the time is known. */
  get isOpen(): boolean {
    return this.#batches !== undefined;
  }

  /** The block the frame is in, and where. */
  get bytes(): Uint8Array {
    return this.#batch.bytes;
  }

  get offset(): number {
    return this.#batch.offset[this.#index]!;
  }

  get capturedLength(): number {
    return this.#batch.capturedLength[this.#index]!;
  }

  get originalLength(): number {
    return this.#batch.originalLength[this.#index]!;
  }

  /** Number of its interface, in the numbering of the source, and the list that this points into. */
  get interfaceIndex(): number {
    return this.#batch.interfaceIndex[this.#index]!;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#batch.interfaces;
  }

  /** Finds out when the source begins without opening it; false for one that cannot tell, as a pipe or a device. */
  async readStart(): Promise<boolean> {
    const time = await this.#source.startTime?.();
    if (time === undefined) return false;
    this.seconds = time.seconds;
    this.nanoseconds = time.nanoseconds;
    return true;
  }

  /** Opens a source that cannot tell when it begins; false for one without frames. */
  open(): Promise<boolean> {
    this.mayWait = true;
    return this.nextBatch();
  }

  /** Goes to the next frame of the batch in hand; false when there is none. */
  nextFrame(): boolean {
    this.#index++;
    return this.#readTime();
  }

  /** Goes to the first frame of the next batch, or to its silence, opening the source before the first; false at the end. */
  async nextBatch(): Promise<boolean> {
    this.#batches ??= iteratorOf(this.#source);
    for (;;) {
      const next = await this.#batches.next();
      if (next.done === true) return false;
      this.#batch = next.value;
      this.#index = 0;
      if (this.#readTime() || this.#readSilence()) return true;
    }
  }

  /** Closes the source. */
  async close(): Promise<void> {
    await this.#batches?.return?.();
  }

  #readSilence(): boolean {
    const { silentUntil } = this.#batch;
    if (silentUntil < 0) return false;
    this.isSilent = true;
    this.seconds = silentUntil;
    this.nanoseconds = 0;
    return true;
  }

  #readTime(): boolean {
    this.isSilent = false;
    if (this.#index >= this.#batch.length) return false;
    this.seconds = this.#batch.seconds[this.#index]!;
    this.nanoseconds = this.#batch.nanoseconds[this.#index]!;
    return true;
  }
}
