// The decoder of classic pcap: the layout in all variants, any division into blocks, damaged and odd files.

import { expect } from "chai";
import fc from "fast-check";
import { CaptureFormatError, FrameBatch, latestSecond, maximumCapturedLength, PcapDecoder } from "@tsnids/pcap";
import { framesOf, pcapFile, read, variantName, variants } from "./sample.js";
import type { Record } from "./sample.js";

const little = variants[0]!;

const records: readonly Record[] = [
  { bytes: [1, 2, 3], seconds: 1, fraction: 2 },
  { bytes: [], seconds: 0xffffffff, fraction: 999_999 },
  { bytes: [4, 5, 6, 7, 8], seconds: 0x80000000, fraction: 0, originalLength: 1500 },
];

function errorOf(file: Uint8Array): CaptureFormatError {
  const { error } = read(file);
  if (!(error instanceof CaptureFormatError)) {
    expect.fail(`expected a CaptureFormatError, not ${String(error)}`);
  }
  return error;
}

describe("PcapDecoder", () => {
  for (const variant of variants) {
    describe(variantName(variant), () => {
      const unit = variant.nanoseconds ? 1 : 1000;
      const file = pcapFile(variant, records);
      const frames = [
        { bytes: [1, 2, 3], originalLength: 3, seconds: 1, nanoseconds: 2 * unit },
        { bytes: [], originalLength: 0, seconds: 0xffffffff, nanoseconds: 999_999 * unit },
        { bytes: [4, 5, 6, 7, 8], originalLength: 1500, seconds: 0x80000000, nanoseconds: 0 },
      ];

      it("reads header and records", () => {
        const reading = read(file);
        expect(reading.error).to.equal(undefined);
        expect(reading.frames).to.deep.equal(frames);
        expect(reading.interfaces).to.deep.equal([{ linkType: 1, snapLength: 65535 }]);
        expect(reading.truncation).to.equal(undefined);
      });

      it("reads the same from blocks of every size", () => {
        for (let step = 1; step <= file.length; step++) {
          const reading = read(file, step);
          expect(reading.frames, `blocks of ${step}`).to.deep.equal(frames);
          expect(reading.truncation, `blocks of ${step}`).to.equal(undefined);
        }
      });

      it("delivers all whole frames of a file cut anywhere, and says where the rest begins", () => {
        const ends = [24, 24 + 19, 24 + 19 + 16, file.length];
        for (let length = 0; length < file.length; length++) {
          const reading = read(file.subarray(0, length));
          const whole = ends.filter((end) => end <= length).length - 1;
          expect(reading.error, `cut at ${length}`).to.equal(undefined);
          expect(reading.frames, `cut at ${length}`).to.deep.equal(frames.slice(0, Math.max(0, whole)));
          const expected = ends.includes(length)
            ? undefined
            : whole < 0
              ? { code: "cut-header", offset: 0 }
              : { code: "cut-record", offset: ends[whole] };
          const { truncation } = reading;
          expect(truncation && { code: truncation.code, offset: truncation.offset }).to.deep.equal(expected);
        }
      });

      it("carries a fraction of a second or more over into the seconds", () => {
        const perSecond = 1_000_000_000 / unit;
        const odd = [perSecond - 1, perSecond, 0xffffffff].map((fraction) => ({ bytes: [], seconds: 10, fraction }));
        const times = read(pcapFile(variant, odd)).frames.map(({ seconds, nanoseconds }) => [seconds, nanoseconds]);
        expect(times).to.deep.equal([
          [10, 1_000_000_000 - unit],
          [11, 0],
          variant.nanoseconds ? [14, 294_967_295] : [10 + 4294, 967_295_000],
        ]);
      });

      it("takes a time behind the last second for the end of that", () => {
        const late = [0, 0xffffffff].map((fraction) => ({ bytes: [], seconds: latestSecond, fraction }));
        const times = read(pcapFile(variant, late)).frames.map(({ seconds, nanoseconds }) => [seconds, nanoseconds]);
        expect(times).to.deep.equal([
          [latestSecond, 0],
          [latestSecond, 999_999_999],
        ]);
      });

      it("names an absurd length and its place in the file", () => {
        const error = errorOf(pcapFile(variant, [{ bytes: [1] }, { bytes: [], capturedLength: 0x01020304 }]));
        expect(error.code).to.equal("absurd-record");
        expect(error.offset).to.equal(24 + 17);
        expect(error.message).to.contain("at byte 41").and.to.contain("16909060");
      });
    });
  }

  it("says in words where a capture was cut", () => {
    const file = pcapFile(little, records);
    expect(read(file.subarray(0, 45)).truncation?.message).to.equal(
      "the capture ends at byte 45, inside the record that begins at byte 43",
    );
    expect(read(file.subarray(0, 5)).truncation?.message).to.equal(
      "the capture ends after 5 bytes, inside its file header of 24 bytes",
    );
  });

  it("fills a batch and no more, and goes on where it stopped", () => {
    const file = pcapFile(
      little,
      Array.from({ length: 10 }, (_, index) => ({ bytes: [index], seconds: index })),
    );
    for (const capacity of [1, 2, 3, 9, 10, 11]) {
      const decoder = new PcapDecoder();
      const batch = new FrameBatch(capacity);
      const lengths: number[] = [];
      const seconds: number[] = [];
      let position = 0;
      do {
        position = decoder.decode(file, position, file.length, batch);
        lengths.push(batch.length);
        seconds.push(...framesOf(batch).map((frame) => frame.seconds));
      } while (batch.length > 0);
      expect(seconds).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(
        lengths.slice(0, -1).every((length, index) => length === Math.min(capacity, 10 - index * capacity)),
      ).to.equal(true);
      expect(decoder.finish(file.length - position)).to.equal(undefined);
    }
  });

  it("points the batch into the block it was given and clears it first", () => {
    const file = pcapFile(little, records);
    const batch = new FrameBatch(8);
    batch.push(1, 2, 3, 4, 5, 6);
    const decoder = new PcapDecoder();
    expect(decoder.decode(file, 0, 10, batch)).to.equal(0);
    expect(batch.length).to.equal(0);
    expect(decoder.interfaces).to.deep.equal([]);
    expect(decoder.decode(file, 0, file.length, batch)).to.equal(file.length);
    expect(batch.bytes).to.equal(file);
    expect(batch.interfaces).to.equal(decoder.interfaces);
    expect([...batch.offset.subarray(0, 3)]).to.deep.equal([40, 59, 75]);
    expect([...batch.interfaceIndex.subarray(0, 3)]).to.deep.equal([0, 0, 0]);
  });

  it("reads a record that moved to another block", () => {
    const file = pcapFile(little, records);
    const batch = new FrameBatch();
    const decoder = new PcapDecoder();
    const taken = decoder.decode(file, 0, 60, batch);
    expect(taken).to.equal(59);
    const other = new Uint8Array(100);
    other.set(file.subarray(taken), 30);
    decoder.decode(other, 30, 30 + file.length - taken, batch);
    expect(framesOf(batch).map(({ bytes }) => bytes)).to.deep.equal([[4, 5, 6, 7, 8]]);
    expect(batch.bytes).to.equal(other);
  });

  describe("lengths", () => {
    it("takes a record of the maximum length, whatever the snap length says", () => {
      const bytes = new Array<number>(maximumCapturedLength).fill(7);
      const reading = read(pcapFile(little, [{ bytes }], { snapLength: 96 }));
      expect(reading.frames[0]?.bytes.length).to.equal(maximumCapturedLength);
      expect(reading.truncation).to.equal(undefined);
    });

    for (const capturedLength of [maximumCapturedLength + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      it(`calls ${capturedLength} captured bytes absurd`, () => {
        const error = errorOf(pcapFile(little, [{ bytes: [], capturedLength }]));
        expect([error.code, error.offset]).to.deep.equal(["absurd-record", 24]);
        expect(error.message).to.contain(String(capturedLength));
      });
    }

    it("delivers the frames before an absurd record, then throws, in blocks of every size", () => {
      const file = pcapFile(little, [...records, { bytes: [1, 2, 3], capturedLength: 0xfffffff0 }]);
      for (let step = 1; step <= file.length; step++) {
        const { frames, error } = read(file, step);
        expect(frames.length).to.equal(3);
        expect(error)
          .to.be.instanceOf(CaptureFormatError)
          .with.property("offset", 24 + 3 * 16 + 8);
      }
    });

    it("never lets the original length be less than the captured one", () => {
      const original = [0, 2, 3, 4, 0x7fffffff, 0x80000000, 0xffffffff];
      const file = pcapFile(
        little,
        original.map((originalLength) => ({ bytes: [1, 2, 3], originalLength })),
      );
      expect(read(file).frames.map(({ originalLength }) => originalLength)).to.deep.equal([
        3, 3, 3, 4, 0x7fffffff, 3, 3,
      ]);
    });
  });

  it("takes the greater length of a record for the original one in version 2.3, and in no other", () => {
    const swapped = [1500, 3].map((capturedLength) => ({ bytes: [1, 2, 3], capturedLength, originalLength: 3 }));
    expect(read(pcapFile(little, swapped, { minor: 3 })).frames).to.deep.equal([
      { bytes: [1, 2, 3], originalLength: 1500, seconds: 0, nanoseconds: 0 },
      { bytes: [1, 2, 3], originalLength: 3, seconds: 0, nanoseconds: 0 },
    ]);
    expect(read(pcapFile(little, swapped)).frames).to.deep.equal([]);
  });

  describe("the file header", () => {
    const interfaceOf = (header: object): unknown => read(pcapFile(little, [], header)).interfaces[0];

    it("gives the link type without the bits above it, which speak of the frame check sequence", () => {
      expect(interfaceOf({ linkType: 0x50000001 })).to.have.property("linkType", 1);
      expect(interfaceOf({ linkType: 0xffff00e4 })).to.have.property("linkType", 228);
    });

    it("gives the canonical number for a DLT_ number", () => {
      expect(interfaceOf({ linkType: 12 })).to.have.property("linkType", 101);
      expect(interfaceOf({ linkType: 0x3000000e })).to.have.property("linkType", 101);
    });

    it("gives the snap length as it stands", () => {
      expect(interfaceOf({ snapLength: 0 })).to.have.property("snapLength", 0);
      expect(interfaceOf({ snapLength: 0xffffffff })).to.have.property("snapLength", 0xffffffff);
    });

    it("is refused with another magic", () => {
      const error = errorOf(pcapFile(little, records, { magic: 0x12345678 }));
      expect([error.code, error.offset]).to.deep.equal(["unknown-format", 0]);
    });

    it("is refused for versions whose records are laid out otherwise", () => {
      for (const [major, minor] of [
        [1, 4],
        [3, 0],
        [2, 2],
      ] as const) {
        const error = errorOf(pcapFile(little, records, { major, minor }));
        expect([error.code, error.offset]).to.deep.equal(["unsupported-version", 4]);
        expect(error.message).to.contain(`${major}.${minor}`);
      }
      expect(read(pcapFile(little, records, { minor: 3 })).frames.length).to.equal(3);
    });
  });

  it("survives any bytes behind a good header: frames, then one of the known ends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (bytes, step) => {
        const file = Uint8Array.from([...pcapFile(little, []), ...bytes]);
        const reading = read(file, step);
        const whole = read(file);
        expect(reading.frames).to.deep.equal(whole.frames);
        expect(reading.truncation).to.deep.equal(whole.truncation);
        if (reading.error !== undefined) {
          expect(reading.error).to.be.instanceOf(CaptureFormatError).with.property("code", "absurd-record");
        }
      }),
    );
  });
});

