// Urgent bytes (RFC 9293 §3.8.5) as libnids and the BSD stacks read them: the pointer counts from the segment's
// sequence number, and the byte before the place it points to is urgent. It is taken out of the stream and
// reported by itself.
//
//   segment  │ a b c U d e │      urgent pointer 4: U is urgent; delivered are "abc", then U as urgent byte, then "de"
//
// One pointer is pending at a time: a later one replaces it, an earlier one does not. The pointer of a segment that
// waits for its turn counts when its turn comes.

import { distance } from "./sequence.js";

export class UrgentPointer {
  private pending = false;
  private position = 0;

  /** True when there is nothing to remember. */
  get empty(): boolean {
    return !this.pending;
  }

  /** A segment whose turn has come points to an urgent byte at `position`; only one that is still to come counts. */
  note(position: number, next: number): void {
    if (distance(next, position) < 0) return;
    if (this.pending && distance(this.position, position) <= 0) return;
    this.pending = true;
    this.position = position;
  }

  /** Where the urgent byte lies in `length` bytes from `next` on; -1 when it does not. It is then no longer pending. */
  take(next: number, length: number): number {
    if (!this.pending) return -1;
    const offset = distance(next, this.position);
    if (offset < 0 || offset >= length) return -1;
    this.pending = false;
    return offset;
  }

  /** Bytes up to `next` are lost: so is an urgent one among them. */
  skip(next: number): void {
    if (this.pending && distance(next, this.position) < 0) this.pending = false;
  }

  reset(): void {
    this.pending = false;
  }
}
