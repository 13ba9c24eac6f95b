// FileSource with files that are as they should be: all frames, in order, wherever the chunks end.

import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { expect } from "chai";
import { intakeLength } from "@tsnids/pcap";
import { FileSource } from "@tsnids/capture";
import { expectedOf, manyLengths, pcapOf, read, summaryOf, temporaryDirectory } from "./sample.js";

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

describe("FileSource", () => {
  const directory = temporaryDirectory();
  const large = pcapOf(manyLengths());
  let path = "";
  before(() => {
    path = directory.write("large.pcap", large);
  });

  it("gives every frame of a file of many chunks, with every byte", async () => {
    const source = new FileSource(path);
    const summary = await summaryOf(source);
    expect(summary.length).to.equal(1200);
    expect(summary).to.deep.equal(await expectedOf(large));
    expect(source.warnings).to.deep.equal([]);
    expect(source.interfaces).to.deep.equal([{ linkType: 1, snapLength: 262144 }]);
  });

  it("answers calls that overlap one after the other, and is at its end behind `return`", async () => {
    const batches = new FileSource(path).batches();
    const [first, second] = [batches.next(), batches.next()];
    const end = batches.return();
    const behind = batches.next();
    expect([(await first).done, (await second).done]).to.deep.equal([false, false]);
    expect(await Promise.all([end, behind, batches.return()])).to.deep.equal(
      new Array(3).fill({ done: true, value: undefined }),
    );
  });

  it("gives nothing behind an error that is thrown into it, nor behind one of its own", async () => {
    const batches = new FileSource(path).batches();
    await batches.next();
    const [thrown] = await Promise.allSettled([batches.throw(new Error("enough"))]);
    expect(thrown).to.have.nested.property("reason.message", "enough");
    expect(await batches.next()).to.deep.equal({ done: true, value: undefined });
    const missing = new FileSource(directory.path("missing.pcap")).batches();
    const [failed] = await Promise.allSettled([missing.next()]);
    expect(failed).to.have.nested.property("reason.code", "not-found");
    expect(await missing.next()).to.deep.equal({ done: true, value: undefined });
  });

  it("begins again each time it is asked", async () => {
    const source = new FileSource(path);
    expect(await summaryOf(source)).to.deep.equal(await summaryOf(source));
    expect(source.bytesRead).to.equal(large.length);
  });

  it("reads into the intake it is given", async () => {
    const intake = new Uint8Array(new ArrayBuffer(intakeLength + 8192), 4096, intakeLength);
    for await (const batch of new FileSource(path).batches(intake)) {
      expect(batch.bytes).to.equal(intake);
    }
    expect(await summaryOf(new FileSource(path), intake)).to.deep.equal(await expectedOf(large));
  });

  it("leaves bytes outside the intake alone", async () => {
    const buffer = new Uint8Array(intakeLength + 200).fill(0xee);
    await summaryOf(new FileSource(path), buffer.subarray(100, 100 + intakeLength));
    expect([...buffer.subarray(0, 100), ...buffer.subarray(-100)].every((byte) => byte === 0xee)).to.equal(true);
  });

  it("takes memory of its own when the intake is too small", async () => {
    const intake = new Uint8Array(intakeLength - 1).fill(0xee);
    expect(await summaryOf(new FileSource(path), intake)).to.deep.equal(await expectedOf(large));
    expect(intake.every((byte) => byte === 0xee)).to.equal(true);
  });

  it("reads files whose last record ends with a chunk, or a few bytes around it", async () => {
    for (const around of [-17, -16, -15, -1, 0, 1, 15, 16, 17]) {
      const file = pcapOf([100_000, 200_000, 524_288 - 300_000 - 24 - 48 + around, 5]);
      const source = new FileSource(directory.write("edge.pcap", file));
      expect(await summaryOf(source), `${around}`).to.deep.equal(await expectedOf(file));
      expect(source.warnings, `${around}`).to.deep.equal([]);
    }
  });

  it("knows the size before, and counts the bytes while it reads", async () => {
    const source = new FileSource(path);
    expect([source.size, source.bytesRead]).to.deep.equal([large.length, 0]);
    let last = 0;
    for await (const batch of source.batches()) {
      expect(batch.length).to.be.greaterThan(0);
      expect(source.bytesRead).to.be.at.least(last).and.at.most(large.length);
      last = source.bytesRead;
    }
    expect(last).to.equal(large.length);
    expect(new FileSource(directory.path("missing")).size).to.equal(undefined);
    expect(new FileSource(directory.path("")).size).to.equal(undefined);
  });

  it("has no frames in a file that is a header only", async () => {
    const source = new FileSource(directory.write("header.pcap", pcapOf([])));
    expect(await summaryOf(source)).to.deep.equal([]);
    expect(source.interfaces.length).to.equal(1);
  });

  /** How often the event loop gets its turn while a file is read. */
  async function turnsDuring(file: string): Promise<number> {
    let turns = 0;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await summaryOf(new FileSource(file));
    clearImmediate(next);
    return turns;
  }

  it("gives the event loop a turn every 8 MiB", async () => {
    const jumbo = pcapOf(new Array<number>(300).fill(60_000));
    expect(await turnsDuring(directory.write("jumbo.pcap", jumbo))).to.be.at.least(Math.floor(jumbo.length / 2 ** 23));
  });

  it("gives it one every 4096 frames, however small", async () => {
    const small = pcapOf(new Array<number>(20_000).fill(60));
    expect(await turnsDuring(directory.write("small.pcap", small))).to.be.at.least(4);
  });

  it("closes the file when the consumer leaves early (needs /proc/self/fd)", async function () {
    if (!existsSync("/proc/self/fd")) {
      this.skip();
    }
    const source = new FileSource(path);
    for await (const batch of source.batches()) {
      expect(batch.length).to.be.greaterThan(0);
      expect(isOpen(path)).to.equal(true);
      break;
    }
    expect(isOpen(path)).to.equal(false);
    expect(source.bytesRead).to.be.lessThan(large.length);
    expect((await summaryOf(source)).length).to.equal(1200);
  });

  describe("with a signal", () => {
    it("stops between two batches, without an error and without a warning", async () => {
      const aborter = new AbortController();
      const source = new FileSource(path, { signal: aborter.signal });
      let batches = 0;
      for await (const batch of source.batches()) {
        expect(batch.length).to.be.greaterThan(0);
        batches++;
        aborter.abort();
      }
      expect(batches).to.equal(1);
      expect(source.warnings).to.deep.equal([]);
    });

    it("stops while the event loop has its turn", async () => {
      const aborter = new AbortController();
      const summary: number[][] = [];
      const longer = directory.write("longer.pcap", pcapOf(new Array<number>(20_000).fill(60)));
      const source = new FileSource(longer, { signal: aborter.signal });
      setImmediate(() => aborter.abort());
      await read(source, summary);
      expect(summary.length).to.be.lessThan(20_000);
      expect(source.warnings).to.deep.equal([]);
    });

    it("says nothing about the format of what was read meanwhile", async () => {
      const garbage = directory.write("called-off.pcap", new Uint8Array(100).fill(0x2a));
      const { signal } = new AbortController();
      const source = new FileSource(garbage, { signal });
      Object.defineProperty(signal, "aborted", { get: () => source.bytesRead > 0 });
      expect(await summaryOf(source)).to.deep.equal([]);
    });

    it("does not begin when it is aborted already, not even for a missing file", async () => {
      const source = new FileSource(directory.path("missing"), { signal: AbortSignal.abort() });
      expect(await summaryOf(source)).to.deep.equal([]);
    });
  });
});
