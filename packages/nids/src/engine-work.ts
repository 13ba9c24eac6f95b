// An engine at work: it processes packets, or exits. It does one thing at a time, a callback may not set it to work
// once more. As long as it lasts, the engine's notification is the one in hand (callbacks/in-hand.ts): to take it for
// each callback would cost more than the short cut is worth.
//
//   begin ─► packets ─► callback ─► (another engine: begin ─► packets ─► … ─► end) ─► end
//   └────── its own in hand ─────┘   └────────────── the other's ──────────────┘ └ its own

import { take } from "./callbacks/in-hand.js";
import type { Notification } from "./callbacks/notification.js";
import { NidsError } from "./errors.js";

export class EngineWork {
  /** True from `begin` to `end`. */
  isUnderWay = false;
  private readonly notification: Notification;

  /** `notification` is the engine's. */
  constructor(notification: Notification) {
    this.notification = notification;
  }

  /**
   * Returns what `end` is to be given: what was in hand before. Throws NidsError `reentrant` where the engine is
   * at work already.
   */
  begin(): Notification {
    this.requireRest();
    this.isUnderWay = true;
    return take(this.notification);
  }

  /** Throws NidsError `reentrant` where the engine is at work. */
  requireRest(): void {
    if (!this.isUnderWay) return;
    throw new NidsError(
      "reentrant",
      "the engine is processing a packet: call it again after the callback has returned",
    );
  }

  end(before: Notification): void {
    this.isUnderWay = false;
    take(before);
  }

  /** The same for work in a function of its own. */
  during(work: () => void): void {
    const before = this.begin();
    try {
      work();
    } finally {
      this.end(before);
    }
  }
}
