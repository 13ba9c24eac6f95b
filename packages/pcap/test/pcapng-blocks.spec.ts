// What a pcapng file holds besides frames, as a listener is told.

import { expect } from "chai";
import { MemorySource } from "@tsnids/pcap";
import type { PcapngBlock } from "@tsnids/pcap";
import { ascii, Numbers, read } from "./pcapng-sample.js";

for (const numbers of [new Numbers(true), new Numbers(false)]) {
  const { little } = numbers;
  const option = (code: number, value: readonly number[]): number[] => numbers.option(code, value);
  const seen = (...parts: readonly (readonly number[])[]): readonly PcapngBlock[] => {
    const start = [...numbers.section(), ...numbers.interface(1, 0)];
    const reading = read(Uint8Array.from([start, ...parts].flat()));
    expect(reading.error).to.equal(undefined);
    return reading.blocks.slice(2);
  };
  const only = (...parts: readonly (readonly number[])[]): PcapngBlock => {
    const [block, ...others] = seen(...parts);
    expect(others).to.deep.equal([]);
    return block!;
  };
  const comment = { code: 1, value: Uint8Array.from(ascii("note")) };

  describe(`blocks of pcapng, ${little ? "little" : "big"}-endian`, () => {
    it("section: who wrote it", () => {
      const options = [
        option(1, ascii("one")),
        option(2, ascii("cpu")),
        option(3, ascii("os")),
        option(4, ascii("app")),
      ];
      const { blocks } = read(Uint8Array.from(numbers.section(...options, option(1, ascii("two")))));
      expect(blocks[0]).to.deep.include({
        type: "section",
        byteOrder: little ? "little" : "big",
        hardware: "cpu",
        system: "os",
        application: "app",
        comments: ["one", "two"],
      });
    });

    it("interface: its options", () => {
      const block = only(numbers.interface(1, 0, option(11, [0, 1]), option(1, ascii("note"))));
      expect(block).to.deep.equal({
        type: "interface",
        index: 1,
        comments: ["note"],
        options: [{ code: 11, value: Uint8Array.of(0, 1) }, comment],
      });
    });

    it("packet options: the comment and the number of the frame", () => {
      const fields = [...numbers.u32(0), ...numbers.time(0n), ...numbers.u32(3), ...numbers.u32(3), 1, 2, 3, 0];
      const commented = numbers.block(6, [...fields, ...numbers.options(option(1, ascii("note")))]);
      expect(only(numbers.enhanced(0, 0n, []), commented)).to.deep.equal({
        type: "packet-options",
        frame: 1,
        comments: ["note"],
        options: [comment],
      });
    });

    it("names of addresses of both families", () => {
      const four = option(1, [10, 0, 0, 1, ...ascii("a\0b.example\0")]);
      const six = option(2, [...new Array<number>(15).fill(0), 1, ...ascii("loop\0")]);
      const unknown = option(77, [1, 2]);
      const block = only(
        numbers.block(4, [...four, ...unknown, ...six, 0, 0, 0, 0, ...numbers.options(option(1, ascii("note")))]),
      );
      expect(block).to.deep.equal({
        type: "name-resolution",
        records: [
          { address: Uint8Array.of(10, 0, 0, 1), names: ["a", "b.example"] },
          { address: Uint8Array.from([...new Array<number>(15).fill(0), 1]), names: ["loop"] },
        ],
        comments: ["note"],
        options: [comment],
      });
    });

    it("interface statistics, with the time in the units of the interface", () => {
      const options = [option(4, numbers.u64(5n)), option(5, numbers.u64(1n << 40n))];
      const block = only(
        numbers.block(5, [...numbers.u32(0), ...numbers.time(2_500_000n), ...numbers.options(...options)]),
      );
      expect(block).to.deep.include({
        ...{ type: "interface-statistics", index: 0, seconds: 2, nanoseconds: 500_000_000 },
        ...{ received: 5n, dropped: 1n << 40n },
      });
    });

    it("decryption secrets", () => {
      const block = only(
        numbers.block(10, [...numbers.u32(0x544c534b), ...numbers.u32(5), ...ascii("KEY 1"), 0, 0, 0]),
      );
      const expected = {
        type: "decryption-secrets",
        secretsType: 0x544c534b,
        secrets: Uint8Array.from(ascii("KEY 1")),
      };
      expect(block).to.deep.equal({ ...expected, comments: [], options: [] });
    });

    it("custom blocks, and those of a type that is not known", () => {
      const custom = [...numbers.u32(32473), 1, 2, 3, 4];
      expect(only(numbers.block(0xbad, custom))).to.deep.equal({
        ...{ type: "custom", enterprise: 32473, mayBeCopied: true, content: Uint8Array.of(1, 2, 3, 4) },
      });
      expect(only(numbers.block(0x40000bad, custom))).to.include({ type: "custom", mayBeCopied: false });
      expect(only(numbers.block(99, [1, 2, 3, 4]))).to.deep.equal({
        ...{ type: "unknown", blockType: 99, body: Uint8Array.of(1, 2, 3, 4) },
      });
    });

    it("what does not fit into its block is skipped, and no damage to the frames", () => {
      const blocks = seen(
        numbers.block(5, [0, 0, 0, 0]),
        numbers.block(5, [...numbers.u32(9), ...numbers.time(0n)]),
        numbers.block(10, [...numbers.u32(1), ...numbers.u32(99)]),
        numbers.block(0xbad, []),
      );
      expect(blocks.map(({ type }) => type)).to.deep.equal(["skipped", "skipped", "skipped", "skipped"]);
    });

    it("are told by a source, too", () => {
      const told: string[] = [];
      const file = Uint8Array.from([...numbers.section(), ...numbers.interface(1, 0)]);
      const source = new MemorySource(file, { onBlock: ({ type }) => told.push(type) });
      expect([...source.batches()]).to.deep.equal([]);
      expect(told).to.deep.equal(["section", "interface"]);
    });
  });
}
