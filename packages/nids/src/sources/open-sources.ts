// The sources an engine has begun and not come to the end of, and which of them reads into its intake: one, because it
// may have frames there, or read ahead, while another one is begun. The others use memory of their own, and their
// frames are copied.

import type { FrameSource } from "@tsnids/pcap";
import { requireSource } from "../params/arguments.js";
import { NidsError } from "../errors.js";
import { FrameReader } from "./frame-reader.js";

export class OpenSources {
  private readonly intake: Uint8Array;
  private readonly readers: Map<FrameSource, FrameReader> = new Map();
  private intakeReader: FrameReader | undefined;
  /** Those that were read to their end, where a callback then threw at exit. */
  private finished: WeakSet<FrameSource> = new WeakSet();

  constructor(intake: Uint8Array) {
    this.intake = intake;
  }

  /**
   * Where the engine stands in a source, for one call; at its beginning, where it is not open. Throws NidsError
   * `invalid-argument` for what is no source, `reentrant` where another call has not given it back.
   */
  take(source: FrameSource): FrameReader {
    requireSource(source);
    const reader = this.readers.get(source) ?? this.begin(source);
    if (reader.isTaken) {
      throw new NidsError("reentrant", "another call is reading this source: wait until that has settled");
    }
    reader.isTaken = true;
    return reader;
  }

  /** The source is at its end. */
  leave(source: FrameSource, reader: FrameReader): void {
    if (this.readers.get(source) === reader) this.readers.delete(source);
    if (this.intakeReader === reader) this.intakeReader = undefined;
  }

  /** The source was read to its end, but the call that did failed behind it. */
  noteFinished(source: FrameSource): void {
    this.finished.add(source);
  }

  /** Forgets that, and says whether it was so: then there is nothing left to read. */
  forgetFinished(source: FrameSource): boolean {
    return this.finished.delete(source);
  }

  /**
   * No source is gone on with, but those a call reads now. What they have open is closed; reads ahead may still be on
   * their way into the intake until then.
   */
  leaveIdle(): void {
    this.finished = new WeakSet();
    for (const [source, reader] of this.readers) {
      if (reader.isTaken) continue;
      this.readers.delete(source);
      void reader.close().then(() => this.leave(source, reader));
    }
  }

  private begin(source: FrameSource): FrameReader {
    const reader = new FrameReader(source, this.intakeReader === undefined ? this.intake : undefined);
    this.intakeReader ??= reader;
    this.readers.set(source, reader);
    this.finished.delete(source);
    return reader;
  }
}
