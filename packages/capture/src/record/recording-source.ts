// A source that records what passes through it.

import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import type { Recorder } from "./recorder.js";

/** The frames of a source, which a recorder writes before they go on. */
export class RecordingSource implements FrameSource {
  readonly #source: FrameSource;
  readonly #recorder: Recorder;

  /**
   * The recorder is finished when the source is at its end, fails, or is given up: an abort finishes the file, too.
   * Where the source fails before its first frame, no file is left behind. Where the file cannot be finished either,
   * the error of the source is thrown.
   */
  constructor(source: FrameSource, recorder: Recorder) {
    this.#source = source;
    this.#recorder = recorder;
  }

  /** The batches of the source. Throws what the source throws, and RecordError. */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    let hasFailed = false;
    try {
      for await (const batch of this.#source.batches(intake)) {
        this.#recorder.write(batch);
        yield batch;
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    } finally {
      if (hasFailed) this.#recorder.abandon();
      else this.#recorder.finish();
    }
  }
}
