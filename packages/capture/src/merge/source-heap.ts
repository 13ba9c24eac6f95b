// The sources of a merge, the one with the earliest frame first: a binary heap in an array.

import type { SourceHead } from "./source-head.js";

/** Heads by time, and by order where times are the same. */
export class SourceHeap {
  readonly #heads: SourceHead[] = [];

  /** The earliest one. */
  get top(): SourceHead | undefined {
    return this.#heads[0];
  }

  /** Adds one. */
  push(head: SourceHead): void {
    const heads = this.#heads;
    let at = heads.push(head) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isEarlier(head, heads[parent]!)) break;
      heads[at] = heads[parent]!;
      at = parent;
    }
    heads[at] = head;
  }

  /** Takes the top away. */
  pop(): SourceHead | undefined {
    const heads = this.#heads;
    const top = heads[0];
    const last = heads.pop();
    if (last !== undefined && heads.length > 0) {
      heads[0] = last;
      this.sinkTop();
    }
    return top;
  }

  /** Puts the top where it belongs, after its time has changed. */
  sinkTop(): void {
    const heads = this.#heads;
    const head = heads[0];
    if (head === undefined) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heads.length) break;
      if (child + 1 < heads.length && isEarlier(heads[child + 1]!, heads[child]!)) child++;
      if (!isEarlier(heads[child]!, head)) break;
      heads[at] = heads[child]!;
      at = child;
    }
    heads[at] = head;
  }
}

function isEarlier(one: SourceHead, other: SourceHead): boolean {
  if (one.seconds !== other.seconds) return one.seconds < other.seconds;
  if (one.nanoseconds !== other.nanoseconds) return one.nanoseconds < other.nanoseconds;
  return one.order < other.order;
}
