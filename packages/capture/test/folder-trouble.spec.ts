// Folders in which things happen at the wrong moment, and callers whose callbacks fail: nothing is lost silently, read
// twice, or read on in vain.

import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { FileSource, FolderSource } from "@tsnids/capture";
import type { CaptureWarning, FolderPosition, FolderSourceOptions } from "@tsnids/capture";
import { LinkType, PcapngWriter, PcapWriter } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";
import { expect } from "chai";
import { systemError } from "./background-reads.js";
import { FileCalls } from "./file-calls.js";
import { temporaryDirectory } from "./sample.js";
import { pcap, records } from "./timed.js";
import { Follower } from "./waiting.js";

describe("FolderSource in trouble", () => {
  const directory = temporaryDirectory();
  const calls = new FileCalls();
  let folder = "";
  let count = 0;
  let stop = new AbortController();
  let warnings: CaptureWarning[] = [];

  beforeEach(() => {
    folder = directory.path(`trouble${count++}`);
    mkdirSync(folder);
    stop = new AbortController();
    warnings = [];
  });

  afterEach(() => stop.abort());

  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);

  /** What there is, up to the first waiting. */
  function source(options: FolderSourceOptions = {}): FolderSource {
    const { signal } = stop;
    const onWarning = (warning: CaptureWarning): number => warnings.push(warning);
    return new FolderSource(folder, { signal, onWarning, onWait: () => stop.abort(), ...options });
  }

  describe("reads a capture under the name that it has got between looking and opening,", () => {
    beforeEach(() => {
      write("a.pcap", pcap(1, 2));
      write("b.pcap", pcap(3));
      write("z.txt", Buffer.from("is no capture, and is looked at last\n"));
    });

    it("compressed", async () => {
      write("a.pcap.gz", gzipSync(pcap(1, 2)));
      const following = source({ onWarning: () => rmSync(join(folder, "a.pcap")) });
      expect(await new Follower(following).end()).to.deep.equal([1, 2, 3]);
    });

    for (const [what, successor, expected] of [
      ["begun", pcap(), [1, 2, 3]],
      ["full", pcap(5), [1, 2, 3, 5]],
    ] as const) {
      it(`renamed, with a successor that is ${what}`, async () => {
        const rename = (): void => {
          renameSync(join(folder, "a.pcap"), join(folder, "a.pcap.1"));
          write("a.pcap", successor);
        };
        expect(await new Follower(source({ onWarning: rename })).end()).to.deep.equal(expected);
      });
    }
  });

  it("looks again at a file that was no capture, and is written anew in place", async () => {
    write("a.pcap", new Uint8Array(24));
    write("b.pcap", pcap(2));
    const follower = new Follower(source({ onWait: () => undefined }));
    await follower.frames(1);
    write("a.pcap", pcap(3, 4));
    expect(await follower.frames(3)).to.deep.equal([2, 3, 4]);
    expect(warnings.map(({ code, capture }) => [code, capture])).to.deep.equal([["skipped", join(folder, "a.pcap")]]);
  });

  describe("with captures that begin at the same moment", () => {
    const writer = new PcapWriter({ linkType: LinkType.ETHERNET });
    /** Frames of one second, which are told apart by their lengths on the wire. */
    const still = (...lengths: readonly number[]): Uint8Array =>
      Buffer.concat([writer.header(), ...lengths.map((length) => writer.record(new Uint8Array(length), length, 7, 0))]);
    const at = (frames: number): FolderPosition => ({ begin: { seconds: 7, nanoseconds: 0 }, frames });

    async function lengthsOf(following: FrameSource): Promise<readonly number[]> {
      const lengths: number[] = [];
      for await (const { length, originalLength } of following.batches())
        lengths.push(...originalLength.slice(0, length));
      return lengths;
    }

    beforeEach(() => {
      write("cap1", still(60, 61, 62));
      write("cap2.gz", gzipSync(still(70, 71)));
      write("cap10", still(80, 81, 82));
      write("copy", still(60, 61, 62));
    });

    it("reads all of them, in order of their names, and copies once", async () => {
      expect(await lengthsOf(source())).to.deep.equal([60, 61, 62, 70, 71, 80, 81, 82]);
      expect(warnings).to.deep.equal([]);
    });

    it("cuts them at any place into two parts that are the whole", async () => {
      for (let frames = 0; frames <= 8; frames++) {
        stop = new AbortController();
        const past = source({ to: at(frames), onWait: undefined });
        const before = await lengthsOf(past);
        const after = await lengthsOf(source({ from: at(frames) }));
        expect(before).to.have.length(frames);
        expect([...before, ...after]).to.deep.equal([60, 61, 62, 70, 71, 80, 81, 82]);
      }
    });
  });

  it("looks at every file a few times, however many there are, also while the last one grows", async () => {
    const files = 60;
    for (let second = 1; second <= files; second++) write(`cap${second}`, pcap(second));
    const follower = new Follower(source({ pollMs: 1e9 }));
    for (let second = 1; second <= files; second++) {
      await follower.frames(second);
      appendFileSync(join(folder, `cap${files}`), records(files + second));
    }
    expect(await follower.end()).to.have.length(2 * files);
    expect(calls.stats).to.be.lessThan(6 * files);
  });

  describe("throws what a callback throws, as it is, were it an error of the system:", () => {
    const failure = systemError("ENOSPC");
    const fail = (): never => {
      throw failure;
    };

    async function thrownBy(failing: FrameSource): Promise<unknown> {
      try {
        await new Follower(failing).end();
      } catch (error) {
        return error;
      }
      return undefined;
    }

    it("accepts", async () => {
      write("a.pcap", pcap(1));
      expect(await thrownBy(source({ accepts: fail }))).to.equal(failure);
    });

    for (const [name, bytes] of [
      ["a.pcap", pcap(1)],
      ["a.pcap.gz", gzipSync(pcap(1))],
    ] as const) {
      it(`onWait, behind ${name}`, async () => {
        write(name, bytes);
        expect(await thrownBy(source({ onWait: () => Promise.reject(failure) }))).to.equal(failure);
        expect(await thrownBy(source({ onWait: fail }))).to.equal(failure);
        expect(warnings).to.deep.equal([]);
      });
    }

    it("onWarning, of a folder and of a file", async () => {
      write("a.pcap", pcap(1, 2).subarray(0, -5));
      write("b.pcap", pcap(3));
      expect(await thrownBy(source({ onWarning: fail }))).to.equal(failure);
      expect(await thrownBy(new FileSource(join(folder, "a.pcap"), { onWarning: fail }))).to.equal(failure);
    });

    it("onBlock", async () => {
      write("a.pcapng", new PcapngWriter().section());
      expect(await thrownBy(new FileSource(join(folder, "a.pcapng"), { onBlock: fail }))).to.equal(failure);
    });
  });

  it("ends at the signal while it looks at the files, and within one", async () => {
    const blocks = new PcapngWriter();
    const large = blocks.block(0x7777, new Uint8Array(8 * 1024 * 1024));
    write("a.pcapng", Buffer.concat([blocks.section(), large, large, large, large]));
    for (let second = 1; second <= 20; second++) write(`cap${second}`, pcap(second));
    calls.onRead = () => {
      if (calls.reads === 10) stop.abort();
    };
    expect(
      await new Follower(source({ from: { begin: { seconds: 9, nanoseconds: 0 }, frames: 0 } })).end(),
    ).to.deep.equal([]);
    expect(calls.reads).to.be.lessThan(30);
    expect(calls.stats).to.equal(1);
    expect(warnings).to.deep.equal([]);
  });
});
