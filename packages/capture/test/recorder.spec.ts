// Recorded captures are read back: frames, times and interfaces are those that were given; unfinished files.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { FileSource, Recorder, RecordingSource } from "@tsnids/capture";
import { detectFormat, FrameBatch, MemorySource } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";
import { expect } from "chai";
import { batchOf, code, ethernet, raw } from "./recording.js";
import { pcapOf, summaryOf, temporaryDirectory } from "./sample.js";

describe("Recorder", () => {
  const directory = temporaryDirectory();
  const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

  for (const [name, format] of [
    ["out.pcap", "pcap"],
    ["out.CAP", "pcap"],
    ["out.pcapng", "pcapng"],
    ["out", "pcapng"],
  ] as const) {
    it(`writes ${name} as ${format}, all frames as they were`, async () => {
      const source = new MemorySource(pcapOf([60, 0, 1500, 262144, 1]));
      const path = directory.path(name);
      const recorder = new Recorder(path);
      const recorded = await summaryOf(new RecordingSource(source, recorder));
      expect(detectFormat(bytesOf(path))?.name).to.equal(format);
      expect(recorded).to.deep.equal(await summaryOf(source));
      expect(await summaryOf(new FileSource(path))).to.deep.equal(recorded);
      expect(recorder.frames).to.equal(5);
      expect(recorder.files).to.deep.equal([path]);
    });
  }

  it("finishes a file whose time is over while nothing is captured, and has others see what there is", () => {
    const path = directory.path("silent.pcap");
    const recorder = new Recorder(path, { maximumSeconds: 10 });
    recorder.write(batchOf([ethernet], [[0, 1000e9]]));
    const silence = new FrameBatch(1);
    silence.beSilent(1009);
    recorder.write(silence);
    expect(recorder.files).to.deep.equal([]);
    expect(bytesOf(directory.path("silent-00001.pcap.part")).length).to.be.greaterThan(100);
    silence.beSilent(1010);
    recorder.write(silence);
    expect(recorder.files).to.deep.equal([directory.path("silent-00001.pcap")]);
    recorder.finish();
    expect(recorder.files).to.have.length(1);
  });

  it("leaves no file behind of a source that fails before its first frame, and what there is of others", async () => {
    for (const frames of [0, 2]) {
      const path = directory.path(`failed${frames}.pcapng`);
      const source: FrameSource = {
        *batches() {
          if (frames > 0) yield* new MemorySource(pcapOf([60, 60])).batches();
          throw new Error("no such device");
        },
      };
      let error: unknown;
      try {
        await summaryOf(new RecordingSource(source, new Recorder(path)));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.have.property("message", "no such device");
      expect([existsSync(path), existsSync(`${path}.part`)]).to.deep.equal([frames > 0, false]);
    }
  });

  it("keeps nanoseconds and lengths in both formats", () => {
    for (const name of ["exact.pcap", "exact.pcapng"]) {
      const recorder = new Recorder(directory.path(name));
      recorder.write(batchOf([ethernet], [[0, 1_700_000_123_456_789]]));
      recorder.finish();
      for (const batch of new MemorySource(bytesOf(directory.path(name))).batches()) {
        expect(batch.nanoseconds[0]).to.equal(123_456_789);
        expect(batch.originalLength[0]).to.equal(1500);
      }
    }
  });

  it("describes each interface of a pcapng file once, in order of appearance, from whatever list it comes", () => {
    const path = directory.path("interfaces.pcapng");
    const recorder = new Recorder(path);
    recorder.write(
      batchOf(
        [ethernet, raw],
        [
          [1, 1],
          [0, 2],
        ],
      ),
    );
    recorder.write(batchOf([{ ...ethernet }], [[0, 3]]));
    recorder.finish();
    const source = new MemorySource(bytesOf(path));
    const indexes: number[] = [];
    for (const { interfaceIndex, length } of source.batches()) indexes.push(...interfaceIndex.subarray(0, length));
    expect(indexes).to.deep.equal([0, 1, 1]);
    expect(source.interfaces).to.deep.equal([raw, ethernet]);
  });

  it("refuses a second link type in pcap, and keeps what was before it", async () => {
    const path = directory.path("two.pcap");
    const recorder = new Recorder(path);
    expect(
      code(() =>
        recorder.write(
          batchOf(
            [ethernet, raw],
            [
              [0, 1],
              [1, 2],
            ],
          ),
        ),
      ),
    ).to.equal("several-link-types");
    recorder.finish();
    expect(await summaryOf(new FileSource(path))).to.have.length(1);
  });

  it("refuses a time that the format cannot hold", () => {
    const batch = batchOf([ethernet], [[0, 0]]);
    batch.seconds[0] = 2 ** 33;
    expect(code(() => new Recorder(directory.path("late.pcap")).write(batch))).to.equal("does-not-fit");
  });

  it("leaves a capture without frames where there were none", async () => {
    for (const name of ["empty.pcap", "empty.pcapng"]) {
      const recorder = new Recorder(directory.path(name));
      recorder.finish();
      expect(await summaryOf(new FileSource(directory.path(name)))).to.deep.equal([]);
      const source = new MemorySource(bytesOf(directory.path(name)));
      expect([...source.batches()]).to.deep.equal([]);
      expect(source.interfaces.map(({ linkType }) => linkType)).to.deep.equal([ethernet.linkType]);
    }
  });

  it("has the file under its name only when it is whole", async () => {
    const path = directory.path("atomic.pcap");
    const recorder = new Recorder(path);
    recorder.write(batchOf([ethernet], [[0, 1]]));
    expect([existsSync(path), existsSync(`${path}.part`)]).to.deep.equal([false, true]);
    recorder.flush();
    expect(await summaryOf(new FileSource(`${path}.part`))).to.have.length(1);
    recorder.finish();
    recorder.finish();
    expect([existsSync(path), existsSync(`${path}.part`)]).to.deep.equal([true, false]);
    expect(code(() => recorder.write(batchOf([ethernet], [[0, 1]])))).to.equal("finished");
  });

  it("replaces a file only when it is told to, and what was left unfinished with it", async () => {
    const path = directory.write("there.pcap", pcapOf([1, 2, 3]));
    directory.write("there.pcap.part", pcapOf([1, 2]));
    expect(code(() => new Recorder(path))).to.equal("exists");
    const recorder = new Recorder(path, { overwrites: true });
    expect(await summaryOf(new FileSource(path))).to.have.length(3);
    recorder.finish();
    expect(await summaryOf(new FileSource(path))).to.have.length(0);
  });

  it("gives a file that replaces another one its permissions", () => {
    for (const permissions of [0o600, 0o664]) {
      const path = directory.write(`mode${permissions}.pcap`, pcapOf([1]));
      chmodSync(path, permissions);
      const recorder = new Recorder(path, { overwrites: true });
      expect(statSync(`${path}.part`).mode & 0o777).to.equal(permissions);
      recorder.finish();
      expect(statSync(path).mode & 0o777).to.equal(permissions);
    }
  });

  it("replaces nothing that is no regular file, whatever it is told, and leaves nothing behind", () => {
    execFileSync("mkfifo", [directory.path("fifo")]);
    mkdirSync(directory.path("folder"));
    for (const name of ["fifo", "folder"]) {
      for (const overwrites of [false, true]) {
        expect(code(() => new Recorder(directory.path(name), { overwrites }))).to.equal("not-a-file");
      }
      expect(existsSync(directory.path(`${name}.part`))).to.equal(false);
    }
    mkdirSync(directory.path("taken.pcap.part"));
    expect(code(() => new Recorder(directory.path("taken.pcap")))).to.equal("not-a-file");
  });

  it("replaces the file that a link leads to, and not the link", async () => {
    mkdirSync(directory.path("elsewhere"));
    const target = directory.write("elsewhere/target.pcap", pcapOf([1, 2, 3]));
    const link = directory.path("link.pcap");
    symlinkSync(target, link);
    expect(code(() => new Recorder(link))).to.equal("exists");
    const recorder = new Recorder(link, { overwrites: true });
    recorder.finish();
    expect(lstatSync(link).isSymbolicLink()).to.equal(true);
    expect(await summaryOf(new FileSource(target))).to.deep.equal([]);
    const [next, ahead] = [directory.path("next.pcap"), directory.path("ahead.pcap")];
    symlinkSync("elsewhere/new.pcap", next);
    symlinkSync("next.pcap", ahead);
    new Recorder(ahead).finish();
    expect([next, ahead].map((name) => lstatSync(name).isSymbolicLink())).to.deep.equal([true, true]);
    expect(await summaryOf(new FileSource(directory.path("elsewhere/new.pcap")))).to.deep.equal([]);
  });

  it("finishes the file when the source fails, is given up, or called off", async () => {
    const failing = directory.write("damaged.pcap", Buffer.concat([pcapOf([5]), new Uint8Array(16).fill(255)]));
    const path = directory.path("failed.pcap");
    const recording = new RecordingSource(new FileSource(failing), new Recorder(path));
    const error = await summaryOf(recording).catch((thrown: unknown) => thrown);
    expect(error).to.have.property("code", "absurd-record");
    expect(await summaryOf(new FileSource(path))).to.have.length(1);

    const stop = new AbortController();
    const whole = directory.write("many.pcap", pcapOf(new Array<number>(3000).fill(60)));
    const given = new FileSource(whole, { signal: stop.signal });
    const cut = directory.path("cut.pcap");
    for await (const batch of new RecordingSource(given, new Recorder(cut)).batches()) {
      expect(batch.length).to.be.lessThan(3000);
      stop.abort();
    }
    expect(await summaryOf(new FileSource(cut))).to.have.length(2048);
  });

  it("refuses options and folders that make no sense", () => {
    const path = directory.path("x.pcap");
    for (const value of [0, -1, 1.5, NaN, Infinity]) {
      expect(code(() => new Recorder(path, { maximumBytes: value }))).to.equal("invalid-option");
    }
    expect(code(() => new Recorder(path, { maximumFiles: 3 }))).to.equal("invalid-option");
    expect(code(() => new Recorder(path, { format: "pcpa" as "pcap" }))).to.equal("invalid-option");
    for (const missing of ["", undefined as unknown as string]) {
      expect(code(() => new Recorder(missing))).to.equal("invalid-option");
    }
    expect(code(() => new Recorder(directory.path("no/x.pcap")))).to.equal("not-found");
    expect(code(() => new Recorder(directory.path("no/x.pcap"), { maximumBytes: 9 }))).to.equal("not-found");
    expect(existsSync(`${path}.part`)).to.equal(false);
  });
});
