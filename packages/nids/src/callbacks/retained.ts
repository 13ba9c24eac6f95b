// Bytes a listener kept with discard(): a buffer that grows by doubling and gives up its front. Small remains are moved to
// the front of the buffer before it is made larger, so that a reader of records needs no more than a record or two.

export class Retained {
  bytes: Uint8Array<ArrayBuffer>;
  start = 0;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(1024, 2 * capacity));
  }

  /** Puts bytes behind those that are kept. */
  append(source: Uint8Array, offset: number, length: number): void {
    const needed = this.length + length;
    if (this.start + needed > this.bytes.length) this.makeRoom(needed);
    this.bytes.set(source.subarray(offset, offset + length), this.start + this.length);
    this.length = needed;
  }

  /** Gives up bytes at the front. */
  consume(length: number): void {
    this.start += length;
    this.length -= length;
  }

  private makeRoom(needed: number): void {
    const kept = this.bytes.subarray(this.start, this.start + this.length);
    if (needed * 2 > this.bytes.length) {
      const larger = new Uint8Array(needed * 2);
      larger.set(kept);
      this.bytes = larger;
    } else {
      this.bytes.copyWithin(0, this.start, this.start + this.length);
    }
    this.start = 0;
  }
}
