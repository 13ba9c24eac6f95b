// Folders of rotated captures: in order, as they grow, written anew in place, compressed, gone; and
// positions to go on from.

import { getEventListeners } from "node:events";
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CaptureError, FolderSource } from "@tsnids/capture";
import type { CaptureWarning, FolderPosition, FolderSourceOptions } from "@tsnids/capture";
import { expect } from "chai";
import { temporaryDirectory } from "./sample.js";
import { pcap, pcapng, records } from "./timed.js";
import { Follower, Waits } from "./waiting.js";

describe("FolderSource", () => {
  const directory = temporaryDirectory();
  let folder = "";
  let count = 0;
  let stop = new AbortController();
  let warnings: CaptureWarning[] = [];
  let waits = new Waits();

  beforeEach(() => {
    folder = directory.path(`folder${count++}`);
    mkdirSync(folder);
    stop = new AbortController();
    warnings = [];
    waits = new Waits();
  });

  afterEach(() => stop.abort());

  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
  const append = (name: string, bytes: Uint8Array): void => appendFileSync(join(folder, name), bytes);
  const codes = (): string[] => warnings.map(({ code }) => code);

  function source(options: FolderSourceOptions = {}): FolderSource {
    const { signal } = stop;
    const onWarning = (warning: CaptureWarning): number => warnings.push(warning);
    return new FolderSource(folder, { signal, onWarning, onWait: () => waits.note(), ...options });
  }

  /** All frames that are there, up to the first waiting. */
  async function all(options: FolderSourceOptions = {}): Promise<readonly number[]> {
    return new Follower(source({ onWait: () => stop.abort(), ...options })).end();
  }

  it("reads files in the order in which they begin, whatever they are called", async () => {
    write("cap2", pcap(30, 31));
    write("cap10", pcap(10, 11));
    write("cap", pcap(20));
    write("z-235959.pcap", pcapng(1, 2));
    write("a-000001.pcapng", pcapng(40));
    expect(await all()).to.deep.equal([1, 2, 10, 11, 20, 30, 31, 40]);
    expect(warnings).to.deep.equal([]);
  });

  it("goes on with what is added to the last file, and with files that come", async () => {
    write("cap0", pcap(1, 2));
    const follower = new Follower(source());
    await follower.frames(2);
    append("cap0", records(3));
    await follower.frames(3);
    append("cap0", records(4));
    write("cap1", pcap(5));
    await follower.frames(5);
    append("cap1", records(6));
    expect(await follower.frames(6)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    stop.abort();
    await follower.end();
    expect(warnings).to.deep.equal([]);
  });

  it("takes a record that comes in two halves for one", async () => {
    const half = records(2).subarray(0, 30);
    write("cap0", Buffer.concat([pcap(1), half]));
    const follower = new Follower(source());
    await follower.frames(1);
    append("cap0", records(2).subarray(30));
    expect(await follower.frames(2)).to.deep.equal([1, 2]);
  });

  it("waits for the first file, and for the first frame of a file that is begun", async () => {
    const follower = new Follower(source());
    const first = follower.frames(1);
    await waits.times(1);
    write("cap0", new Uint8Array(0));
    append("cap0", pcap(1).subarray(0, 10));
    append("cap0", pcap(1).subarray(10, 24));
    await waits.times(2);
    append("cap0", pcap(1).subarray(24));
    expect(await first).to.deep.equal([1]);
    expect(warnings).to.deep.equal([]);
  });

  it("does not leave the last file for one that has no frame yet", async () => {
    write("cap0", pcap(1));
    const follower = new Follower(source());
    await follower.frames(1);
    write("cap1", pcap());
    append("cap0", records(2));
    await follower.frames(2);
    append("cap1", records(3));
    expect(await follower.frames(3)).to.deep.equal([1, 2, 3]);
  });

  for (const [format, capture] of [
    ["pcap", pcap],
    ["pcapng", pcapng],
  ] as const) {
    it(`notices ${format} files that are written anew in place`, async () => {
      write("cap0", capture(1, 2));
      write("cap1", capture(3, 4));
      const follower = new Follower(source());
      await follower.frames(4);
      write("cap0", capture(5, 6));
      await follower.frames(6);
      write("cap1", capture(7));
      await follower.frames(7);
      write("cap0", capture(8, 9, 10, 11));
      expect(await follower.frames(11)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(warnings).to.deep.equal([]);
    });

    it(`notices that the ${format} file in hand is written anew, longer than it was`, async () => {
      write("cap0", capture(1, 2));
      const follower = new Follower(source());
      await follower.frames(2);
      write("cap0", capture(3, 4, 5, 6, 7));
      expect(await follower.frames(7)).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
      expect(codes()).to.deep.equal(["overwritten"]);
    });
  }

  it("goes on in a file that was truncated and is filled again", async () => {
    write("cap0", pcap(1, 2));
    const follower = new Follower(source());
    await follower.frames(2);
    truncateSync(join(folder, "cap0"));
    const rest = follower.frames(3);
    append("cap0", pcap(3));
    expect(await rest).to.deep.equal([1, 2, 3]);
  });

  it("does not read a capture again that is compressed or copied later", async () => {
    write("cap0", pcap(1, 2));
    write("cap1", pcap(3));
    const follower = new Follower(source());
    await follower.frames(3);
    write("cap0.gz", gzipSync(pcap(1, 2)));
    rmSync(join(folder, "cap0"));
    write("copy", pcap(3));
    write("cap2.gz", gzipSync(pcap(4, 5)));
    expect(await follower.frames(5)).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("reads a file to its end that is deleted or renamed meanwhile", async () => {
    write("cap0", pcap(1));
    const follower = new Follower(source());
    await follower.frames(1);
    append("cap0", records(2));
    renameSync(join(folder, "cap0"), join(folder, ".gone"));
    append(".gone", records(3));
    write("cap1", pcap(4));
    expect(await follower.frames(4)).to.deep.equal([1, 2, 3, 4]);
  });

  it("reads a file whose time is earlier, when it comes later: clocks are set back", async () => {
    write("cap0", pcap(100));
    const follower = new Follower(source());
    await follower.frames(1);
    write("cap1", pcap(50));
    expect(await follower.frames(2)).to.deep.equal([100, 50]);
  });

  it("warns of a file that grows after it was left", async () => {
    write("eth0", pcap(1));
    write("eth1", pcap(2));
    const follower = new Follower(source());
    await follower.frames(2);
    append("eth0", records(3));
    write("eth2", pcap(4));
    await follower.frames(3);
    expect(codes()).to.deep.equal(["left-too-soon"]);
    expect(warnings[0]!.message).to.match(/eth0: has grown after/);
  });

  it("skips what is no capture, hidden, unfinished or a folder, with one warning where it says nothing of itself", async () => {
    write("README", Buffer.from("what these files are\n"));
    write(".hidden", pcap(1));
    write("cap0.part", pcap(2));
    mkdirSync(join(folder, "old"));
    write("cap1", pcap(3));
    expect(await all()).to.deep.equal([3]);
    expect(codes()).to.deep.equal(["skipped"]);
    expect(warnings[0]!.message).to.match(/README: .*; skipped$/);
  });

  it("leaves a damaged file with a warning and goes on with the next", async () => {
    write("cap0", Buffer.concat([pcap(1), new Uint8Array(16).fill(255), records(2)]));
    write("cap1", pcap(3));
    expect(await all()).to.deep.equal([1, 3]);
    expect(codes()).to.deep.equal(["skipped"]);
  });

  it("warns of a finished file that ends inside a record", async () => {
    write("cap0", pcap(1, 2).subarray(0, -5));
    write("cap1", pcap(3));
    expect(await all()).to.deep.equal([1, 3]);
    expect(codes()).to.deep.equal(["cut-record"]);
  });

  it("goes on from a position, in the middle of a file", async () => {
    write("cap0", pcap(1, 2));
    write("cap1", pcap(3, 4, 5));
    write("cap2", pcap(6));
    for (const [begin, frames, expected] of [
      [3, 2, [5, 6]],
      [3, 3, [6]],
      [3, 0, [3, 4, 5, 6]],
      [1, 1, [2, 3, 4, 5, 6]],
    ] as const) {
      stop = new AbortController();
      expect(await all({ from: at(begin, frames) })).to.deep.equal(expected);
    }
    expect(warnings).to.deep.equal([]);
  });

  it("stops at a position, without waiting", async () => {
    write("cap0", pcap(1, 2));
    write("cap1", pcap(3, 4, 5));
    write("cap2", pcap(6));
    const past = source({ to: at(3, 2), onWait: undefined });
    expect(await new Follower(past).end()).to.deep.equal([1, 2, 3, 4]);
    expect(past.position).to.deep.include(at(3, 2));
    const between = source({ from: at(1, 1), to: at(3, 1), onWait: undefined });
    expect(await new Follower(between).end()).to.deep.equal([2, 3]);
    const gone = source({ to: at(5, 7), onWait: undefined });
    expect(await new Follower(gone).end()).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("cuts what was read at any place into two parts that are the whole", async () => {
    write("cap0", pcap(1, 2));
    write("cap1", pcapng(3, 4, 5));
    for (const place of [at(1, 1), at(1, 2), at(3, 1), at(3, 3)]) {
      stop = new AbortController();
      const before = await new Follower(source({ to: place, onWait: undefined })).end();
      expect([...before, ...(await all({ from: place }))]).to.deep.equal([1, 2, 3, 4, 5]);
    }
  });

  it("goes on with the next file where that of the position is gone, and says so", async () => {
    write("cap1", pcap(3));
    write("cap2", pcap(6));
    expect(await all({ from: at(4, 1) })).to.deep.equal([6]);
    expect(codes()).to.deep.equal(["position-gone"]);
  });

  it("says where it is", async () => {
    write("cap0", pcap(1, 2));
    const following = source();
    expect(following.position).to.equal(undefined);
    const follower = new Follower(following);
    await follower.frames(2);
    expect(following.position).to.deep.include(at(1, 2));
    expect(following.file).to.equal(join(folder, "cap0"));
  });

  it("looks again by itself where the system does not tell of changes", async () => {
    const polling = source({ pollMs: 5 });
    const follower = new Follower(polling);
    const first = follower.frames(1);
    await waits.times(5);
    write("cap0", pcap(1));
    expect(await first).to.deep.equal([1]);
  });

  it("ends at once when it is called off, before, while it waits, and between batches", async () => {
    stop.abort();
    expect(await new Follower(source()).end()).to.deep.equal([]);
    stop = new AbortController();
    const waiting = new Follower(source({ pollMs: 1e9 })).end();
    await waits.times(1);
    stop.abort();
    expect(await waiting).to.deep.equal([]);
    stop = new AbortController();
    write("cap0", pcap(1));
    const follower = new Follower(source());
    await follower.frames(1);
    stop.abort();
    expect(await follower.end()).to.deep.equal([1]);
  });

  it("leaves nothing behind at the signal of those who have read enough", async () => {
    write("cap0", pcap(1));
    for (let reading = 0; reading < 3; reading++) {
      for await (const batch of source().batches()) {
        expect(batch.length).to.equal(1);
        break;
      }
    }
    expect(getEventListeners(stop.signal, "abort")).to.deep.equal([]);
  });

  it("refuses options that cannot work, by their name", () => {
    const refused: readonly (readonly [string, object])[] = [
      ...[Number.NaN, -1, 0, 3e9, "5"].map((pollMs) => ["pollMs", { pollMs }] as const),
      ["signal", { signal: new AbortController() }],
      ["from.begin.seconds", { from: {} }],
      ["from.begin.nanoseconds", { from: { begin: { seconds: 1, nanoseconds: 1e9 }, frames: 0 } }],
      ["to.begin.seconds", { to: { begin: { seconds: "x", nanoseconds: 0 }, frames: 0 } }],
      ["from.begun", { from: { ...at(1, 0), begun: "key" } }],
      ["from.begun", { from: { ...at(1, 0), begun: [] } }],
      ["to.begun", { to: { ...at(1, 0), begun: [1] } }],
      ["to.frames", { to: { begin: { seconds: 1, nanoseconds: 0 }, frames: -1 } }],
    ];
    for (const [option, options] of refused) {
      expect(() => new FolderSource(folder, options), option)
        .to.throw(CaptureError, `FolderSource: ${option} is `)
        .with.property("code", "invalid-option");
    }
  });

  it("refuses a folder that is none, and one that goes", async () => {
    const missing = new FolderSource(join(folder, "missing"));
    expect(await failure(missing)).to.match(/not-found .*missing: no such folder$/);
    write("file", pcap(1));
    expect(await failure(new FolderSource(join(folder, "file")))).to.match(/not-found .*file: is not a folder$/);
    const follower = new Follower(source({ pollMs: 5 }));
    await follower.frames(1);
    rmSync(folder, { recursive: true });
    const error = await follower.end().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CaptureError).with.property("code", "not-found");
  });
});

function at(seconds: number, frames: number): FolderPosition {
  return { begin: { seconds, nanoseconds: 0 }, frames };
}

async function failure(source: FolderSource): Promise<string> {
  try {
    await new Follower(source).end();
  } catch (error) {
    if (error instanceof CaptureError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "none";
}
