// What one side of a stream sends, put together from what the engine delivers. Later copies of bytes that were
// delivered already are written over them:
//
//   received   [ 0 . . . . . . . . . . . . length )          positions: sequence number - first one, never wrapped
//   late copy        [ start … end )                         overwrites up to `length`; the rest is the engine's

import type { HalfStream } from "@tsnids/nids";

/** The bytes of one direction, gaps as zeros. */
export class Direction {
  /** Bytes so far, also those that were not kept. */
  length = 0;
  /** Bytes of gaps, when the stream went on without them. */
  missing = 0;
  readonly #firstByte: number;
  readonly #limit: number;
  #kept: Uint8Array = new Uint8Array(0);

  /** `firstByte` is a sequence number; `limit` the bytes kept at most. */
  constructor(firstByte: number, limit: number) {
    this.#firstByte = firstByte;
    this.#limit = limit;
  }

  get bytes(): Uint8Array {
    return this.#kept.slice(0, Math.min(this.length, this.#limit));
  }

  get isTruncated(): boolean {
    return this.length > this.#limit;
  }

  /** The position of a sequence number: of all it can have, the one nearest to the end of what has come. */
  positionOf(sequence: number): number {
    return this.length + ((sequence - this.#firstByte - this.length) | 0);
  }

  /** Takes what a DATA notification has for this direction: a gap, fresh bytes, an urgent one, or nothing. */
  take(half: HalfStream): void {
    this.missing += half.gapLength;
    this.#grow(half.gapLength);
    if (half.countNew > 0) this.#append(half.data);
    if (half.countNewUrgent > 0) this.#append(Uint8Array.of(half.urgentData));
  }

  /** Writes over bytes that are there. */
  overwrite(start: number, bytes: Uint8Array): void {
    this.#kept.set(bytes.subarray(0, Math.max(0, this.#limit - start)), Math.min(start, this.#kept.length));
  }

  #append(bytes: Uint8Array): void {
    const start = this.length;
    this.#grow(bytes.length);
    if (start < this.#limit) this.#kept.set(bytes.subarray(0, this.#limit - start), start);
  }

  #grow(count: number): void {
    this.length += count;
    const needed = Math.min(this.length, this.#limit);
    if (needed <= this.#kept.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, 2 * this.#kept.length)));
    larger.set(this.#kept);
    this.#kept = larger;
  }
}
