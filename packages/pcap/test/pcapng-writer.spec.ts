// The writer of pcapng: that the decoder reads all it writes, bytes of a block, and what it refuses. That other programs
// read it is in test/system.

import { expect } from "chai";
import fc from "fast-check";
import {
  CaptureArgumentError,
  latestSecond,
  LinkType,
  maximumBlockLength,
  maximumCapturedLength,
  PcapngWriter,
} from "@tsnids/pcap";
import { ascii, Numbers, read } from "./pcapng-sample.js";

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** A writer that has written a section and an interface, and these. */
function begun(byteOrder: "little" | "big" = "little"): { readonly writer: PcapngWriter; readonly start: Uint8Array } {
  const writer = new PcapngWriter({ byteOrder });
  return { writer, start: join(writer.section(), writer.interface({ linkType: LinkType.ETHERNET })) };
}

describe("PcapngWriter", () => {
  for (const byteOrder of ["little", "big"] as const) {
    const numbers = new Numbers(byteOrder === "little");

    it(`writes the bytes the format asks for, ${byteOrder}-endian`, () => {
      const writer = new PcapngWriter({ byteOrder, application: "app", comments: ["hi"] });
      const section = numbers.section(numbers.option(4, ascii("app")), numbers.option(1, ascii("hi")));
      expect([...writer.section()]).to.deep.equal(section);
      const options = [numbers.option(2, ascii("eth0")), numbers.option(9, [9])];
      const written = writer.interface({ linkType: 276, snapLength: 96, name: "eth0" });
      expect([...written]).to.deep.equal(numbers.interface(276, 96, ...options));
      const packet = writer.packet(0, Uint8Array.of(1, 2, 3), 60, 0x80000001, 123_456_789);
      expect([...packet]).to.deep.equal(
        numbers.enhanced(0, 0x80000001n * 1_000_000_000n + 123_456_789n, [1, 2, 3], 60),
      );
    });

    it(`writes what the decoder reads back, ${byteOrder}-endian`, () => {
      const frame = fc.record({
        bytes: fc.uint8Array({ maxLength: 40 }),
        cut: fc.nat(0x7fff0000),
        seconds: fc.nat(latestSecond),
        nanoseconds: fc.nat(999_999_999),
        comments: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 2 }),
        from: fc.nat(1),
      });
      const input = fc.record({
        frames: fc.array(frame, { maxLength: 8 }),
        linkType: fc.nat(0xffff).filter((linkType) => ![11, 12, 14].includes(linkType)),
        step: fc.integer({ min: 1, max: 100 }),
      });
      fc.assert(
        fc.property(input, ({ frames, linkType, step }) => {
          const { writer, start } = begun(byteOrder);
          const second = writer.interface({ linkType, snapLength: 7, name: "b", description: "über" });
          const packets = frames.map(({ bytes, cut, seconds, nanoseconds, comments, from }) =>
            writer.packet(from, bytes, bytes.length + cut, seconds, nanoseconds, { comments }),
          );
          const reading = read(join(start, second, ...packets), step, 3);
          expect(reading.error).to.equal(undefined);
          const interfaces = [
            { linkType: 1, snapLength: 0 },
            { linkType, snapLength: 7, name: "b", description: "über" },
          ];
          expect(reading.frames).to.deep.equal(
            frames.map(({ bytes, cut, seconds, nanoseconds, from }) => ({
              bytes: [...bytes],
              originalLength: bytes.length + cut,
              time: [seconds, nanoseconds],
              from: interfaces[from],
            })),
          );
          const commented = reading.blocks.flatMap((block) =>
            block.type === "packet-options" ? [block.comments] : [],
          );
          expect(commented).to.deep.equal(frames.map(({ comments }) => comments).filter(({ length }) => length > 0));
        }),
      );
    });

    it(`passes on every other block as it was read, ${byteOrder}-endian`, () => {
      const { writer, start } = begun(byteOrder);
      const names = [{ address: Uint8Array.of(10, 0, 0, 1), names: ["a", "b"] }];
      const described = { comments: ["note"], options: [{ code: 4242, value: Uint8Array.of(1) }] };
      const blocks = [
        writer.nameResolution(names, described),
        writer.decryptionSecrets(0x544c534b, Uint8Array.of(1, 2, 3), described),
        writer.interfaceStatistics(0, 7, 8, { received: 9n, dropped: 10n, ...described }),
        writer.custom(32473, Uint8Array.of(1, 2, 3, 4)),
        writer.custom(32473, Uint8Array.of(1, 2, 3, 4), false),
        writer.block(99, Uint8Array.of(1, 2, 3, 4)),
      ];
      const told = read(join(start, ...blocks)).blocks.slice(2);
      const again = told.map((block) => {
        switch (block.type) {
          case "name-resolution":
            return writer.nameResolution(block.records, block);
          case "decryption-secrets":
            return writer.decryptionSecrets(block.secretsType, block.secrets, block);
          case "interface-statistics":
            return writer.interfaceStatistics(block.index, block.seconds, block.nanoseconds, {
              ...{
                received: block.received!,
                dropped: block.dropped!,
                comments: block.comments,
                options: block.options,
              },
            });
          case "custom":
            return writer.custom(block.enterprise, block.content, block.mayBeCopied);
          case "unknown":
            return writer.block(block.blockType, block.body);
          default:
            return expect.fail(`unexpected ${block.type}`);
        }
      });
      expect(again).to.deep.equal(blocks);
    });
  }

  it("numbers the interfaces of a further section from 0 again", () => {
    const { writer, start } = begun();
    const next = join(writer.section(), writer.interface({ linkType: LinkType.RAW }));
    const file = join(start, next, writer.packet(0, Uint8Array.of(1), 1, 2, 3));
    expect(read(file).frames.map(({ from }) => from.linkType)).to.deep.equal([LinkType.RAW]);
  });

  it("refuses what the format cannot hold", () => {
    const { writer } = begun();
    const frame = Uint8Array.of(1);
    const text = "text" as unknown as Uint8Array;
    const many = new Array<string>(6).fill("x".repeat(60_000));
    const wrong: readonly (readonly [string, () => unknown])[] = [
      ["byteOrder", () => new PcapngWriter({ byteOrder: "BIG" as "big" })],
      ["received", () => writer.interfaceStatistics(0, 0, 0, { received: 5 as unknown as bigint })],
      ["received", () => writer.interfaceStatistics(0, 0, 0, { received: -5n })],
      ["dropped", () => writer.interfaceStatistics(0, 0, 0, { dropped: 2n ** 64n })],
      ["linkType", () => writer.interface({ linkType: 65536 })],
      ["snapLength", () => writer.interface({ linkType: 1, snapLength: -1 })],
      ["interfaceIndex", () => writer.packet(1, frame, 1, 0, 0)],
      ["interfaceIndex", () => new PcapngWriter().packet(0, frame, 1, 0, 0)],
      ["frame.length", () => writer.packet(0, new Uint8Array(maximumCapturedLength + 1), 1, 0, 0)],
      ["originalLength", () => writer.packet(0, frame, 0, 0, 0)],
      ["seconds", () => writer.packet(0, frame, 1, latestSecond + 1, 0)],
      ["nanoseconds", () => writer.packet(0, frame, 1, 0, 1_000_000_000)],
      ["option.value.length", () => writer.packet(0, frame, 1, 0, 0, { comments: ["x".repeat(65536)] })],
      ["option.code", () => writer.packet(0, frame, 1, 0, 0, { options: [{ code: 65536, value: frame }] })],
      ["address.length", () => writer.nameResolution([{ address: frame, names: [] }])],
      ["enterprise", () => writer.custom(-1, frame)],
      ["secretsType", () => writer.decryptionSecrets(1.5, frame)],
      ["blockType", () => writer.block(-1, frame)],
      ["frame", () => writer.packet(0, text, 1, 0, 0)],
      ["option.value", () => writer.packet(0, frame, 1, 0, 0, { options: [{ code: 2, value: text }] })],
      ["address", () => writer.nameResolution([{ address: text, names: [] }])],
      ["secrets", () => writer.decryptionSecrets(1, text)],
      ["content", () => writer.custom(1, text)],
      ["body", () => writer.block(99, text)],
      ["block.length", () => new PcapngWriter({ comments: many }).section()],
      ["block.length", () => writer.interface({ linkType: 1, comments: many })],
      ["block.length", () => writer.block(99, new Uint8Array(maximumBlockLength))],
    ];
    for (const [argument, write] of wrong) {
      expect(write, argument).to.throw(CaptureArgumentError).that.includes({ argument });
    }
  });
});