describe("PcapDecoder and the variants of pcap", () => {
  /** A file of two records; `behindHeader` and `behindRecord` are the bytes that the variant has there. */
  function variantFile(magic: number, isLittle: boolean, behindHeader: number, behindRecord: number): Uint8Array {
    const variant = { little: isLittle, nanoseconds: false };
    const plain = pcapFile(variant, [{ bytes: [1, 2, 3], seconds: 1, fraction: 2 }], { magic });
    const record = [...plain.subarray(24, 40), ...new Array<number>(behindRecord).fill(255), ...plain.subarray(40)];
    return Uint8Array.from([
      ...plain.subarray(0, 24),
      ...new Array<number>(behindHeader).fill(255),
      ...record,
      ...record,
    ]);
  }

  for (const [name, magic, behindHeader, behindRecord, unit] of [
    ["Kuznetsov's", 0xa1b2cd34, 0, 8, 1000],
    ["Navtel's", 0xa12b3c4d, 0, 0, 1],
    ["Ixia's, from hardware", 0x1c0001ac, 4, 0, 1],
    ["Ixia's, from software", 0x1c0001ab, 4, 0, 1000],
  ] as const) {
    it(`reads ${name} in both byte orders, from blocks of every size`, () => {
      const frame = { bytes: [1, 2, 3], originalLength: 3, seconds: 1, nanoseconds: 2 * unit };
      for (const isLittle of [true, false]) {
        const file = variantFile(magic, isLittle, behindHeader, behindRecord);
        for (let step = 1; step <= file.length; step++) {
          const reading = read(file, step);
          expect(reading.frames, `blocks of ${step}`).to.deep.equal([frame, frame]);
          expect(reading.truncation).to.equal(undefined);
        }
        expect(read(file.subarray(0, -1)).truncation).to.include({
          code: "cut-record",
          offset: 24 + behindHeader + 19 + behindRecord,
        });
      }
    });
  }

  const usual = 0xa1b2c3d4;
  const kuznetsov = 0xa1b2cd34;

  /** A file of these records, each with so many bytes behind the usual 16 of its header. */
  function withLongHeaders(magic: number, isLittle: boolean, behind: number, records: readonly Record[]): Uint8Array {
    const variant = { little: isLittle, nanoseconds: false };
    const files = records.map((record) => pcapFile(variant, [record], { magic }));
    const parts = files.map((file) => [
      ...file.subarray(24, 40),
      ...new Array<number>(behind).fill(0),
      ...file.subarray(40),
    ]);
    return Uint8Array.from([...files[0]!.subarray(0, 24), ...parts.flat()]);
  }
  const several = [5, 60, 0, 1500].map((length, index) => ({
    bytes: Array.from({ length }, (_, at) => (at * 7) & 255),
    seconds: 941_000_000 + index,
    fraction: index,
    originalLength: 1514,
  }));
  const frames = several.map(({ bytes, seconds, fraction, originalLength }) => {
    return { bytes, originalLength, seconds, nanoseconds: fraction * 1000 };
  });

  for (const [name, magic, behind] of [
    ["Nokia's, under the usual magic", usual, 4],
    ["Red Hat 6.1's, under the usual magic", usual, 8],
    ["SuSE 6.3's, under Kuznetsov's magic", kuznetsov, 12],
  ] as const) {
    it(`reads ${name}, in both byte orders, where the second record is at hand with the first`, () => {
      for (const isLittle of [true, false]) {
        const file = withLongHeaders(magic, isLittle, behind, several);
        const { frames: found, error, truncation } = read(file);
        expect([found, error, truncation]).to.deep.equal([frames, undefined, undefined]);
        const second = 24 + 16 + behind + 5;
        const cut = read(file.subarray(0, second + 16 + behind + 59));
        expect([cut.frames, cut.truncation?.offset]).to.deep.equal([frames.slice(0, 1), second]);
      }
    });
  }

  it("takes headers for longer ones only where all that can be seen fit", () => {
    const absurd = { bytes: [1, 2, 3, 4], seconds: 941_000_000, capturedLength: 0x01020304 };
    for (const [magic, behind] of [
      [usual, 4],
      [usual, 8],
      [kuznetsov, 12],
    ] as const) {
      const file = withLongHeaders(magic, true, behind, [...several.slice(0, 3), absurd]);
      expect(read(file).frames[1], `${behind}`).not.to.deep.equal(frames[1]);
    }
    // Odd, but of the usual kind: a fraction of more than a second, a length on the wire below that captured.
    for (const odd of [{ fraction: 941_000_001 }, { originalLength: 1 }, { seconds: 5 }]) {
      const file = pcapFile(little, [several[0]!, { ...several[1]!, ...odd }, several[3]!]);
      const { frames: found, error } = read(file);
      expect([found.map(({ bytes }) => bytes.length), error]).to.deep.equal([[5, 60, 1500], undefined]);
    }
  });
});
