/** A capture in memory as a source that hands out so many frames at a time, always in the same batch, as files do. */
import type { FrameSource } from "@tsnids/pcap";
import { FrameBatch } from "@tsnids/pcap";
import type { Capture } from "@tsnids/testkit";

export class ChunkedSource implements FrameSource {
  readonly #whole: FrameBatch;
  readonly #size: number;

  /** `size` frames in each batch; the last one may have fewer. */
  constructor(capture: Capture, size: number) {
    this.#whole = capture.batch();
    this.#size = size;
  }

  *batches(): Generator<FrameBatch, void, undefined> {
    const whole = this.#whole;
    const batch = new FrameBatch(this.#size);
    batch.bytes = whole.bytes;
    batch.interfaces = whole.interfaces;
    for (let index = 0; index < whole.length; index++) {
      batch.push(
        whole.offset[index] ?? 0,
        whole.capturedLength[index] ?? 0,
        whole.originalLength[index] ?? 0,
        whole.seconds[index] ?? 0,
        whole.nanoseconds[index] ?? 0,
        whole.interfaceIndex[index] ?? 0,
      );
      if (batch.length < this.#size && index + 1 < whole.length) continue;
      yield batch;
      batch.clear();
    }
  }
}
