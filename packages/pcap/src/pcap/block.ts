// Pcap records gathered in one block of memory, for whoever has frames faster than one write each can take: a header,
// or nothing, then whole records behind each other (layout.ts), little-endian and in nanoseconds. Nothing is
// allocated per frame.
//
//     0        length                        capacity
//     │ record │ record │ record │ (free)    │

import { requireInteger } from "../errors.js";
import { maximumCapturedLength } from "../intake.js";
import { recordHeader } from "./layout.js";

/** Bytes of the largest block. */
const maximumCapacity = 1 << 30;

/** A block that records are added to until it is taken away. */
export class PcapBlock {
  /** Bytes of records. */
  length = 0;
  /** How many records these are. */
  records = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;

  /** Throws CaptureArgumentError for a capacity in which not even one record of the maximum length has room. */
  constructor(capacity: number) {
    requireInteger("capacity", capacity, recordHeader.length + maximumCapturedLength, maximumCapacity);
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** The records: a view, valid until `clear` or the next `add`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** Whether a frame of so many captured bytes still has room. */
  hasRoom(capturedLength: number): boolean {
    return this.length + recordHeader.length + capturedLength <= this.#bytes.length;
  }

  /**
   * Copies a frame in. The caller has made sure that it has room, and that the numbers are what FrameBatch holds.
   * `originalLength` is what it had on the wire; `seconds` counts from 1970.
   */
  add(frame: Uint8Array, originalLength: number, seconds: number, nanoseconds: number): void {
    const at = this.length;
    const view = this.#view;
    view.setUint32(at + recordHeader.seconds, seconds, true);
    view.setUint32(at + recordHeader.fraction, nanoseconds, true);
    view.setUint32(at + recordHeader.capturedLength, frame.length, true);
    view.setUint32(at + recordHeader.originalLength, originalLength, true);
    this.#bytes.set(frame, at + recordHeader.length);
    this.length = at + recordHeader.length + frame.length;
    this.records++;
  }

  /** Forgets all records. */
  clear(): void {
    this.length = 0;
    this.records = 0;
  }
}
