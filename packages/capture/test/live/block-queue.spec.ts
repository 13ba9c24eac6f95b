// BlockQueue in front of a reader that takes what the test says.

import { expect } from "chai";
import { BlockQueue } from "../../dist/live/block-queue.js";

describe("BlockQueue", () => {
  /** A reader with some room. */
  class Reader {
    room = 0;
    isGone = false;
    readonly taken: number[] = [];
    readonly write = (bytes: Uint8Array): number => {
      if (this.isGone) throw new Error("EPIPE");
      const count = Math.min(this.room, bytes.length);
      this.room -= count;
      this.taken.push(...bytes.subarray(0, count));
      return count;
    };
  }

  function make(limit: number): { reader: Reader; queue: BlockQueue; ends: () => number } {
    const reader = new Reader();
    let ends = 0;
    return { reader, queue: new BlockQueue(reader.write, limit, () => ends++), ends: () => ends };
  }

  it("writes at once where there is room", () => {
    const { reader, queue } = make(10);
    reader.room = 100;
    queue.add(Uint8Array.of(1, 2, 3), 1);
    expect([reader.taken, queue.length]).to.deep.equal([[1, 2, 3], 0]);
  });

  it("keeps copies of what has no room, in order, and goes on in the middle of a block", () => {
    const { reader, queue } = make(10);
    reader.room = 2;
    const block = Uint8Array.of(1, 2, 3);
    queue.add(block, 1);
    block.fill(9);
    queue.add(Uint8Array.of(4, 5), 1);
    expect(queue.length).to.equal(3);
    reader.room = 2;
    queue.flush();
    reader.room = 100;
    queue.add(Uint8Array.of(6), 1);
    expect([reader.taken, queue.length, queue.dropped]).to.deep.equal([[1, 2, 3, 4, 5, 6], 0, 0]);
  });

  it("drops whole blocks beyond its limit and counts their records", () => {
    const { reader, queue } = make(5);
    queue.add(new Uint8Array(4), 2);
    queue.add(new Uint8Array(4), 3);
    expect([queue.length, queue.dropped]).to.deep.equal([4, 3]);
    reader.room = 100;
    queue.add(new Uint8Array(4), 1);
    expect([reader.taken.length, queue.dropped]).to.deep.equal([8, 3]);
  });

  it("ends when nobody reads any longer", () => {
    const { reader, queue, ends } = make(5);
    reader.isGone = true;
    queue.add(new Uint8Array(4), 1);
    queue.add(new Uint8Array(4), 1);
    expect([ends(), queue.length, queue.dropped]).to.deep.equal([1, 0, 0]);
  });
});
