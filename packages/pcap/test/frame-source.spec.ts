// How a source is told from what is none, and asked for its batches; and what counts as an object.

import { expect } from "chai";
import { describeValue, FrameBatch, isFrameSource, isObject, iteratorOf } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";

const batch = new FrameBatch(1);

class AtHand implements FrameSource {
  intake: Uint8Array | undefined;

  *batches(intake?: Uint8Array): Generator<FrameBatch> {
    this.intake = intake;
    yield batch;
  }
}

describe("isFrameSource", () => {
  it("is true for whatever has batches()", () => {
    expect(isFrameSource(new AtHand())).to.equal(true);
    expect(isFrameSource({ batches: () => [] })).to.equal(true);
  });

  it("is false for anything else, without a word", () => {
    for (const value of [undefined, null, "web.pcap", 7, {}, { batches: [] }, AtHand, () => []]) {
      expect(isFrameSource(value), describeValue(value)).to.equal(false);
    }
  });
});

describe("iteratorOf", () => {
  it("gives the batches of a source that has them at hand, and hands it the memory", () => {
    const source = new AtHand();
    const intake = new Uint8Array(1);
    const iterator = iteratorOf(source, intake);
    expect(iterator.next()).to.deep.equal({ done: false, value: batch });
    expect(source.intake).to.equal(intake);
    expect(iterator.next()).to.deep.equal({ done: true, value: undefined });
  });

  it("gives promises of them where they have to be waited for", async () => {
    const source = {
      async *batches(): AsyncGenerator<FrameBatch> {
        yield await Promise.resolve(batch);
      },
    };
    const iterator = iteratorOf(source);
    const first = iterator.next();
    expect(first).to.be.instanceOf(Promise);
    expect(await first).to.deep.equal({ done: false, value: batch });
    await iterator.return?.();
    expect(await iterator.next()).to.deep.equal({ done: true, value: undefined });
  });
});

describe("isObject", () => {
  it("is true for objects and lists, false for functions, null and what has no properties of its own", () => {
    expect([{}, [], new AtHand()].map(isObject)).to.deep.equal([true, true, true]);
    expect([AtHand, null, undefined, "text", 1].map(isObject)).to.deep.equal([false, false, false, false, false]);
  });
});
