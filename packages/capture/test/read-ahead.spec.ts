// FileSource that reads ahead: the same frames as without, whatever becomes of the file meanwhile, and nothing written
// to memory that was given back.

import { appendFileSync, existsSync, readdirSync, readlinkSync, truncateSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { intakeChunk, intakeLanes, intakeLength, LinkType, PcapngWriter } from "@tsnids/pcap";
import type { FrameBatch } from "@tsnids/pcap";
import { CaptureError, FileSource, maximumReadAhead } from "@tsnids/capture";
import type { FileSourceOptions } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { capture, frame, udpPacket } from "@tsnids/testkit";
import { BackgroundReads, systemError } from "./background-reads.js";
import { expectedOf, manyLengths, pcapOf, read, summaryOf, temporaryDirectory } from "./sample.js";
import type { Summary } from "./sample.js";

const depths = [1, 2, maximumReadAhead];

function pcapngOf(lengths: readonly number[]): Uint8Array {
  const writer = new PcapngWriter();
  const head = [writer.section(), writer.interface({ linkType: LinkType.ETHERNET })];
  const packets = lengths.map((length, index) =>
    writer.packet(0, new Uint8Array(length).fill(index & 255), length, index, 0),
  );
  return Buffer.concat([...head, ...packets]);
}

/** Whether this process has the file open. */
function isOpen(path: string): boolean {
  return readdirSync("/proc/self/fd").some((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
    } catch {
      return false; // The descriptor of the directory itself, closed by now.
    }
  });
}

