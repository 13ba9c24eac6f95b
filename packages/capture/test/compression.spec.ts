// FileSource with compressed captures: found by their first bytes, in several members, cut, damaged, and far larger
// inside than outside.

import { gzipSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { CaptureError, FileSource } from "@tsnids/capture";
import type { CaptureWarning } from "@tsnids/capture";
import * as files from "./compressed.js";
import { expectedOf, manyLengths, pcapOf, read, summaryOf, temporaryDirectory } from "./sample.js";

describe("FileSource and compressed captures", function () {
  this.timeout(30_000);

  const directory = temporaryDirectory();
  const large = pcapOf(manyLengths());
  const half = large.length >> 1;
  const compressions: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>])[] = [
    ["gzip", (bytes) => gzipSync(bytes, { level: 1 })],
    ["zstd", files.storedZstd],
    ["lz4", files.storedLz4],
  ];

  /** Writes a file under a name that says nothing, and reads it. */
  const contentOf = (bytes: Uint8Array): ReturnType<typeof summaryOf> =>
    summaryOf(new FileSource(directory.write("capture", bytes)));

  const ending = async (
    bytes: Uint8Array,
  ): Promise<{ frames: number[][]; warnings: readonly CaptureWarning[]; error: unknown }> => {
    const source = new FileSource(directory.write("capture", bytes));
    const frames: number[][] = [];
    let error: unknown;
    await read(source, frames).catch((thrown: unknown) => (error = thrown));
    return { frames, warnings: source.warnings, error };
  };

  for (const [name, made] of [
    ["zstd", files.byZstd],
    ["zstd --no-check", files.byZstdWithoutChecksum],
    ["lz4", files.byLz4],
    ["lz4 with linked blocks and checksums of each", files.byLz4WithLinkedBlocks],
  ] as const) {
    it(`reads what was made by ${name}`, async () => {
      expect(await contentOf(made)).to.deep.equal(await expectedOf(files.smallCapture));
    });

    it(`warns of what was made by ${name} and cut anywhere, or says that there is nothing in it`, async () => {
      const all = await expectedOf(files.smallCapture);
      for (let length = 4; length < made.length; length++) {
        const { frames, warnings, error } = await ending(made.subarray(0, length));
        expect(frames).to.deep.equal(all.slice(0, frames.length));
        if (error === undefined) expect(warnings.map(({ code }) => code)).to.deep.equal(["cut-compressed"]);
        else
          expect(error).to.be.instanceOf(CaptureError).that.has.property("code").that.is.oneOf(["empty", "cut-header"]);
      }
    });
  }

  for (const [name, compress] of compressions) {
    describe(name, () => {
      it("gives the same frames, whatever the size", async () => {
        expect(await contentOf(await compress(large))).to.deep.equal(await expectedOf(large));
      });

      it("counts what it read of the file, not what it decompressed", async () => {
        const bytes = await compress(large);
        const source = new FileSource(directory.write("capture", bytes));
        await summaryOf(source);
        expect(source.bytesRead).to.equal(bytes.length).and.equal(source.size);
      });

      it("reads several members as one capture", async () => {
        const members = [await compress(large.subarray(0, half)), await compress(large.subarray(half))];
        expect(await contentOf(Buffer.concat(members))).to.deep.equal(await expectedOf(large));
      });

      it("delivers what could be decompressed of a cut file, and warns once", async () => {
        const bytes = await compress(large);
        const cut = bytes.subarray(0, bytes.length >> 1);
        const { frames, warnings, error } = await ending(cut);
        expect(error).to.equal(undefined);
        expect(frames.length).to.be.greaterThan(100);
        expect(frames).to.deep.equal((await expectedOf(large)).slice(0, frames.length));
        const path = directory.path("capture");
        const what = `is compressed with ${name} and ends in the middle, after ${cut.length} bytes`;
        expect(warnings).to.deep.equal([
          { code: "cut-compressed", message: `${path}: ${what}`, capture: path, offset: cut.length },
        ]);
      });

      it("delivers what is before a wrong checksum, then names it", async () => {
        const bytes = Uint8Array.from(await compress(files.smallCapture));
        const at = name === "gzip" ? bytes.length - 8 : bytes.length - 1;
        bytes[at] = bytes[at]! ^ 1;
        const { frames, error } = await ending(bytes);
        expect(frames).to.deep.equal(await expectedOf(files.smallCapture));
        expect(error).to.be.instanceOf(CaptureError).that.includes({ code: "damaged-compression" });
        expect(String(error)).to.contain(`capture: is compressed with ${name}, which is damaged: `);
      });

      it("says that an error is inside", async () => {
        const { error } = await ending(await compress(Buffer.from("hello, world")));
        expect(error).to.include({ code: "unknown-format", offset: 0 });
        expect(String(error)).to.contain("capture: decompressed, at byte 0: ");
        const cut = await ending(await compress(large.subarray(0, -1)));
        expect(cut.warnings[0]).to.include({ code: "cut-record" });
        expect(cut.warnings[0]?.message).to.contain("capture: decompressed, the capture ends");
      });

      it("does not unpack twice", async () => {
        const { error } = await ending(await compress(await compress(large)));
        expect(error).to.include({ code: "unsupported-format" });
      });

      it("ends, with a CaptureError or well, whatever is done to a file", async () => {
        const bytes = await compress(files.smallCapture);
        const change = fc.record({ at: fc.integer({ min: 4, max: bytes.length - 1 }), value: fc.nat(255) });
        await fc.assert(
          fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.nat(bytes.length), async (changes, length) => {
            const damaged = Uint8Array.from(bytes);
            for (const { at, value } of changes) damaged[at] = value;
            const { error } = await ending(damaged.subarray(0, length));
            if (error !== undefined) expect(error).to.be.instanceOf(CaptureError);
          }),
          { numRuns: 200 },
        );
      });
    });
  }

  for (const [where, block, lost] of [
    ["near the beginning, to the last whole frame", 2, 0],
    ["farther on, but for what zlib had in hand", 20, 64 * 1024],
  ] as const) {
    it(`delivers what is before damage to gzip ${where}`, async () => {
      // Stored blocks: type, length, bytes. One of them gets a type that does not exist.
      const recordLength = 116;
      const file = pcapOf(new Array<number>(20_000).fill(recordLength - 16));
      const bytes = gzipSync(file, { level: 0 });
      let [at, before] = [10, 0];
      for (let skipped = 0; skipped < block; skipped++) {
        before += bytes.readUInt16LE(at + 1);
        at += 5 + bytes.readUInt16LE(at + 1);
      }
      bytes[at] = 7;
      const { frames, error } = await ending(bytes);
      expect(error).to.include({ code: "damaged-compression" });
      const whole = Math.floor((before - 24) / recordLength);
      expect(frames.length).to.be.within(whole - Math.ceil((lost + 64) / recordLength), whole);
    });
  }

  it("takes zeros behind a gzip for padding, and names what comes behind them", async () => {
    const all = await expectedOf(files.smallCapture);
    const member = gzipSync(files.smallCapture);
    for (const zeros of [1, 512, 200_000]) {
      const padded = Buffer.concat([member, new Uint8Array(zeros)]);
      expect(await ending(padded)).to.deep.equal({ frames: all, warnings: [], error: undefined });
      for (const last of [Buffer.from("x"), member]) {
        const { frames, error } = await ending(Buffer.concat([padded, last]));
        expect(frames).to.deep.equal(all);
        expect(error).to.include({ code: "damaged-compression" });
        expect(String(error)).to.match(/which is damaged: something comes behind the padding$/);
      }
    }
  });

  it("delivers all of a gzip of any size, then names what comes behind it and is none", async () => {
    const member = gzipSync(large, { level: 0 });
    expect(member.length).to.be.greaterThan(400_000); // More than is kept to be done again.
    for (const behind of ["garbage", "\x1f", "\x1f\x8b\x08", "\x1f\x8b\x07\0\0\0\0\0\0\0"]) {
      const { frames, error, warnings } = await ending(Buffer.concat([member, Buffer.from(behind, "latin1")]));
      expect(frames).to.deep.equal(await expectedOf(large));
      const isCut = behind.length < 4;
      expect([(error as CaptureError | undefined)?.code, warnings[0]?.code], behind).to.deep.equal(
        isCut ? [undefined, "cut-compressed"] : ["damaged-compression", undefined],
      );
    }
  });

  it("passes over everything that the header of a gzip may have", async () => {
    const member = gzipSync(files.smallCapture);
    const extra = Buffer.concat([Uint8Array.of(200, 0), new Uint8Array(200).fill(1)]);
    const texts = Buffer.from("web.pcap\0a comment\0", "latin1");
    const full = Buffer.concat([member.subarray(0, 10), extra, texts, Uint8Array.of(0, 0), member.subarray(10)]);
    full[3] = 0x1f;
    expect(await contentOf(full)).to.deep.equal(await expectedOf(files.smallCapture));
    expect(String((await ending(full.map((byte, at) => (at === 3 ? 0x20 : byte)))).error)).to.contain("header flags");
  });

  it("leaves out frames of other data, between those of zstd and of lz4", async () => {
    for (const made of [files.byZstd, files.byLz4]) {
      const bytes = Buffer.concat([made, files.skippableFrame(100_000), files.skippableFrame(0)]);
      expect(await contentOf(bytes)).to.deep.equal(await expectedOf(files.smallCapture));
    }
  });

  it("reads what begins with a frame of other data, as pzstd has it", async () => {
    const bytes = Buffer.concat([files.skippableFrame(4), files.byZstd]);
    expect(await contentOf(bytes)).to.deep.equal(await expectedOf(files.smallCapture));
  });

  for (const [what, made, empty] of [
    ["zstd", files.byZstd, files.emptyZstd],
    ["lz4", files.byLz4, files.emptyLz4],
    ["other data", files.byLz4, files.skippableFrame(0)],
  ] as const) {
    it(`is called off between frames of ${what} in which there is nothing`, async () => {
      const bytes = Buffer.concat([made, ...new Array<Uint8Array>(2000).fill(empty), Buffer.from("hello")]);
      const stop = new AbortController();
      const source = new FileSource(directory.write("capture", bytes), { signal: stop.signal });
      let frames = 0;
      // The end of the file would be an error.
      for await (const batch of source.batches()) {
        frames += batch.length;
        setImmediate(() => stop.abort());
      }
      expect(frames).to.be.greaterThan(0);
    });
  }

  it("names what comes behind a frame and is none", async () => {
    for (const made of [files.byZstd, files.byLz4]) {
      const { frames, error } = await ending(Buffer.concat([made, Buffer.from("hello")]));
      expect(frames).to.deep.equal(await expectedOf(files.smallCapture));
      expect(error).to.include({ code: "damaged-compression" });
    }
  });

  it("refuses a window of zstd larger than the limit, and a dictionary", async () => {
    const frame = (...header: readonly number[]): Uint8Array =>
      Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...header, 1, 0, 0]);
    expect(String((await ending(frame(0, 21 << 3))).error)).to.contain("needs 2147483648 bytes of memory");
    expect(String((await ending(frame(1, 0, 5))).error)).to.contain("needs a dictionary");
  });

  it("takes no memory for what is a thousand times larger inside", async () => {
    const records = Buffer.concat(Array.from({ length: 50 }, () => pcapOf([262144]).subarray(24)));
    const member = gzipSync(records, { level: 9 });
    const bomb = Buffer.concat([gzipSync(pcapOf([])), ...Array.from({ length: 40 }, () => member)]);
    const source = new FileSource(directory.write("capture", bomb));
    const before = process.memoryUsage().rss;
    let [frames, most] = [0, 0];
    for await (const batch of source.batches()) {
      frames += batch.length;
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(frames).to.equal(2000); // 524 MB
    expect(bomb.length).to.be.lessThan(1_000_000);
    expect(most).to.be.lessThan(150_000_000);
  });
});
