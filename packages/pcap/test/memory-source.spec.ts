// A capture in memory as a source.

import { expect } from "chai";
import { CaptureFormatError, MemorySource } from "@tsnids/pcap";
import { framesOf, pcapFile, variants } from "./sample.js";
import type { Frame } from "./sample.js";

const little = variants[0]!;

function framesIn(source: MemorySource): Frame[] {
  const frames: Frame[] = [];
  for (const batch of source.batches()) {
    frames.push(...framesOf(batch));
  }
  return frames;
}

describe("MemorySource", () => {
  it("gives all frames, again each time it is asked, without a copy", () => {
    const file = pcapFile(little, [{ bytes: [1] }, { bytes: [2, 3] }]);
    const source = new MemorySource(file);
    expect(source.interfaces).to.deep.equal([]);
    for (let pass = 0; pass < 2; pass++) {
      expect(framesIn(source).map(({ bytes }) => bytes)).to.deep.equal([[1], [2, 3]]);
    }
    expect(source.interfaces).to.deep.equal([{ linkType: 1, snapLength: 65535 }]);
    expect(source.warnings).to.deep.equal([]);
    for (const batch of source.batches()) {
      expect(batch.bytes).to.equal(file);
    }
  });

  it("gives more frames than a batch holds, in order", () => {
    const records = Array.from({ length: 5000 }, (_, index) => ({ bytes: [index & 255], seconds: index }));
    const lengths: number[] = [];
    const seconds: number[] = [];
    for (const batch of new MemorySource(pcapFile(little, records)).batches()) {
      lengths.push(batch.length);
      seconds.push(...batch.seconds.subarray(0, batch.length));
    }
    expect(lengths).to.deep.equal([2048, 2048, 904]);
    expect(seconds).to.deep.equal(records.map((record) => record.seconds));
  });

  it("reads a capture inside a larger buffer", () => {
    const file = pcapFile(little, [{ bytes: [9, 9] }]);
    const larger = new Uint8Array(file.length + 20);
    larger.set(file, 13);
    expect(framesIn(new MemorySource(larger.subarray(13, 13 + file.length)))[0]?.bytes).to.deep.equal([9, 9]);
  });

  it("gives the whole frames of a cut capture and keeps the warning", () => {
    const source = new MemorySource(pcapFile(little, [{ bytes: [1] }, { bytes: [2, 3] }]).subarray(0, -1));
    expect(framesIn(source).length).to.equal(1);
    expect(source.warnings.map(({ code, offset }) => [code, offset])).to.deep.equal([["cut-record", 41]]);
  });

  it("has no frames in a file that is a header only", () => {
    const source = new MemorySource(pcapFile(little, []));
    expect([...source.batches()]).to.deep.equal([]);
    expect(source.interfaces.length).to.equal(1);
  });

  it("throws for what is no capture, and for a cut header", () => {
    const file = pcapFile(little, []);
    for (const [length, code] of [
      [0, "empty"],
      [3, "cut-header"],
      [23, "cut-header"],
    ] as const) {
      expect(() => framesIn(new MemorySource(file.subarray(0, length))))
        .to.throw(CaptureFormatError)
        .that.includes({ code, offset: 0 });
    }
  });

  it("throws at an absurd record, after the frames before it", () => {
    const file = pcapFile(little, [{ bytes: [1] }, { bytes: [], capturedLength: 1 << 30 }]);
    const batches = new MemorySource(file).batches();
    expect(batches.next().value?.length).to.equal(1);
    expect(() => batches.next())
      .to.throw(CaptureFormatError)
      .that.includes({ code: "absurd-record", offset: 41 });
  });
});
