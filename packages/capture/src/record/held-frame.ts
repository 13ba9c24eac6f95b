// The frame in hand, as all that record it know it. Several packets may come in one frame: a packet and those in its
// tunnel, or the subframes of an 802.11 A-MSDU. Whoever keeps the frame for one of them and writes it for another must
// not write it twice, so all have the same object for it, which is written once.

import type { IpPacket } from "@tsnids/nids";
import { FrameBatch } from "@tsnids/pcap";
import type { Recorder } from "./recorder.js";

/** A frame of a batch, or the copy of one. */
export class HeldFrame {
  #batch: FrameBatch;
  #index: number;
  #isCopy = false;
  #isWritten = false;

  constructor(batch: FrameBatch, index: number) {
    this.#batch = batch;
    this.#index = index;
  }

  /** Bytes captured of it. */
  get length(): number {
    return this.#batch.capturedLength[this.#index]!;
  }

  /** Makes it last longer than its batch is valid. */
  keep(): void {
    if (this.#isCopy) return;
    const [batch, index, length] = [this.#batch, this.#index, this.length];
    const start = batch.offset[index]!;
    const frame = new FrameBatch(1);
    frame.bytes = batch.bytes.slice(start, start + length);
    frame.interfaces = [batch.interfaces[batch.interfaceIndex[index]!]!];
    frame.push(0, length, batch.originalLength[index]!, batch.seconds[index]!, batch.nanoseconds[index]!, 0);
    [this.#batch, this.#index, this.#isCopy] = [frame, 0, true];
  }

  /** Writes it, unless it was. Throws RecordError. */
  write(recorder: Recorder): void {
    if (this.#isWritten) return;
    recorder.write(this.#batch, this.#index, this.#index + 1);
    this.#isWritten = true;
  }
}

/** Tells which packets come in the same frame. */
export class FrameInHand {
  #frame: HeldFrame | undefined;
  #batch: FrameBatch | undefined;
  #index = 0;
  #offset = 0;
  #length = 0;
  #seconds = 0;
  #nanoseconds = 0;
  #firstPacket: Uint8Array = new Uint8Array(0);

  /** The frame of a packet that an ip fragment callback sees: that is called for each packet, and before all others. */
  ofFirstSight(packet: IpPacket): HeldFrame {
    const { bytes } = packet;
    const { buffer, byteOffset } = this.#firstPacket;
    // Where batches are used again, the next frame may lie where this one did and have its time. But no two packets of
    // one frame begin at the same byte: a packet that begins where the first one did is the first one of a new frame.
    if (bytes.buffer === buffer && bytes.byteOffset === byteOffset) this.#frame = undefined;
    return this.of(packet);
  }

  /** The frame of a packet. */
  of(packet: IpPacket): HeldFrame {
    if (this.#frame !== undefined && this.#isIn(packet)) return this.#frame;
    const { batch, frame, seconds, nanoseconds } = packet;
    this.#batch = batch;
    this.#index = frame;
    this.#offset = batch.offset[frame]!;
    this.#length = batch.capturedLength[frame]!;
    this.#seconds = seconds;
    this.#nanoseconds = nanoseconds;
    this.#firstPacket = packet.bytes;
    return (this.#frame = new HeldFrame(batch, frame));
  }

  /** Whether a packet is in the frame in hand, as far as place, length and time tell. */
  #isIn({ batch, frame, seconds, nanoseconds }: IpPacket): boolean {
    return (
      batch === this.#batch &&
      frame === this.#index &&
      batch.offset[frame] === this.#offset &&
      batch.capturedLength[frame] === this.#length &&
      seconds === this.#seconds &&
      nanoseconds === this.#nanoseconds
    );
  }
}
