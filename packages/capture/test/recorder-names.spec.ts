// Whose a name is: nothing that was captured goes because somebody records under the same name, neither what another
// recorder writes just now nor what one has left that was killed.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { FileSource, Recorder, RecordError } from "@tsnids/capture";
import type { RecorderOptions } from "@tsnids/capture";
import { expect } from "chai";
import { code, frameOf } from "./recording.js";
import { pcapOf, summaryOf, temporaryDirectory } from "./sample.js";

/** A program that records two frames, in files of their own where it is a row, and dies. */
const dying = `
  import { MemorySource } from "@tsnids/pcap";
  import { Recorder } from "@tsnids/capture";
  const [path, options, pcap] = process.argv.slice(1);
  const recorder = new Recorder(path, JSON.parse(options));
  for (const batch of new MemorySource(Buffer.from(pcap, "base64")).batches()) recorder.write(batch);
  recorder.flush();
  process.kill(process.pid, "SIGKILL");`;

describe("Recorder and others of its name", () => {
  const directory = temporaryDirectory();

  function leaveBehind(path: string, options: RecorderOptions = {}): void {
    const pcap = Buffer.from(pcapOf([60, 70])).toString("base64");
    const args = ["--input-type=module", "-e", dying, path, JSON.stringify(options), pcap];
    const { signal, stderr } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" });
    expect([signal, stderr]).to.deep.equal(["SIGKILL", ""]);
  }

  const namesLike = (path: string): readonly string[] =>
    readdirSync(dirname(path)).filter((name) => name.includes(basename(path, ".pcap")));

  for (const [what, options] of [
    ["one file", {}],
    ["a row", { maximumBytes: 1000 }],
  ] as const) {
    it(`is refused as long as another one is at work: ${what}`, async () => {
      const path = directory.path(`${what}.pcap`);
      symlinkSync(`${what}.pcap`, directory.path(`link to ${what}.pcap`));
      const names = what === "a row" ? [path] : [path, directory.path(`link to ${what}.pcap`)];
      for (const end of ["abandon", "finish"] as const) {
        const first = new Recorder(path, { ...options, overwrites: true });
        first.write(frameOf(60, 1));
        for (const name of names) {
          for (const overwrites of [false, true]) {
            expect(() => new Recorder(name, { ...options, overwrites }))
              .to.throw(RecordError, `process ${process.pid} records under this name`)
              .with.property("code", "in-use");
          }
        }
        first[end]();
        expect(await summaryOf(new FileSource(first.files[0]!))).to.have.length(1);
        const next = new Recorder(path, { ...options, overwrites: true });
        first.abandon(); // Once more: the name is not its own any longer.
        expect(code(() => new Recorder(path, { ...options, overwrites: true }))).to.equal("in-use");
        next.abandon();
      }
      expect(namesLike(path).filter((name) => name.startsWith("."))).to.deep.equal([]);
    });
  }

  it("is refused where it cannot be told who records under the name", () => {
    const path = directory.path("whose.pcap");
    mkdirSync(directory.path(".whose.pcap.pid"));
    expect(() => new Recorder(path, { overwrites: true }))
      .to.throw(RecordError, /whose\.pcap: somebody records under this name \(.*\.pid is there, and does not say who\)/)
      .with.property("code", "in-use");
    expect(namesLike(path)).to.deep.equal([".whose.pcap.pid"]);
  });

  it("does not replace what one left that was killed, unless it is told to", async () => {
    const path = directory.path("killed.pcap");
    leaveBehind(path);
    expect(() => new Recorder(path))
      .to.throw(RecordError, "killed.pcap.part: was left by a recording that did not end in order; rename it")
      .with.property("code", "unfinished");
    expect(await summaryOf(new FileSource(`${path}.part`))).to.have.length(2);
    expect(namesLike(path)).to.deep.equal(["killed.pcap.part"]);
    const recorder = new Recorder(path, { overwrites: true });
    recorder.finish();
    expect(await summaryOf(new FileSource(path))).to.have.length(0);
    expect(namesLike(path)).to.deep.equal(["killed.pcap"]);
  });

  it("numbers a row on behind what one left that was killed, and deletes none of that", async () => {
    const path = directory.path("ring.pcap");
    const options = { maximumBytes: 100, maximumFiles: 1 };
    leaveBehind(path, options);
    expect(namesLike(path)).to.include("ring-00002.pcap.part");
    const recorder = new Recorder(path, options);
    for (const second of [1, 2, 3, 4]) recorder.write(frameOf(60, second));
    recorder.finish();
    expect(recorder.files.map((name) => basename(name))).to.deep.equal(["ring-00006.pcap"]);
    expect(namesLike(path)).to.deep.equal(["ring-00002.pcap.part", "ring-00006.pcap"]);
    expect(await summaryOf(new FileSource(directory.path("ring-00002.pcap.part")))).to.have.length(1);
  });

  it("passes over numbers of a row that somebody else took meanwhile", () => {
    const path = directory.path("shared.pcap");
    const recorder = new Recorder(path, { maximumBytes: 50 });
    recorder.write(frameOf(60, 1));
    for (const name of ["shared-00002.pcap", "shared-00003.pcap.part"]) writeFileSync(directory.path(name), name);
    recorder.write(frameOf(60, 2));
    recorder.finish();
    expect(recorder.files.map((name) => basename(name))).to.deep.equal(["shared-00001.pcap", "shared-00004.pcap"]);
    for (const name of ["shared-00002.pcap", "shared-00003.pcap.part"]) {
      expect(readFileSync(directory.path(name), "utf8")).to.equal(name);
    }
  });

  it("does not replace what was made under its name meanwhile", async () => {
    const path = directory.path("meanwhile.pcap");
    const recorder = new Recorder(path);
    recorder.write(frameOf(60, 1));
    writeFileSync(path, "somebody's");
    expect(code(() => recorder.finish())).to.equal("exists");
    expect(readFileSync(path, "utf8")).to.equal("somebody's");
    expect(await summaryOf(new FileSource(`${path}.part`))).to.have.length(1);
    expect(existsSync(directory.path(".meanwhile.pcap.pid"))).to.equal(false);
  });
});
