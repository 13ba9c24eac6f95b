// Notices that frames come faster than they are worked on, before or while they are lost: for some seconds on end there were
// always more waiting, and the time went to working on them.

import type { Pace } from "./live-frames.js";

/** Milliseconds on end that it has to last. */
const span = 3000;

/** Part of the time that work has to take. */
const share = 0.8;

/** Watches one consumer, and tells once. */
export class SlowConsumer implements Pace {
  readonly #onSlow: () => void;
  #since = -1;
  #given = 0;
  #worked = 0;
  #isTold = false;

  constructor(onSlow: () => void) {
    this.#onSlow = onSlow;
  }

  given(now: number): void {
    if (this.#since < 0) this.#since = now;
    this.#given = now;
  }

  asked(now: number, isLate: boolean): void {
    this.#worked += now - this.#given;
    const lasted = now - this.#since;
    if (!isLate) {
      this.#since = -1;
      this.#worked = 0;
    } else if (lasted >= span && this.#worked >= share * lasted) {
      this.tell();
    }
  }

  /** It is known for another reason. */
  tell(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#onSlow();
  }
}
