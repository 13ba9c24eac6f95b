// What callbacks throw, until the packet they were called for is finished.

import { CallbackError } from "../errors.js";
import type { Statistics } from "../stats.js";

/** Keeps the first error a callback threw while a packet was processed, until the packet is finished. */
export class Faults {
  private readonly statistics: Statistics;
  /** True when a callback threw. */
  pending = false;
  private cause: unknown;
  private stream: string | undefined;

  constructor(statistics: Statistics) {
    this.statistics = statistics;
  }

  /** Notes an error; of several for one packet, the first is reported. */
  note(cause: unknown, stream: string | undefined): void {
    this.statistics.callbackErrors++;
    if (this.pending) return;
    this.pending = true;
    this.cause = cause;
    this.stream = stream;
  }

  /** The error to throw for the frame at `frame`; the next packet begins without one. */
  take(frame: number): CallbackError {
    const error = new CallbackError(this.cause, this.stream, frame);
    this.pending = false;
    this.cause = this.stream = undefined;
    return error;
  }
}
