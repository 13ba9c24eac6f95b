// An engine does one thing at a time: a callback may not have it process packets, or exit.

import { NidsError } from "./errors.js";

export class Reentrancy {
  /** True while the engine is at work. */
  isBusy = false;

  /** The work begins; it ends with `leave`. Throws NidsError `reentrant` where other work is under way. */
  enter(): void {
    if (this.isBusy) {
      throw new NidsError(
        "reentrant",
        "the engine is processing a packet: call it again after the callback has returned",
      );
    }
    this.isBusy = true;
  }

  leave(): void {
    this.isBusy = false;
  }

  /** The same for work in a function of its own. */
  during(work: () => void): void {
    this.enter();
    try {
      work();
    } finally {
      this.leave();
    }
  }
}
