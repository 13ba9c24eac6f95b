// How long a hole is waited for once the receiver has acknowledged bytes beyond it: the capture has missed them, or the
// tap delivers them late. The grace is a time on the packet clock, or a number of segments in the same direction,
// whichever comes first. Holes that were acknowledged when it began end with it; later ones get a grace of their own.
// Of packets from the past it is only known in which second of the clock they came: they begin it as late as may be,
// and end it as late as may be.

import { nanosecondsOfClock } from "../clock.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";

export class Grace {
  /** Up to which sequence number the receiver had acknowledged when the grace began. */
  upTo = 0;
  private running = false;
  private seconds = 0;
  private nanoseconds = 0;
  private segments = 0;

  /** Begins, if it has not begun. */
  begin(packet: Packet, acknowledged: number): void {
    if (this.running) return;
    this.running = true;
    this.seconds = packet.clock;
    this.nanoseconds = nanosecondsOfClock(packet, 1e9);
    this.upTo = acknowledged;
    this.segments = 0;
  }

  /** Counts a segment in the direction of the hole. */
  count(): void {
    this.segments++;
  }

  /** True when it is over. */
  isOver(packet: Packet, params: NidsParams): boolean {
    const seconds = (packet.clock - this.seconds) | 0;
    const elapsedMs = Math.max(0, seconds * 1000 + (nanosecondsOfClock(packet, 0) - this.nanoseconds) / 1e6);
    return elapsedMs >= params.holeGraceMs || this.segments >= params.holeGraceSegments;
  }

  reset(): void {
    this.running = false;
  }
}
