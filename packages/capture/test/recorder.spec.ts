// Recorded captures are read back: frames, times and interfaces are those that were given; rows of files; unfinished files.

import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename } from "node:path";
import { ChainSource, FileSource, Recorder, RecordError, RecordingSource } from "@tsnids/capture";
import type { RecorderOptions } from "@tsnids/capture";
import { detectFormat, FrameBatch, LinkType, MemorySource } from "@tsnids/pcap";
import type { CaptureInterface, FrameSource } from "@tsnids/pcap";
import { expect } from "chai";
import { pcapOf, summaryOf, temporaryDirectory } from "./sample.js";

/** A batch of frames of 100 bytes, each with an interface and a time in nanoseconds. */
function batchOf(interfaces: readonly CaptureInterface[], frames: readonly (readonly [number, number])[]): FrameBatch {
  const batch = new FrameBatch(Math.max(1, frames.length));
  batch.bytes = Uint8Array.from({ length: 400 }, (_, index) => index);
  batch.interfaces = interfaces;
  for (const [index, nanoseconds] of frames) {
    batch.push(50 + batch.length, 100, 1500, Math.floor(nanoseconds / 1e9), nanoseconds % 1e9, index);
  }
  return batch;
}

const ethernet: CaptureInterface = { linkType: LinkType.ETHERNET, snapLength: 65535, name: "eth0" };
const raw: CaptureInterface = { linkType: LinkType.RAW, snapLength: 0, description: "a tunnel" };

describe("Recorder", () => {
  const directory = temporaryDirectory();
  const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

  function code(action: () => void): string {
    try {
      action();
    } catch (error) {
      if (error instanceof RecordError) return error.code;
      throw error;
    }
    return "none";
  }

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

  it("replaces a file only when it is told to, and what was left unfinished in any case", async () => {
    const path = directory.write("there.pcap", pcapOf([1, 2, 3]));
    directory.write("there.pcap.part", pcapOf([1, 2]));
    expect(code(() => new Recorder(path))).to.equal("exists");
    const recorder = new Recorder(path, { overwrites: true });
    expect(await summaryOf(new FileSource(path))).to.have.length(3);
    recorder.finish();
    expect(await summaryOf(new FileSource(path))).to.have.length(0);
  });

  it("leaves the name to whoever came last where two record under it, and tells the other", async () => {
    const path = directory.path("shared.pcap");
    const [first, second, third] = [0, 1, 2].map((frames) => {
      const recorder = new Recorder(path);
      recorder.write(
        batchOf(
          [ethernet],
          Array.from({ length: frames }, (_, second) => [0, second]),
        ),
      );
      recorder.flush();
      return recorder;
    });
    first?.abandon();
    expect(code(() => second?.finish())).to.equal("taken-over");
    third?.finish();
    expect(await summaryOf(new FileSource(path))).to.have.length(2);
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

  describe("in a row of files", () => {
    let row = 0;
    const frames = batchOf(
      [ethernet],
      Array.from({ length: 10 }, (_, index) => [0, index * 1e9] as const),
    );

    /** Names and numbers of frames of the files of a recorder. */
    async function record(options: RecorderOptions, batch = frames, name = `row${row++}.pcap`): Promise<string[]> {
      const recorder = new Recorder(directory.path(name), options);
      recorder.write(batch);
      recorder.finish();
      const counts = await Promise.all(
        recorder.files.map(async (file) => (await summaryOf(new FileSource(file))).length),
      );
      return recorder.files.map((file, index) => `${basename(file)} ${counts[index]}`);
    }

    it("begins a new file after so many bytes", async () => {
      expect(await record({ maximumBytes: 24 + 4 * 116 }, frames, "size.pcap")).to.deep.equal([
        "size-00001.pcap 4",
        "size-00002.pcap 4",
        "size-00003.pcap 2",
      ]);
    });

    it("begins a new file after so many seconds of packet time", async () => {
      expect(await record({ maximumSeconds: 3 }, frames, "time.pcapng")).to.deep.equal([
        ...["time-00001.pcapng 3", "time-00002.pcapng 3", "time-00003.pcapng 3", "time-00004.pcapng 1"],
      ]);
    });

    it("counts whole seconds from the first frame of a file", async () => {
      const batch = batchOf(
        [ethernet],
        [
          [0, 0.9e9],
          [0, 1.8e9],
          [0, 1.9e9],
          [0, 2.8e9],
        ],
      );
      expect(await record({ maximumSeconds: 1 }, batch, "exact.pcapng")).to.deep.equal([
        ...["exact-00001.pcapng 2", "exact-00002.pcapng 2"],
      ]);
    });

    it("keeps so many files and deletes the oldest", async () => {
      const files = await record({ maximumSeconds: 3, maximumFiles: 2 }, frames, "ring.pcap");
      expect(files).to.deep.equal(["ring-00003.pcap 3", "ring-00004.pcap 1"]);
      expect(readdirSync(directory.path("")).filter((name) => name.startsWith("ring"))).to.have.length(2);
    });

    it("counts the files of earlier recorders among those it keeps, and only those of its row", async () => {
      const others = ["kept-00001.pcapng", "kept-20261121.pcap", "kept-x.pcap", "kepts-00001.pcap"];
      for (const name of others) directory.write(name, pcapOf([1]));
      mkdirSync(directory.path("ring2-00001.pcap"));
      for (let runs = 0; runs < 3; runs++) {
        const files = await record({ maximumSeconds: 3, maximumFiles: 2 }, frames, "ring2.pcap");
        expect(files.map((file) => file.split(" ")[1])).to.deep.equal(["3", "1"]);
      }
      const names = readdirSync(directory.path(""));
      const left = names.filter((name) => name.startsWith("ring2"));
      expect(left).to.deep.equal(["ring2-00001.pcap", "ring2-00012.pcap", "ring2-00013.pcap"]);
      await record({ maximumSeconds: 3, maximumFiles: 1 }, frames, "kept.pcap");
      expect(readdirSync(directory.path(""))).to.include.members(others);
    });

    it("goes on with the numbers of an earlier recorder, and is whole read one file after the other", async () => {
      const first = await record({ maximumSeconds: 5 }, frames, "again.pcap");
      const second = await record({ maximumSeconds: 5 }, frames, "again.pcap");
      expect([...first, ...second]).to.deep.equal([1, 2, 3, 4].map((number) => `again-0000${number}.pcap 5`));
      const paths = [1, 2].map((number) => new FileSource(directory.path(`again-0000${number}.pcap`)));
      const given: FrameSource = { batches: () => [frames] };
      expect(await summaryOf(new ChainSource(paths))).to.deep.equal(await summaryOf(given));
    });

    it("has no file where there was no frame", async () => {
      expect(await record({ maximumBytes: 1000 }, batchOf([], []))).to.deep.equal([]);
    });
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
