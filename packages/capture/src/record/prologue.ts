// Frames that are copied until it is decided whether they are recorded: the first ones of a stream, the
// fragments of a datagram.

import { FrameBatch } from "@tsnids/pcap";
import type { Recorder } from "./recorder.js";

/** Bytes that a kept frame takes besides its own: times, lengths, the objects around them. */
const frameOverhead = 128;

/** Frames kept, from the first one on, up to a number of bytes; later ones are passed over and counted. */
export class Prologue {
  /** Bytes they take. */
  bytes = 0;
  /** Frames there was no room for. */
  missing = 0;
  readonly #frames: FrameBatch[] = [];

  /** Keeps a frame of a batch, if it fits; true when it did. */
  keep(batch: FrameBatch, index: number, limit: number): boolean {
    const length = batch.capturedLength[index]!;
    // After a frame that was left out no other is kept: what is kept has no holes.
    if (this.missing > 0 || this.bytes + length + frameOverhead > limit) {
      this.missing++;
      return false;
    }
    const start = batch.offset[index]!;
    const frame = new FrameBatch(1);
    frame.bytes = batch.bytes.slice(start, start + length);
    frame.interfaces = [batch.interfaces[batch.interfaceIndex[index]!]!];
    frame.push(0, length, batch.originalLength[index]!, batch.seconds[index]!, batch.nanoseconds[index]!, 0);
    this.#frames.push(frame);
    this.bytes += length + frameOverhead;
    return true;
  }

  /** Keeps the frames of another prologue, as far as they fit. */
  keepAll(other: Prologue, limit: number): void {
    for (const frame of other.#frames) this.keep(frame, 0, limit);
    this.missing += other.missing;
  }

  /** Forgets the frame that was kept last; one that was left out is no longer missing. */
  removeLast(): void {
    if (this.missing > 0) {
      this.missing--;
      return;
    }
    const last = this.#frames.pop();
    if (last !== undefined) this.bytes -= last.capturedLength[0]! + frameOverhead;
  }

  /** Writes the frames. Throws RecordError. */
  write(recorder: Recorder): void {
    for (const frame of this.#frames) recorder.write(frame);
  }
}
