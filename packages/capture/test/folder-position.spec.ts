// Positions in a folder: whatever order the captures were read in, and whatever was put in since, a reading that goes on
// gives what the one before has not given, and a replay what that has, in its order.

import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FolderSource, TailSource } from "@tsnids/capture";
import type { CaptureWarning, FolderPosition, FolderSourceOptions } from "@tsnids/capture";
import { expect } from "chai";
import { temporaryDirectory } from "./sample.js";
import { pcap, pcapng, records } from "./timed.js";
import { Follower } from "./waiting.js";

describe("FolderPosition", () => {
  const directory = temporaryDirectory();
  let folder = "";
  let count = 0;
  let warnings: CaptureWarning[] = [];

  beforeEach(() => {
    folder = directory.path(`position${count++}`);
    mkdirSync(folder);
    warnings = [];
  });

  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);

  /** All frames from a position to another one, or to the first waiting, when `meanwhile` is done; and the position then. */
  async function read(
    range: Pick<FolderSourceOptions, "from" | "to"> = {},
    meanwhile: readonly (() => void)[] = [],
  ): Promise<{ frames: readonly number[]; position: FolderPosition }> {
    const stop = new AbortController();
    let [done, before]: [number, FolderPosition | null | undefined] = [0, null];
    const onWait = (): void => {
      if (source.position === before) return; // It waits more often than something has come.
      before = source.position;
      if (done === meanwhile.length) stop.abort();
      meanwhile[done++]?.();
    };
    const onWarning = (warning: CaptureWarning): number => warnings.push(warning);
    const source = new FolderSource(folder, { ...range, signal: stop.signal, onWait, onWarning });
    const frames = await new Follower(source).end();
    return { frames, position: JSON.parse(JSON.stringify(source.position)) as FolderPosition };
  }

  /** Reads cap0, and then cap1 and cap2, which begin earlier, each after all of those before were read. */
  const setBack = (): ReturnType<typeof read> => {
    write("cap0", pcap(100, 101));
    return read({}, [() => write("cap1", pcapng(50, 51, 52)), () => write("cap2", pcap(70, 71))]);
  };

  it("goes on behind what was read before a clock was set back", async () => {
    const { frames, position } = await setBack();
    expect(frames).to.deep.equal([100, 101, 50, 51, 52, 70, 71]);
    expect(position).to.deep.include({ begin: { seconds: 70, nanoseconds: 0 }, frames: 2 });
    appendFileSync(join(folder, "cap2"), records(72));
    write("cap3", pcap(60));
    expect((await read({ from: position })).frames).to.deep.equal([72, 60]);
    expect(warnings).to.deep.equal([]);
  });

  it("replays in the order in which it was read, from any capture, whatever has come since", async () => {
    const { position } = await setBack();
    write("cap3", pcap(60));
    write("cap0.gz", gzipSync(pcap(100, 101)));
    rmSync(join(folder, "cap0"));
    appendFileSync(join(folder, "cap2"), records(72));
    const all = [
      [100, 101],
      [50, 51, 52],
      [70, 71],
    ];
    for (const [index, first] of [100, 50, 70].entries()) {
      const begin = { seconds: first, nanoseconds: 0 };
      const from = { begin, frames: 0, begun: position.begun?.slice(0, index + 1) };
      const replay = await read({ from, to: position });
      expect(replay.frames).to.deep.equal(all.slice(index).flat());
      expect(replay.position).to.deep.equal(position);
    }
    expect(warnings).to.deep.equal([]);
  });

  it("reads what was put in while nobody read, though it is earlier", async () => {
    write("cap0", pcap(100, 101));
    const { position } = await read();
    write("earlier", pcap(10, 11));
    write("same", pcap(100, 102, 103));
    expect((await read({ from: position })).frames).to.deep.equal([10, 11]);
    expect(warnings).to.deep.equal([]);
  });

  it("goes on with all that was not read where its file is gone", async () => {
    write("cap0", pcap(100));
    write("cap1", pcap(110));
    const { position } = await read();
    rmSync(join(folder, "cap1"));
    write("cap2", pcap(50));
    const { frames, position: next } = await read({ from: position });
    expect(frames).to.deep.equal([50]);
    expect(warnings.map(({ code }) => code)).to.deep.equal(["position-gone"]);
    expect(next.begun).to.deep.equal([position.begun?.[0], next.begun?.[1]]);
  });

  it("has no more keys than there are captures", async () => {
    write("cap0", pcap(1));
    const turns = [2, 3, 4, 5].map((second) => () => {
      write(`cap${second}`, pcap(second));
      rmSync(join(folder, `cap${second === 2 ? 0 : second - 1}`));
    });
    const { frames, position } = await read({}, turns);
    expect(frames).to.deep.equal([1, 2, 3, 4, 5]);
    expect(position.begun?.length).to.be.lessThan(3);
  });

  it("takes earlier captures for read where it does not say which were", async () => {
    write("cap0", pcap(100, 101));
    write("cap1", pcap(50));
    const { frames, position } = await read({ from: { begin: { seconds: 100, nanoseconds: 0 }, frames: 1 } });
    expect(frames).to.deep.equal([101]);
    expect(position.begun).to.have.length(2);
  });

  it("lets a TailSource follow an earlier capture that has taken the place of its own", async () => {
    const tail = async (from?: FolderPosition): Promise<readonly [readonly number[], FolderPosition | undefined]> => {
      const stop = new AbortController();
      const onWarning = (warning: CaptureWarning): number => warnings.push(warning);
      const options = { from, signal: stop.signal, onWarning, onWait: () => stop.abort() };
      const source = new TailSource(join(folder, "live.pcap"), options);
      return [await new Follower(source).end(), source.position];
    };
    write("live.pcap", pcap(100, 101));
    const [, position] = await tail();
    write("live.pcap", pcap(10, 11));
    expect((await tail(position))[0]).to.deep.equal([10, 11]);
    expect(warnings.map(({ code }) => code)).to.deep.equal(["position-gone"]);
  });
});
