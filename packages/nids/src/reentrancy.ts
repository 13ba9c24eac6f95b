// An engine does one thing at a time: a callback may not have it process packets, or exit. While it is at work, its notification is the one in hand
// (callbacks/in-hand.ts). It is given back behind every batch, as it would take longer behind every callback.

import { take } from "./callbacks/in-hand.js";
import type { Notification } from "./callbacks/notification.js";
import { NidsError } from "./errors.js";

export class Reentrancy {
  /** True while the engine is at work. */
  isBusy = false;
  private readonly notification: Notification;
  /** What was in hand before: that of the engine whose callback has set this one to work, if any. Nobody's, but its own, when the work is over. */
  private before: Notification;

  /** `notification` is the engine's. */
  constructor(notification: Notification) {
    this.notification = this.before = notification;
  }

  /** The work begins; it ends with `leave`. Throws NidsError `reentrant` where other work is under way. */
  enter(): void {
    if (this.isBusy) {
      throw new NidsError(
        "reentrant",
        "the engine is processing a packet: call it again after the callback has returned",
      );
    }
    this.isBusy = true;
    this.before = take(this.notification);
  }

  leave(): void {
    this.isBusy = false;
    take(this.before);
    this.before = this.notification;
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
