// Views of the engine's memory, lent to a callback until it returns. With `poisonAfterCallback` they are copies, which
// are destroyed then: whoever kept one without copying it finds out.

export class Views {
  private readonly lent: Uint8Array[] | undefined;

  constructor(poisonous: boolean) {
    this.lent = poisonous ? [] : undefined;
  }

  /** A view of `length` bytes at `start` of `bytes`. */
  lend(bytes: Uint8Array, start: number, length: number): Uint8Array {
    if (this.lent === undefined) return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
    const copy = bytes.slice(start, start + length);
    this.lent.push(copy);
    return copy;
  }

  /** What was lent is no longer valid. */
  reclaim(): void {
    if (this.lent === undefined) return;
    for (const copy of this.lent) copy.fill(0xdb);
    this.lent.length = 0;
  }
}
