// Several sources as one: all frames of the first, then all of the second, and so on.

import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { requireSources } from "../options.js";

/**
 * Sources one after the other, in the order given and not by time: right for the files of one capture that was written
 * in pieces. The interfaces belong to each batch; those of the next source may be others under the same index.
 */
export class ChainSource implements FrameSource {
  /** In the order they are read. */
  readonly sources: readonly FrameSource[];

  /** Throws CaptureError `invalid-option` for what are no sources. */
  constructor(sources: readonly FrameSource[]) {
    requireSources("ChainSource", sources);
    this.sources = sources;
  }

  /** All frames of all sources, each opened when the one before it is at its end. An error of a source ends it all. */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    for (const source of this.sources) {
      yield* source.batches(intake);
    }
  }
}
