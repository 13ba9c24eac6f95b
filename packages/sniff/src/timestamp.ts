// When a packet was captured, as two integers; a fraction would lose the nanoseconds.

import type { FrameTime } from "@tsnids/pcap";

/** A moment of packet time. As a string it is ISO 8601, UTC, with nanoseconds. */
export class Timestamp implements FrameTime {
  /** Whole seconds since 1970, UTC. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;

  constructor(seconds: number, nanoseconds: number) {
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }

  /** The same as a Date, which has milliseconds: the rest is cut off. */
  get date(): Date {
    return new Date(this.seconds * 1000 + Math.floor(this.nanoseconds / 1_000_000));
  }

  /** "2001-09-09T01:46:40.000000001Z" */
  toString(): string {
    const wholeSeconds = new Date(this.seconds * 1000).toISOString().slice(0, -".000Z".length);
    return `${wholeSeconds}.${String(this.nanoseconds).padStart(9, "0")}Z`;
  }

  /** Seconds from `earlier` to this moment; negative where it is later. */
  since(earlier: FrameTime): number {
    return this.seconds - earlier.seconds + (this.nanoseconds - earlier.nanoseconds) / 1e9;
  }
}
