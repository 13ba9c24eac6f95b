// Frames that are copied until it is decided whether they are recorded: the first ones of a stream, the
// fragments of a datagram.

import type { HeldFrame } from "./held-frame.js";
import type { Recorder } from "./recorder.js";

/** Bytes that a kept frame takes besides its own: times, lengths, the objects around them. */
const frameOverhead = 128;

/** Frames kept, from the first one on, up to a number of bytes; later ones are passed over and counted. */
export class Prologue {
  /** Bytes they take. */
  bytes = 0;
  /** Frames there was no room for. */
  missing = 0;
  readonly #frames: HeldFrame[] = [];
  #latest: HeldFrame | undefined;

  /** Keeps a frame, if it fits. The one that came last may come again, with another packet in it. */
  keep(frame: HeldFrame, limit: number): void {
    if (frame === this.#latest) return;
    this.#latest = frame;
    // After a frame that was left out no other is kept: what is kept has no holes.
    if (this.missing > 0 || this.bytes + frame.length + frameOverhead > limit) {
      this.missing++;
      return;
    }
    frame.keep();
    this.#frames.push(frame);
    this.bytes += frame.length + frameOverhead;
  }

  /** Keeps the frames of another prologue, as far as they fit. */
  keepAll(other: Prologue, limit: number): void {
    for (const frame of other.#frames) this.keep(frame, limit);
    this.missing += other.missing;
  }

  /** Forgets the frame that was kept last; one that was left out is no longer missing. */
  removeLast(): void {
    if (this.missing > 0) {
      this.missing--;
      return;
    }
    const last = this.#frames.pop();
    if (last !== undefined) this.bytes -= last.length + frameOverhead;
  }

  /** Writes the frames, as far as they were not written. Throws RecordError. */
  write(recorder: Recorder): void {
    for (const frame of this.#frames) frame.write(recorder);
  }
}