describe("FileSource that reads ahead", function () {
  this.timeout(30_000);

  const directory = temporaryDirectory();
  const reads = new BackgroundReads();
  const lengths = [...manyLengths(), ...manyLengths()];
  const large = pcapOf(lengths);
  let path = "";
  let expected: Summary = [];
  before(async () => {
    path = directory.write("large.pcap", large);
    expected = await expectedOf(large);
  });

  /** Frames and warnings of a file, or the code of its error. */
  async function reading(file: string, options: FileSourceOptions, intake?: Uint8Array): Promise<unknown> {
    const source = new FileSource(file, options);
    const summary: number[][] = [];
    let code = "";
    await read(source, summary, intake).catch((error: unknown) => {
      if (!(error instanceof CaptureError)) throw error;
      code = `${error.code} ${error.message}`;
    });
    return { summary, warnings: source.warnings, bytesRead: source.bytesRead, code };
  }

  /** That nothing is different when a file is read ahead. */
  async function makesNoDifference(bytes: Uint8Array, what: string): Promise<void> {
    const file = directory.write("same", bytes);
    const without = await reading(file, {});
    for (const readAhead of depths) {
      expect(await reading(file, { readAhead }), `${what}, ${readAhead} ahead`).to.deep.equal(without);
    }
  }

  for (const readAhead of depths) {
    it(`gives every frame of a file of many chunks, ${readAhead} ahead`, async () => {
      const source = new FileSource(path, { readAhead });
      expect(await summaryOf(source)).to.deep.equal(expected);
      expect(source.bytesRead).to.equal(large.length);
      expect(source.warnings).to.deep.equal([]);
      expect(await summaryOf(source)).to.deep.equal(expected);
    });

    it(`has ${readAhead} chunks under way, in order, and none twice`, async () => {
      await summaryOf(new FileSource(path, { readAhead }));
      const chunks = Math.ceil(large.length / intakeChunk);
      expect(reads.most).to.equal(readAhead);
      expect(reads.positions).to.deep.equal(
        Array.from({ length: chunks - 1 }, (_, index) => (index + 1) * intakeChunk),
      );
    });
  }

  it("reads nothing ahead unless it is told to, nor of a file of one chunk", async () => {
    await summaryOf(new FileSource(path));
    await summaryOf(new FileSource(directory.write("small.pcap", pcapOf([10, 20])), { readAhead: 3 }));
    await summaryOf(
      new FileSource(directory.write("one.pcap", pcapOf(manyLengths()).subarray(0, intakeChunk)), { readAhead: 3 }),
    );
    expect(reads.positions).to.deep.equal([]);
  });

  it("refuses what it cannot do, naming the option", () => {
    for (const readAhead of [-1, 0.5, maximumReadAhead + 1, NaN, Infinity]) {
      expect(() => new FileSource(path, { readAhead }))
        .to.throw(CaptureError, `FileSource: readAhead is ${readAhead}; it must be an integer from 0 to 3`)
        .with.property("code", "invalid-option");
    }
  });

  it("is not disturbed by where the chunks end: records, their headers, and the file", async () => {
    for (const [format, made, header, around] of [
      ["pcap", pcapOf, 24, 16],
      ["pcapng", pcapngOf, pcapngOf([]).length, 32],
    ] as const) {
      for (const beyond of [-33, -17, -16, -8, -1, 0, 1, 8, 16, 17, 33]) {
        // The fifth record ends `beyond` bytes behind the first chunk, which pcapng rounds up; the last one that much
        // behind the third.
        const whole = [250_000, 250_000, 250_000, 250_000];
        const rest = intakeChunk - header - 1_000_000 - 5 * around + beyond;
        const second = 2 * intakeChunk - 2_000_000 - 9 * around;
        const file = made([...whole, rest, ...whole, ...whole, second, 5, 0]);
        const end = Math.min(file.length, 3 * intakeChunk + beyond);
        await makesNoDifference(file, `${format} ${beyond}`);
        await makesNoDifference(file.subarray(0, end), `${format} ${beyond}, cut off`);
      }
    }
  });

  it("gives what there is of a file that is cut off, with the same warning, or error", async () => {
    for (const end of [
      0,
      3,
      23,
      24,
      1000,
      intakeChunk,
      intakeChunk + 1,
      2 * intakeChunk,
      5 * intakeChunk - 3,
      large.length - 1,
    ]) {
      await makesNoDifference(large.subarray(0, end), `${end} bytes`);
    }
  });

  it("gives all frames before damage, and the same error", async () => {
    const damaged = Uint8Array.from(large);
    let at = 24;
    for (const length of lengths.slice(0, 1500)) at += 16 + length;
    damaged.fill(0xff, at + 8, at + 12);
    await makesNoDifference(damaged, "an absurd record");
  });

  it("reads compressed captures as without it", async () => {
    await makesNoDifference(gzipSync(large, { level: 1 }), "gzip");
    expect(reads.positions).to.deep.equal([]);
  });

  it("uses the intake it is given, and reads as far ahead as that has room for", async () => {
    for (let lanes = 1; lanes <= intakeLanes; lanes++) {
      reads.most = 0;
      const buffer = new Uint8Array(100 + lanes * intakeLength + 100).fill(0xee);
      const intake = buffer.subarray(100, 100 + lanes * intakeLength);
      for await (const batch of new FileSource(path, { readAhead: 3 }).batches(intake))
        expect(batch.bytes).to.equal(intake);
      expect(reads.most, `${lanes} lanes`).to.equal(lanes - 1);
      expect([...buffer.subarray(0, 100), ...buffer.subarray(-100)].every((byte) => byte === 0xee)).to.equal(true);
      expect(await summaryOf(new FileSource(path, { readAhead: 3 }), intake)).to.deep.equal(expected);
      expect(await summaryOf(new FileSource(path, { readAhead: 1 }), intake)).to.deep.equal(expected);
    }
  });

  it("says how far it is, not how far it has read ahead", async () => {
    const source = new FileSource(path, { readAhead: 3 });
    let end = 24;
    for await (const { length, capturedLength } of source.batches()) {
      for (let index = 0; index < length; index++) end += 16 + capturedLength[index]!;
      expect(source.bytesRead)
        .to.be.at.least(end)
        .and.below(end + intakeChunk + 16 + 262144);
    }
    expect(source.bytesRead).to.equal(large.length);
  });

  it("goes on at the right place behind reads that were short", async () => {
    for (const readAhead of depths) {
      for (const short of [1, 24, 4096, intakeChunk / 2, intakeChunk - 1]) {
        reads.answer = (position) => (position === intakeChunk || position % 5 === 1 ? short : undefined);
        expect(await reading(path, { readAhead }), `${short}`).to.deep.equal(await reading(path, {}));
      }
    }
  });

  it("reads what is written to the file meanwhile, and nothing twice", async () => {
    for (const readAhead of depths) {
      const file = directory.write("growing.pcap", large.subarray(0, 2 * intakeChunk + 777));
      let written = 2 * intakeChunk + 777;
      const summary: number[][] = [];
      const source = new FileSource(file, { readAhead });
      const growing = {
        async *batches(): AsyncGenerator<FrameBatch> {
          for await (const batch of source.batches()) {
            const more = large.subarray(written, (written += 700_001));
            appendFileSync(file, more);
            yield batch;
          }
        },
      };
      await read(growing, summary);
      expect(summary).to.deep.equal(expected);
      expect(source.bytesRead).to.equal(large.length);
    }
  });

  it("gives what is left of a file that is cut off meanwhile", async () => {
    for (const readAhead of depths) {
      const file = directory.write("cut.pcap", large);
      const end = 2 * intakeChunk + 777;
      reads.answer = (position) => {
        if (position === 2 * intakeChunk) truncateSync(file, end);
        return undefined;
      };
      const source = new FileSource(file, { readAhead });
      expect(await summaryOf(source)).to.deep.equal(await expectedOf(large.subarray(0, end)));
      expect(source.bytesRead).to.equal(end);
      expect(source.warnings.map(({ code }) => code)).to.deep.equal(["cut-record"]);
    }
  });

  it("tells of a failing disk when it is that chunk's turn, with all frames before it", async () => {
    for (const readAhead of depths) {
      for (const failing of [1, 2, 3]) {
        reads.answer = (position) => (position >= failing * intakeChunk ? systemError("EIO") : undefined);
        const source = new FileSource(path, { readAhead });
        const summary: number[][] = [];
        const error: unknown = await read(source, summary).catch((thrown: unknown) => thrown);
        expect(error).to.be.an.instanceOf(CaptureError);
        expect(error).to.include({ code: "read-failed", message: `${path}: cannot be read (EIO)` });
        const before = await expectedOf(large.subarray(0, failing * intakeChunk));
        expect(summary, `${failing}`).to.deep.equal(before);
        expect(source.bytesRead).to.equal(failing * intakeChunk);
      }
    }
  });

  describe("ends, and then leaves memory and file alone,", () => {
    const canTell = existsSync("/proc/self/fd");

    /** That nothing is over while a read is under way, and afterwards everything. */
    async function endsWhenRead(intake: Uint8Array, ending: Promise<unknown>): Promise<void> {
      let isOver = false;
      const over = ending.then(() => (isOver = true));
      for (let turn = 0; turn < 10; turn++) await setImmediate();
      expect(isOver).to.equal(false);
      if (canTell) expect(isOpen(path)).to.equal(true);
      reads.release();
      await over;
      if (canTell) expect(isOpen(path)).to.equal(false);
      intake.fill(0xee);
      for (let turn = 0; turn < 10; turn++) await setImmediate();
      expect(intake.every((byte) => byte === 0xee)).to.equal(true);
    }

    it("when the consumer leaves early", async () => {
      const intake = new Uint8Array(intakeLanes * intakeLength);
      const batches = new FileSource(path, { readAhead: 3 }).batches(intake);
      reads.hold();
      expect((await batches.next()).done).to.equal(false);
      await endsWhenRead(intake, batches.return());
    });

    it("when it is stopped by its signal, even if the reads under way fail", async () => {
      for (const answer of [undefined, systemError("EIO")]) {
        const aborter = new AbortController();
        const intake = new Uint8Array(intakeLanes * intakeLength);
        const source = new FileSource(path, { readAhead: 3, signal: aborter.signal });
        reads.hold();
        reads.answer = () => answer;
        const summary: number[][] = [];
        const ending = read(source, summary, intake);
        while (summary.length === 0) await setImmediate();
        aborter.abort();
        await endsWhenRead(intake, ending);
        expect(summary).to.deep.equal(await expectedOf(large.subarray(0, intakeChunk)));
        expect(source.warnings).to.deep.equal([]);
      }
    });

    it("when a chunk is damaged", async () => {
      const damaged = Uint8Array.from(large);
      damaged.fill(0xff, 24 + 8, 24 + 12);
      const file = directory.write("damaged.pcap", damaged);
      const intake = new Uint8Array(intakeLanes * intakeLength);
      const code = await summaryOf(new FileSource(file, { readAhead: 3 }), intake).catch((error: unknown) => error);
      expect(code).to.include({ code: "absurd-record", offset: 24 });
      intake.fill(0xee);
      for (let turn = 0; turn < 10; turn++) await setImmediate();
      expect(intake.every((byte) => byte === 0xee)).to.equal(true);
    });
  });

  it("is read by one engine again and again, also while another source of it is not at its end", async () => {
    const numbers = Array.from({ length: 120 }, (_, index) => index);
    const datagrams = numbers.map((index) =>
      frame(udpPacket("10.0.0.1:1", "10.0.0.2:2", { data: new Uint8Array(40_000).fill(index) })),
    );
    const file = directory.write("udp.pcap", capture(datagrams).pcap());
    const nids = new Nids({ maxStreams: 10, checksums: "verify" });
    const heard: number[] = [];
    nids.registerUdp(({ data }) => {
      heard.push(data.every((byte) => byte === data[0]) ? data[0]! : -1);
    });
    const half = new FileSource(file, { readAhead: 3 });
    await nids.dispatch(half, 7);
    await nids.run(new FileSource(file, { readAhead: 3 }));
    await nids.run(half);
    await nids.run(new FileSource(file, { readAhead: 2 }));
    expect(heard).to.deep.equal([...numbers.slice(0, 7), ...numbers, ...numbers.slice(7), ...numbers]);
  });
});
