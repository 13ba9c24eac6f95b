// What discard() leaves: the bytes each half keeps from one notification to the next, in front of what is fresh then.
// Hardly any half keeps some, so they lie in a table beside the flows.

import type { Notification } from "./notification.js";
import { Retained } from "./retained.js";

export class RetainedBytes {
  /** By slot * 2 + side. */
  private readonly byHalf: Map<number, Retained> = new Map();
  private readonly current: Notification;

  constructor(current: Notification) {
    this.current = current;
  }

  /** Shows fresh bytes behind what the half keeps; false where it keeps nothing, and they are shown where they lie. */
  showBehind(half: number, bytes: Uint8Array, start: number, length: number): boolean {
    const kept = this.byHalf.size === 0 ? undefined : this.byHalf.get(half);
    if (kept === undefined) {
      const { current } = this;
      if (current.bytes !== bytes) current.bytes = bytes;
      current.start = start;
      current.length = length;
      return false;
    }
    kept.append(bytes, start, length);
    this.present(kept);
    return true;
  }

  /** Shows what the half keeps, where it keeps something. */
  show(half: number): void {
    const kept = this.byHalf.get(half);
    if (kept !== undefined) this.present(kept);
  }

  /** Gives up what was read of what is shown; the rest becomes what the half keeps. True when anything was read. */
  consume(half: number): boolean {
    const { current } = this;
    const read = Math.max(0, current.read);
    current.shorten(read);
    const kept = this.byHalf.get(half);
    if (current.length === 0) {
      this.byHalf.delete(half);
    } else if (kept !== undefined) {
      kept.consume(read);
    } else {
      const begun = new Retained(current.length);
      begun.append(current.bytes, current.start, current.length);
      this.byHalf.set(half, begun);
      this.present(begun);
    }
    return read > 0;
  }

  /** Gives up what the half keeps. */
  release(half: number): void {
    if (this.byHalf.size > 0) this.byHalf.delete(half);
  }

  length(half: number): number {
    return this.byHalf.get(half)?.length ?? 0;
  }

  /** A view of what the half keeps, valid as long as the notification in hand. */
  data(half: number): Uint8Array {
    const kept = this.byHalf.get(half);
    return kept === undefined ? new Uint8Array(0) : this.current.lend(kept.bytes, kept.start, kept.length);
  }

  private present(kept: Retained): void {
    const { current } = this;
    current.bytes = kept.bytes;
    current.start = kept.start;
    current.length = kept.length;
  }
}
