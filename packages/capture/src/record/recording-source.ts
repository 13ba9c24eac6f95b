// A source that writes down what passes.

import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import type { Recorder } from "./recorder.js";

/** The frames of a source, which a recorder writes before they go on. */
export class RecordingSource implements FrameSource {
  readonly #source: FrameSource;
  readonly #recorder: Recorder;

  /** The recorder is finished when the source is at its end, fails, or is given up: an abort finishes the file, too. */
  constructor(source: FrameSource, recorder: Recorder) {
    this.#source = source;
    this.#recorder = recorder;
  }

  /** The batches of the source. Throws what the source throws, and RecordError. */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    try {
      for await (const batch of this.#source.batches(intake)) {
        this.#recorder.write(batch);
        yield batch;
      }
    } finally {
      this.#recorder.finish();
    }
  }
}
