// Recordings that go wrong, and go on: a disk that is full for a while, frames that do not fit.
// What has its name in the end is whole.

import { existsSync } from "node:fs";
import { FileSource, Recorder } from "@tsnids/capture";
import type { CaptureInterface } from "@tsnids/pcap";
import { expect } from "chai";
import { code, ethernet, frameOf, raw } from "./recording.js";
import { summaryOf, temporaryDirectory } from "./sample.js";
import { SmallDisk } from "./small-disk.js";

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
});
