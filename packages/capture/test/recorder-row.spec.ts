// Recordings in rows of files: when a file is over, which are kept, and what is there of earlier recorders.

import { mkdirSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { ChainSource, FileSource, Recorder } from "@tsnids/capture";
import type { RecorderOptions } from "@tsnids/capture";
import type { FrameSource } from "@tsnids/pcap";
import { expect } from "chai";
import { batchOf, ethernet, frameOf } from "./recording.js";
import { pcapOf, summaryOf, temporaryDirectory } from "./sample.js";

describe("Recorder of a row of files", () => {
  const directory = temporaryDirectory();
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

  it("goes on with new files where the clock was set back, also a second time", () => {
    const recorder = new Recorder(directory.path("back.pcap"), { maximumSeconds: 10 });
    const counts: number[] = [];
    for (const second of [5000, 3000, 3009, 3010, 3019, 1000, 1009, 1010, 1011]) {
      recorder.write(frameOf(60, second));
      counts.push(recorder.files.length);
    }
    expect(counts).to.deep.equal([0, 0, 0, 1, 1, 1, 1, 2, 2]);
    recorder.finish();
  });

  it("begins no file for every frame where the clocks of two interfaces differ", () => {
    const recorder = new Recorder(directory.path("clocks.pcap"), { maximumSeconds: 10 });
    for (let second = 0; second < 100; second++) {
      for (const clock of [1000, 3000]) recorder.write(frameOf(60, clock + second));
    }
    recorder.finish();
    expect(recorder.files).to.have.length(11);
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
