// Time stamps for frames of a device that gives none. Two clocks of the system are put together: the monotonic one has
// microseconds but drifts from the wall clock when that is set; the wall clock is right but has milliseconds only and
// may jump. So: the monotonic one counts, from a beginning that is taken anew whenever the two are more than
// `tolerance` apart. Stamps never go back.

import { performance } from "node:perf_hooks";

/** Milliseconds the two clocks may differ: a wall clock that is slewed (adjtime) stays within it for minutes. */
const tolerance = 500;

const nanosecondsPerMillisecond = 1_000_000;

/** Milliseconds since 1970, and since any beginning. */
export interface SystemClocks {
  wall(): number;
  monotonic(): number;
}

const system: SystemClocks = { wall: () => Date.now(), monotonic: () => performance.now() };

/** The time now, as frames have it. */
export class WallClock {
  /** Whole seconds since 1970. */
  seconds = 0;
  nanoseconds = 0;
  readonly #clocks: SystemClocks;
  #beginning: number;
  #latest = 0;

  constructor(clocks: SystemClocks = system) {
    this.#clocks = clocks;
    this.#beginning = clocks.wall() - clocks.monotonic();
  }

  /** Sets `seconds` and `nanoseconds` to now; returns the milliseconds since 1970. */
  read(): number {
    const wall = this.#clocks.wall();
    let now = this.#beginning + this.#clocks.monotonic();
    if (Math.abs(now - wall) > tolerance) {
      this.#beginning += wall - now;
      now = wall;
    }
    if (now < this.#latest) now = this.#latest;
    this.#latest = now;
    this.seconds = Math.floor(now / 1000);
    this.nanoseconds = Math.floor((now - this.seconds * 1000) * nanosecondsPerMillisecond);
    return now;
  }
}
