// The decoder of pcapng: all kinds of packets, sections and interfaces, any division into blocks, damaged files.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import fc from "fast-check";
import {
  CaptureFormatError,
  FrameBatch,
  intakeHeadroom,
  latestSecond,
  maximumCapturedLength,
  maximumInterfaces,
  PcapngDecoder,
} from "@tsnids/pcap";
import { ascii, Numbers, pad, read } from "./pcapng-sample.js";

const little = new Numbers(true);
const big = new Numbers(false);

const ethernet = { linkType: 1, snapLength: 96 };
const raw = { linkType: 101, snapLength: 0 };

/** Bytes of the heap without garbage, whose collection Node offers only where it is asked to. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** A section with two interfaces and a packet of each kind; the first interface counts microseconds. */
function sectionOf(numbers: Numbers): number[] {
  const { u16, u32 } = { u16: (n: number) => numbers.u16(n), u32: (n: number) => numbers.u32(n) };
  return [
    ...numbers.section(numbers.option(1, ascii("a comment"))),
    ...numbers.interface(1, 96),
    ...numbers.enhanced(0, 5_000_001n, [1, 2, 3], 1500),
    ...numbers.interface(101, 0, numbers.option(9, [9]), numbers.option(2, ascii("tun0"))),
    ...numbers.block(0x1234, [1, 2, 3, 4]),
    ...numbers.enhanced(1, 1_700_000_000_123_456_789n, [4]),
    ...numbers.block(2, [...u16(1), ...u16(7), ...numbers.time(6_000_000_000n), ...u32(2), ...u32(2), 5, 6]),
    ...numbers.block(3, [...u32(3), 7, 8, 9]),
  ];
}

const tunnel = { ...raw, name: "tun0" };
const framesOfSection = [
  { bytes: [1, 2, 3], originalLength: 1500, time: [5, 1000], from: ethernet },
  { bytes: [4], originalLength: 1, time: [1_700_000_000, 123_456_789], from: tunnel },
  { bytes: [5, 6], originalLength: 2, time: [6, 0], from: tunnel },
  { bytes: [7, 8, 9], originalLength: 3, time: [6, 0], from: ethernet },
];

/** Both byte orders, one after the other. */
const file = Uint8Array.from([...sectionOf(little), ...sectionOf(big)]);
const frames = [...framesOfSection, ...framesOfSection];

function errorOf(...parts: readonly (readonly number[])[]): CaptureFormatError {
  const { error } = read(Uint8Array.from(parts.flat()));
  if (!(error instanceof CaptureFormatError)) expect.fail(`expected a CaptureFormatError, not ${String(error)}`);
  return error;
}

