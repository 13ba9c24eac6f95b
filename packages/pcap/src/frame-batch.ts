// FrameBatch: the unit that frames move in, from files, pipes and devices to whoever reads them. One block of bytes,
// and per frame six numbers in typed arrays: a column each, so that a batch of 2048 frames is six objects, not 2048.
//
//     bytes    [ . . . . frame 0 . . frame 1 . . . . frame 2 . . ]
//                        │           │               │
//     offset           [ 4         , 14            , 28         ]
//     capturedLength   [ 7         , 7             , 7          ]   bytes present
//     originalLength   [ 7         , 1500          , 7          ]   bytes on the wire; frame 1 was cut

import { requireInteger } from "./errors.js";
import type { CaptureInterface } from "./frame-source.js";

/** The last second of a time in a batch, 2106-02-07: as far as classic pcap reaches, and the engine's clock. */
export const latestSecond = 0xffffffff;

const defaultCapacity = 2048;

/** Frames of the largest batch: a batch is memory taken at once. */
const maximumCapacity = 1 << 24;

/**
 * Frames, where they lie and when they were captured. The producer uses one batch again and again: what it holds is
 * valid until the producer fills it again, which is when the consumer asks for the next one.
 */
export class FrameBatch {
  /** Frames it has room for. */
  readonly capacity: number;
  /** The block all offsets point into: memory of the consumer, a read buffer, a whole file. */
  bytes: Uint8Array;
  /** Frames held. */
  length: number;
  /** The interfaces that `interfaceIndex` points into. They belong to the batch: the next one may have others. */
  interfaces: readonly CaptureInterface[];
  /** Index in `bytes` of a frame's first byte. */
  readonly offset: Int32Array;
  /** Bytes of the frame that are present. */
  readonly capturedLength: Int32Array;
  /** Bytes the frame had on the wire; never less than `capturedLength`. */
  readonly originalLength: Int32Array;
  /** When the frame was captured: whole seconds since 1970, UTC. Always an integer. */
  readonly seconds: Float64Array;
  /** Nanoseconds after `seconds`: 0 to 999,999,999. */
  readonly nanoseconds: Int32Array;
  /** Index in `interfaces` of where the frame was captured. */
  readonly interfaceIndex: Int32Array;
  /**
   * How far time has come without a frame, in a batch that holds none: whole seconds since 1970, UTC; otherwise -1. A live
   * source that hears nothing says so about once a second, so that whoever keeps time by the frames is not left standing.
   */
  silentUntil: number = -1;
  /** The nanoseconds after that: 0 to 999,999,999. */
  silentNanoseconds: number = 0;

  /** Throws CaptureArgumentError for a capacity that is not an integer from 1 to 16,777,216. */
  constructor(capacity: number = defaultCapacity) {
    requireInteger("capacity", capacity, 1, maximumCapacity);
    this.capacity = capacity;
    this.bytes = new Uint8Array(0);
    this.length = 0;
    this.interfaces = [];
    this.offset = new Int32Array(capacity);
    this.capturedLength = new Int32Array(capacity);
    this.originalLength = new Int32Array(capacity);
    this.seconds = new Float64Array(capacity);
    this.nanoseconds = new Int32Array(capacity);
    this.interfaceIndex = new Int32Array(capacity);
  }

  /** Forgets all frames; `bytes` and `interfaces` stay. */
  clear(): void {
    this.length = 0;
    this.silentUntil = -1;
  }

  /** Forgets all frames, and says that nothing was captured until then (see `silentUntil`). */
  beSilent(seconds: number, nanoseconds = 0): void {
    this.length = 0;
    this.silentUntil = seconds;
    this.silentNanoseconds = nanoseconds;
  }

  /** Adds a frame. The caller has made sure that `length < capacity`: what does not fit is lost. */
  push(
    offset: number,
    capturedLength: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    const at = this.length;
    this.offset[at] = offset;
    this.capturedLength[at] = capturedLength;
    this.originalLength[at] = originalLength;
    this.seconds[at] = seconds;
    this.nanoseconds[at] = nanoseconds;
    this.interfaceIndex[at] = interfaceIndex;
    this.length = at + 1;
  }
}

/** True for a batch of frames, by what tells it from anything else a source may give by mistake. */
export function isFrameBatch(value: unknown): value is FrameBatch {
  const { bytes, interfaces, length } = (value ?? {}) as Partial<FrameBatch>;
  return ArrayBuffer.isView(bytes) && Array.isArray(interfaces) && Number.isInteger(length);
}
