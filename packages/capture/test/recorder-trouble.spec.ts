// Recordings that go wrong, and go on: a disk that is full for a while, frames that do not fit, files that are removed.
// What has its name in the end is whole.

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { FileSource, Recorder, RecordError, RecordingSource } from "@tsnids/capture";
import type { CaptureInterface, FrameSource } from "@tsnids/pcap";
import { expect } from "chai";
import { code, ethernet, frameOf, raw } from "./recording.js";
import { pcapOf, summaryOf, temporaryDirectory } from "./sample.js";
import { SmallDisk } from "./small-disk.js";

async function failureOf(source: FrameSource): Promise<unknown> {
  try {
    await summaryOf(source);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("Recorder in trouble", () => {
  const directory = temporaryDirectory();
  const seconds = async (path: string): Promise<(number | undefined)[]> =>
    (await summaryOf(new FileSource(path))).map(([, second]) => second);

  for (const format of ["pcap", "pcapng"] as const) {
    describe(`with a disk that is full for a while: ${format}`, () => {
      const disk = new SmallDisk();

      for (const [what, length, room] of [
        ["in the middle of many frames", 1000, 300_007],
        ["in the middle of a large frame", 262144, 700_001],
        ["before the first byte", 1000, 0],
      ] as const) {
        it(`has every frame once that it took, ${what}`, async () => {
          const path = directory.path(`full-${length}-${room}.${format}`);
          const recorder = new Recorder(path);
          disk.room = room;
          const taken: number[] = [];
          const refused: number[] = [];
          for (let second = 0; second < 700; second++) {
            if (second === 650) disk.room = Infinity;
            const result = code(() => recorder.write(frameOf(length, second)));
            (result === "none" ? taken : refused).push(second);
          }
          recorder.finish();
          expect(refused).to.include(649).and.not.include(650);
          expect(await seconds(path)).to.deep.equal(taken);
          expect(recorder.frames).to.equal(taken.length);
        });
      }

      it("does not give a file its name that cannot be written to its end", () => {
        const path = directory.path(`cut.${format}`);
        const recorder = new Recorder(path);
        recorder.write(frameOf(1000, 1));
        disk.room = 500;
        expect(code(() => recorder.finish())).to.equal("write-failed");
        expect([existsSync(path), existsSync(`${path}.part`)]).to.deep.equal([false, true]);
      });
    });

    it(`goes on after a frame that does not fit, were it the first: ${format}`, async () => {
      const long: CaptureInterface = { ...raw, linkType: ethernet.linkType, name: "x".repeat(70_000) };
      for (const before of [0, 1]) {
        const path = directory.path(`fits${before}.${format}`);
        const recorder = new Recorder(path);
        if (before > 0) recorder.write(frameOf(60, 1, { ...ethernet, name: "another" }));
        expect(code(() => recorder.write(frameOf(300_000, 2)))).to.equal("does-not-fit");
        if (format === "pcapng") expect(code(() => recorder.write(frameOf(60, 2, long)))).to.equal("does-not-fit");
        for (const second of [3, 4]) recorder.write(frameOf(60, second));
        recorder.finish();
        expect(await seconds(path)).to.deep.equal(before > 0 ? [1, 3, 4] : [3, 4]);
        expect(recorder.frames).to.equal(before + 2);
      }
    });
  }

  it("takes the first frame that fits for the one that says the link type of a pcap file", async () => {
    const path = directory.path("type.pcap");
    const recorder = new Recorder(path);
    expect(code(() => recorder.write(frameOf(300_000, 1, raw)))).to.equal("does-not-fit");
    recorder.write(frameOf(60, 2));
    recorder.finish();
    expect(await seconds(path)).to.deep.equal([2]);
  });

  it("tells a file that was removed while it was written from one that another recorder took", () => {
    for (const remove of ["the file", "the folder"]) {
      const folder = directory.path(`removed by ${remove}`);
      mkdirSync(folder);
      const recorder = new Recorder(`${folder}/out.pcap`);
      recorder.write(frameOf(60, 1));
      rmSync(remove === "the file" ? `${folder}/out.pcap.part` : folder, { recursive: true });
      expect(() => recorder.finish())
        .to.throw(RecordError, "out.pcap: its .part file was removed while it was written; the recording is lost")
        .with.property("code", "removed");
    }
  });

  it("does not take the place of a file that somebody put in that of its own", async () => {
    const path = directory.path("replaced.pcap");
    const recorder = new Recorder(path);
    rmSync(`${path}.part`);
    directory.write("replaced.pcap.part", pcapOf([60, 60]));
    expect(code(() => recorder.finish())).to.equal("taken-over");
    expect(await seconds(`${path}.part`)).to.have.length(2);
    expect(existsSync(path)).to.equal(false);
  });

  it("throws what its source throws, also where the file cannot be finished", async () => {
    const folder = directory.path("source");
    mkdirSync(folder);
    const source: FrameSource = {
      *batches() {
        yield frameOf(60, 1);
        rmSync(folder, { recursive: true });
        throw new Error("eth0: the device went down");
      },
    };
    const error = await failureOf(new RecordingSource(source, new Recorder(`${folder}/out.pcap`)));
    expect(error).to.have.property("message", "eth0: the device went down");
  });
});