describe("PcapngDecoder", () => {
  it("reads enhanced, simple and obsolete packets of all interfaces, in sections of either byte order", () => {
    const reading = read(file);
    expect(reading.error).to.equal(undefined);
    expect(reading.truncation).to.equal(undefined);
    expect(reading.frames).to.deep.equal(frames);
  });

  it("reads the same from blocks of every size and into batches of every capacity", () => {
    for (let step = 1; step <= file.length; step++) {
      const reading = read(file, step, (step % 5) + 1);
      expect(reading.frames, `blocks of ${step}`).to.deep.equal(frames);
      expect(reading.truncation, `blocks of ${step}`).to.equal(undefined);
    }
  });

  it("delivers what is whole of a file cut anywhere, and says where the rest begins", () => {
    const header = little.section(little.option(1, ascii("a comment"))).length;
    let seen = 0;
    for (let length = 1; length < file.length; length++) {
      const { frames: whole, truncation, error } = read(file.subarray(0, length));
      expect(error).to.equal(undefined);
      expect(whole).to.deep.equal(frames.slice(0, whole.length));
      expect(whole.length).to.be.at.least(seen);
      seen = whole.length;
      if (length < header) expect(truncation).to.include({ code: "cut-header", offset: 0 });
      else if (truncation !== undefined) {
        expect(truncation.code).to.equal("cut-record");
        expect(truncation.message).to.contain(
          `ends at byte ${length}, inside the block that begins at byte ${truncation.offset}`,
        );
        expect(read(file.subarray(0, truncation.offset)).truncation).to.equal(undefined);
      }
    }
  });

  it("reads times of every resolution and offset, as exactly as nanoseconds can", () => {
    const time = fc.record({
      resolution: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 128, max: 191 }), fc.nat(255)),
      offset: fc.bigInt({ min: -(1n << 33n), max: 1n << 33n }),
      stamps: fc.array(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(time, ({ resolution, offset, stamps }) => {
        const options = [little.option(9, [resolution]), little.option(14, little.u64(BigInt.asUintN(64, offset)))];
        const packets = stamps.flatMap((units) => little.enhanced(0, units, []));
        const found = read(Uint8Array.from([...little.section(), ...little.interface(1, 0, ...options), ...packets]));
        const perSecond = (resolution < 128 ? 10n : 2n) ** BigInt(resolution & 127);
        const expected = stamps.map((units) => {
          const seconds = units / perSecond + offset;
          if (seconds < 0n) return [0, 0];
          if (seconds > BigInt(latestSecond)) return [latestSecond, 999_999_999];
          return [Number(seconds), Number(((units % perSecond) * 1_000_000_000n) / perSecond)];
        });
        expect(found.frames.map((frame) => frame.time)).to.deep.equal(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("cuts simple packets by the snap length of interface 0", () => {
    const simple = little.block(3, [...little.u32(100), ...new Array<number>(96).fill(1)]);
    const [frame] = read(Uint8Array.from([...little.section(), ...little.interface(1, 95), ...simple])).frames;
    expect(frame?.bytes.length).to.equal(95);
    expect(frame?.originalLength).to.equal(100);
  });

  it("takes the link type meant where a DLT_ number was written", () => {
    const packet = little.enhanced(0, 0n, []);
    const [frame] = read(Uint8Array.from([...little.section(), ...little.interface(12, 0), ...packet])).frames;
    expect(frame?.from.linkType).to.equal(101);
  });

  it("keeps the first 256 characters of a name, and no memory for the rest", () => {
    const named = (name: string): Uint8Array =>
      Uint8Array.from(little.interface(1, 0, little.option(2, [...new TextEncoder().encode(name)])));
    const decoder = new PcapngDecoder();
    const batch = new FrameBatch(1);
    const section = Uint8Array.from(little.section());
    decoder.decode(section, 0, section.length, batch);
    const names = ["x".repeat(1000), "\u20ac".repeat(1000), `x${"\u20ac".repeat(1000)}`];
    for (const block of names.map(named)) decoder.decode(block, 0, block.length, batch);
    expect(decoder.interfaces.map(({ name }) => name)).to.deep.equal(names.map((name) => name.slice(0, 256)));
    const long = named("x".repeat(60_000));
    const before = heapInUse();
    for (let index = 0; index < 1000; index++) decoder.decode(long, 0, long.length, batch);
    expect(decoder.interfaces.length).to.equal(1003);
    expect(heapInUse() - before).to.be.lessThan(5_000_000);
  });

  it("mends original lengths that cannot be", () => {
    const packets = [little.enhanced(0, 0n, [1, 2], 1), little.enhanced(0, 0n, [1, 2], 0xffffffff)].flat();
    const { frames: found } = read(Uint8Array.from([...little.section(), ...little.interface(1, 0), ...packets]));
    expect(found.map(({ originalLength }) => originalLength)).to.deep.equal([2, 2]);
  });

  it("accepts a length that was not rounded up to a multiple of 4, as other readers do", () => {
    const fields = [...little.u32(0), ...little.time(0n), ...little.u32(3), ...little.u32(3)];
    const packet = [...little.u32(6), ...little.u32(35), ...fields, ...pad([1, 2, 3]), ...little.u32(35)];
    const { frames: found } = read(Uint8Array.from([...little.section(), ...little.interface(1, 0), ...packet]));
    expect(found.map(({ bytes }) => bytes)).to.deep.equal([[1, 2, 3]]);
  });

  describe("with blocks longer than what is held", () => {
    const start = [...little.section(), ...little.interface(1, 0)];
    const after = little.enhanced(0, 7_000_000n, [9]);

    it("passes over them, and says so to the listener", () => {
      const long = little.block(5000, new Array<number>(intakeHeadroom * 3).fill(1));
      const reading = read(Uint8Array.from([...start, ...long, ...after]), 100_000);
      expect(reading.frames.map(({ bytes }) => bytes)).to.deep.equal([[9]]);
      expect(reading.blocks).to.deep.include({ type: "skipped", blockType: 5000, length: long.length });
      expect(reading.mostHeld).to.be.at.most(intakeHeadroom);
    });

    it("keeps as much of a packet as a record can have", () => {
      const bytes = Array.from({ length: maximumCapturedLength + 100_001 }, (_, at) => at & 255);
      const simple = little.block(3, [...little.u32(bytes.length), ...bytes]);
      for (const packet of [little.enhanced(0, 7_000_000n, bytes), simple]) {
        const reading = read(Uint8Array.from([...start, ...packet, ...after]), 100_000);
        expect(reading.error).to.equal(undefined);
        expect(reading.frames.length).to.equal(2);
        expect(reading.frames[0]?.bytes).to.deep.equal(bytes.slice(0, maximumCapturedLength));
        expect(reading.frames[0]?.originalLength).to.equal(bytes.length);
        expect(reading.mostHeld).to.be.at.most(intakeHeadroom);
      }
    });

    it("refuses an interface among them: which frames are of which one would not be known any more", () => {
      const comments = new Array<number[]>(6).fill(little.option(1, new Array<number>(65_000).fill(0x78)));
      const long = little.interface(101, 0, ...comments);
      const reading = read(
        Uint8Array.from([...start, ...after, ...long, ...little.interface(0, 0), ...after]),
        100_000,
      );
      expect(reading.frames.length).to.equal(1);
      expect(reading.error).to.include({ code: "damaged-block", offset: start.length + after.length });
      expect(String(reading.error)).to.contain("an interface block announces a length of 390048 bytes; at most 327680");
    });

    it("says where one begins that the file ends in, or that ends otherwise than it began", () => {
      const long = Uint8Array.from([...start, ...little.block(5000, new Array<number>(intakeHeadroom * 2).fill(1))]);
      expect(read(long.subarray(0, -1), 100_000).truncation).to.include({ code: "cut-record", offset: start.length });
      long[long.length - 1] = 9;
      expect(read(long, 100_000).error).to.include({ code: "damaged-block", offset: start.length });
    });
  });

  describe("refuses", () => {
    const start = [...little.section(), ...little.interface(1, 0)];
    const good = little.enhanced(0, 0n, [1, 2, 3]);
    const changed = (at: number, value: number): number[] => good.map((byte, index) => (index === at ? value : byte));

    const refusals: readonly (readonly [string, readonly number[], RegExp])[] = [
      [
        "a length too small",
        [...little.u32(6), ...little.u32(8), 0, 0, 0, 0],
        /announces a length of 8 bytes; possible/,
      ],
      [
        "a length too large",
        [...little.u32(6), ...little.u32(0xfffffff0), 0, 0, 0, 0],
        /of 4294967280 bytes; possible/,
      ],
      ["lengths that differ", changed(good.length - 4, 99), /36 bytes at its beginning and 99 at its end/],
      ["a packet of no interface", changed(8, 7), /interface 7, which the section has not; it has 1/],
      ["a packet that does not fit", changed(20, 5), /of 36 bytes announces 5 captured ones/],
      ["a packet without fields", little.block(6, [0, 0, 0, 0]), /16 bytes has no room/],
      ["a simple packet without fields", little.block(3, []), /12 bytes has no room/],
      ["an interface without fields", little.block(1, [1, 0, 0, 0]), /into an interface block is longer/],
      ["an interface option too long", little.block(1, [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 9, 0]), /option 16 bytes into/],
      [
        "a section without its magic",
        little.block(0x0a0d0d0a, new Array<number>(16).fill(0)),
        /without its byte-order/,
      ],
    ];
    for (const [what, bytes, message] of refusals) {
      it(`${what}, after the frames before it`, () => {
        const whole = Uint8Array.from([...start, ...good, ...good, ...bytes, ...good]);
        const { frames: before, error } = read(whole);
        expect(before.length).to.equal(2);
        expect(error).to.be.instanceOf(CaptureFormatError);
        expect(error).to.include({ code: "damaged-block", offset: start.length + 2 * good.length });
        expect((error as CaptureFormatError).message).to.match(message);
      });
    }

    it("a section of another version", () => {
      const section = little.section();
      section[12] = 2;
      expect(errorOf(section)).to.include({ code: "unsupported-version", offset: 0 });
    });

    it("an option of a section too long", () => {
      const body = [...little.section().slice(8, 24), 2, 0, 99, 0];
      expect(errorOf(little.block(0x0a0d0d0a, body)).message).to.match(/option 24 bytes into a section header/);
    });

    it("a packet before the first section", () => {
      expect(errorOf(good).message).to.match(/before the first section header/);
    });

    it("more interfaces than the limit", () => {
      const one = Uint8Array.from(little.interface(1, 0));
      const section = little.section();
      const many = new Uint8Array(section.length + one.length * (maximumInterfaces + 1));
      many.set(section);
      for (let at = section.length; at < many.length; at += one.length) many.set(one, at);
      const { error } = read(many);
      expect(error).to.include({ code: "damaged-block", offset: many.length - one.length });
    });
  });

  it("throws nothing but CaptureFormatError, and ends, whatever is done to a file", () => {
    const change = fc.record({ at: fc.nat(file.length - 1), value: fc.nat(255) });
    const damage = fc.record({
      changes: fc.array(change, { maxLength: 6 }),
      length: fc.integer({ min: 0, max: file.length }),
      step: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(damage, ({ changes, length, step }) => {
        const bytes = file.slice(0, length);
        for (const { at, value } of changes) if (at < length) bytes[at] = value;
        const { error } = read(bytes, step, 3);
        if (error !== undefined) expect(error).to.be.instanceOf(CaptureFormatError);
      }),
      { numRuns: 3000 },
    );
  });
});
