// Where the snap length cut segments off: ranges of the stream that were sent and not captured. When its turn comes,
// such a range is a gap with the reason `snaplen`, as far as nothing that waits fills it. Sequence numbers.

import { distance } from "./sequence.js";

export class SnaplenCuts {
  private ranges: { readonly start: number; readonly end: number }[] = [];

  get empty(): boolean {
    return this.ranges.length === 0;
  }

  get count(): number {
    return this.ranges.length;
  }

  add(start: number, end: number): void {
    this.ranges.push({ start, end });
  }

  /** Bytes cut off from `next` on, 0 where none are. Ranges before `next` are forgotten. */
  lengthAt(next: number): number {
    if (this.empty) return 0;
    const cut = this.ranges.find(({ start, end }) => distance(start, next) >= 0 && distance(next, end) > 0);
    this.ranges = this.ranges.filter(({ end }) => distance(next, end) > 0);
    return cut === undefined ? 0 : distance(next, cut.end);
  }

  reset(): void {
    if (!this.empty) this.ranges = [];
  }
}
