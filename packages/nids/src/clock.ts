// The packet clock. Captured time is the only time the engine knows: timeouts run on it, so that a file replayed today
// ends the way it would have ended live. Where the wire is silent, a live source says how late it is
// (FrameBatch.silentUntil). The clock never goes back: packets from before (of other interfaces or files) count as now.

import type { AlertSink } from "./alerts/alert-sink.js";
import type { Packet } from "./packet.js";

/** A moment of packet time: whole seconds since 1970 and nanoseconds, both integers. */
export interface PacketTime {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  /** Nanoseconds within that second, 0 to 999,999,999. */
  readonly nanoseconds: number;
}

/**
 * The packet clock's part of a second. A packet from the past counts as now, but does not say when in the clock's
 * second that is: for it, it is `unknown`.
 */
export function nanosecondsOfClock({ clock, seconds, nanoseconds }: Packet, unknown: number): number {
  return (seconds | 0) === clock ? nanoseconds : unknown;
}

export class PacketClock {
  /** Whole seconds since 1970; -1 before the first packet. */
  seconds = -1;
  private readonly packet: Packet;
  private readonly alerts: AlertSink;
  private warned = false;

  constructor(packet: Packet, alerts: AlertSink) {
    this.packet = packet;
    this.alerts = alerts;
  }

  /** Sets the clock by the current packet, whose second is not the clock's. True when it has moved on. */
  set(): boolean {
    const { seconds } = this.packet;
    if (seconds < this.seconds) {
      if (!this.warned) this.alerts.raise("clock-backwards", false, `by ${this.seconds - seconds} s or less`);
      this.warned = true;
      return false;
    }
    this.seconds = seconds;
    this.packet.clock = seconds | 0;
    return true;
  }

  /**
   * Moves the clock on to `seconds` without a packet. False where there is nothing to move: before the first packet, or
   * it is there already.
   */
  advance(seconds: number): boolean {
    if (this.seconds < 0 || seconds <= this.seconds) return false;
    this.seconds = seconds;
    this.packet.clock = seconds | 0;
    return true;
  }

  /** Forgets the time; the next packet sets it. */
  clear(): void {
    this.seconds = -1;
    this.warned = false;
  }
}
