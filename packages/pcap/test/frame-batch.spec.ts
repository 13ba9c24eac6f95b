// FrameBatch: columns, capacity, reuse.

import { expect } from "chai";
import { CaptureArgumentError, FrameBatch } from "@tsnids/pcap";

const row = (batch: FrameBatch, index: number): (number | undefined)[] =>
  [
    batch.offset,
    batch.capturedLength,
    batch.originalLength,
    batch.seconds,
    batch.nanoseconds,
    batch.interfaceIndex,
  ].map((column) => column[index]);

describe("FrameBatch", () => {
  it("is empty and has room for 2048 frames", () => {
    const batch = new FrameBatch();
    expect(batch).to.include({ capacity: 2048, length: 0 });
    expect(batch.bytes.length).to.equal(0);
    expect(batch.interfaces).to.deep.equal([]);
  });

  it("keeps each number of a frame in its column", () => {
    const batch = new FrameBatch(2);
    batch.push(1, 2, 3, 0xffffffff, 999_999_999, 4);
    batch.push(5, 6, 7, 2 ** 40, 8, 9);
    expect(batch.length).to.equal(2);
    expect(row(batch, 0)).to.deep.equal([1, 2, 3, 0xffffffff, 999_999_999, 4]);
    expect(row(batch, 1)).to.deep.equal([5, 6, 7, 2 ** 40, 8, 9]);
  });

  it("is filled again after clear, which leaves bytes and interfaces", () => {
    const batch = new FrameBatch(1);
    batch.bytes = Uint8Array.of(1);
    batch.interfaces = [{ linkType: 1, snapLength: 0 }];
    batch.push(1, 1, 1, 1, 1, 1);
    batch.clear();
    expect(batch.length).to.equal(0);
    expect(batch.bytes.length).to.equal(1);
    expect(batch.interfaces.length).to.equal(1);
    batch.push(2, 2, 2, 2, 2, 2);
    expect(row(batch, 0)).to.deep.equal([2, 2, 2, 2, 2, 2]);
  });

  for (const capacity of [0, -1, 1.5, NaN, 2 ** 24 + 1]) {
    it(`refuses a capacity of ${capacity}`, () => {
      expect(() => new FrameBatch(capacity)).to.throw(CaptureArgumentError, "capacity: ");
    });
  }
});
