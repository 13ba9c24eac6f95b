// The writer of classic pcap: the bytes it must write, what it refuses, and that the decoder reads all it writes.

import { expect } from "chai";
import fc from "fast-check";
import { CaptureArgumentError, LinkType, maximumCapturedLength, PcapWriter } from "@tsnids/pcap";
import { pcapFile, read, variantName, variants } from "./sample.js";
import type { Variant } from "./sample.js";

const writerFor = ({ little, nanoseconds }: Variant, linkType = 1, snapLength = 65535): PcapWriter =>
  new PcapWriter({ linkType, snapLength, nanoseconds, byteOrder: little ? "little" : "big" });

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe("PcapWriter", () => {
  for (const variant of variants) {
    describe(variantName(variant), () => {
      it("writes the bytes the format asks for", () => {
        const writer = writerFor(variant, LinkType.LINUX_SLL2, 96);
        const file = join(
          writer.header(),
          writer.record(Uint8Array.of(1, 2, 3), 60, 0x80000001, 123_456_789),
          writer.record(Uint8Array.of(), 0, 0, 0),
        );
        const fraction = variant.nanoseconds ? 123_456_789 : 123_456;
        expect([...file]).to.deep.equal([
          ...pcapFile(
            variant,
            [{ bytes: [1, 2, 3], seconds: 0x80000001, fraction, originalLength: 60 }, { bytes: [] }],
            {
              linkType: 276,
              snapLength: 96,
            },
          ),
        ]);
      });

      it("writes what the decoder reads back", () => {
        const frame = fc.record({
          bytes: fc.uint8Array({ maxLength: 40 }),
          cut: fc.nat(0x7fff0000),
          seconds: fc.nat(0xffffffff),
          nanoseconds: fc.nat(999_999_999),
        });
        const input = fc.record({
          frames: fc.array(frame, { maxLength: 12 }),
          linkType: fc.nat(0xffff).filter((linkType) => ![11, 12, 14].includes(linkType)),
          snapLength: fc.nat(0xffffffff),
          step: fc.integer({ min: 1, max: 100 }),
          capacity: fc.integer({ min: 1, max: 14 }),
        });
        fc.assert(
          fc.property(input, ({ frames, linkType, snapLength, step, capacity }) => {
            const writer = writerFor(variant, linkType, snapLength);
            const records = frames.map(({ bytes, cut, seconds, nanoseconds }) =>
              writer.record(bytes, bytes.length + cut, seconds, nanoseconds),
            );
            const reading = read(join(writer.header(), ...records), step, capacity);
            expect(reading.interfaces).to.deep.equal([{ linkType, snapLength }]);
            expect(reading.truncation).to.equal(undefined);
            expect(reading.frames).to.deep.equal(
              frames.map(({ bytes, cut, seconds, nanoseconds }) => ({
                bytes: [...bytes],
                originalLength: bytes.length + cut,
                seconds,
                nanoseconds: variant.nanoseconds ? nanoseconds : nanoseconds - (nanoseconds % 1000),
              })),
            );
          }),
        );
      });
    });
  }

  it("writes little-endian microseconds with the largest snap length unless told otherwise", () => {
    const writer = new PcapWriter({ linkType: 1 });
    expect([...writer.header()]).to.deep.equal([...pcapFile(variants[0]!, [], { snapLength: maximumCapturedLength })]);
  });

  it("copies the frame", () => {
    const frame = Uint8Array.of(1);
    const record = new PcapWriter({ linkType: 1 }).record(frame, 1, 0, 0);
    frame[0] = 2;
    expect(record[16]).to.equal(1);
  });

  describe("refuses, by name,", () => {
    const refuses = (argument: string, act: (writer: PcapWriter) => void): void => {
      it(argument, () => {
        expect(() => act(new PcapWriter({ linkType: 1 })))
          .to.throw(CaptureArgumentError, `${argument}: `)
          .that.includes({ argument, code: "invalid-argument" });
      });
    };
    const frame = Uint8Array.of(1, 2, 3);
    refuses("linkType", () => new PcapWriter({ linkType: 0x10000 }));
    refuses("snapLength", () => new PcapWriter({ linkType: 1, snapLength: -1 }));
    refuses("byteOrder", () => new PcapWriter({ linkType: 1, byteOrder: "Little" as "little" }));
    refuses("frame", (writer) => writer.record("abc" as unknown as Uint8Array, 3, 0, 0));
    refuses("frame.length", (writer) => writer.record(new Uint8Array(maximumCapturedLength + 1), 300_000, 0, 0));
    refuses("originalLength", (writer) => writer.record(frame, 2, 0, 0));
    refuses("seconds", (writer) => writer.record(frame, 3, 2 ** 32, 0));
    refuses("seconds", (writer) => writer.record(frame, 3, 0.5, 0));
    refuses("nanoseconds", (writer) => writer.record(frame, 3, 0, 1_000_000_000));
  });
});
