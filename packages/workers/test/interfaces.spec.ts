/** Interfaces that appear while the workers run, and lists of them that come by turns: the totals of one engine. */
import { FileSource, MergeSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import type { ChecksumMode } from "@tsnids/nids";
import { FrameBatch, LinkType, MemorySource, PcapngWriter } from "@tsnids/pcap";
import type { CaptureInterface, FrameSource } from "@tsnids/pcap";
import { NidsWorkers, WorkerError } from "@tsnids/workers";
import { expect } from "chai";
import { fileURLToPath } from "node:url";
import setup from "./counting-module.js";

const worker = new URL("./counting-module.js", import.meta.url);

function pcap(name: string): string {
  return fileURLToPath(new URL(`../../../pcaps/${name}.pcap`, import.meta.url));
}

/** A frame, and when it was captured. */
interface Captured {
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Copies of the frames of a capture. */
async function framesOf(name: string): Promise<Captured[]> {
  const frames: Captured[] = [];
  for await (const batch of new FileSource(pcap(name)).batches()) {
    for (let index = 0; index < batch.length; index++) {
      const offset = batch.offset[index] ?? 0;
      frames.push({
        bytes: batch.bytes.slice(offset, offset + (batch.capturedLength[index] ?? 0)),
        originalLength: batch.originalLength[index] ?? 0,
        seconds: batch.seconds[index] ?? 0,
        nanoseconds: batch.nanoseconds[index] ?? 0,
      });
    }
  }
  return frames;
}

/** A pcapng file whose second interface is described, and has its frames, behind more frames than a block takes. */
async function growing(): Promise<Uint8Array> {
  const [web, ssh] = await Promise.all(["web", "ssh"].map(framesOf));
  const writer = new PcapngWriter();
  const pieces = [writer.section(), writer.interface({ linkType: LinkType.ETHERNET })];
  let number = 0;
  const add = (frames: readonly Captured[], from: number): void => {
    for (const { bytes, originalLength } of frames) {
      const time = [1_700_000_000 + Math.floor(number / 1000), (number++ % 1000) * 1_000_000] as const;
      pieces.push(writer.packet(from, bytes, originalLength, ...time));
    }
  };
  for (let again = 0; again < 20; again++) add(web ?? [], 0);
  pieces.push(writer.interface({ linkType: LinkType.ETHERNET }));
  add(ssh ?? [], 1);
  return Buffer.concat(pieces);
}

/** Several captures by turns, so many frames of each at a time. Each has a list of interfaces of its own. */
class ByTurns implements FrameSource {
  readonly #captures: readonly (readonly Captured[])[];
  readonly #atATime: number;

  constructor(captures: readonly (readonly Captured[])[], atATime: number) {
    this.#captures = captures;
    this.#atATime = atATime;
  }

  *batches(): Generator<FrameBatch, void, undefined> {
    const lists = this.#captures.map((): CaptureInterface[] => [{ linkType: LinkType.ETHERNET, snapLength: 0 }]);
    const longest = Math.max(...this.#captures.map(({ length }) => length));
    for (let first = 0; first < longest; first += this.#atATime) {
      for (const [index, frames] of this.#captures.entries()) {
        const batch = batchOf(frames.slice(first, first + this.#atATime));
        batch.interfaces = lists[index] ?? [];
        yield batch;
      }
    }
  }
}

function batchOf(frames: readonly Captured[]): FrameBatch {
  const batch = new FrameBatch(Math.max(1, frames.length));
  batch.bytes = Buffer.concat(frames.map(({ bytes }) => bytes));
  let offset = 0;
  for (const { bytes, originalLength, seconds, nanoseconds } of frames) {
    batch.push(offset, bytes.length, originalLength, seconds, nanoseconds, 0);
    offset += bytes.length;
  }
  return batch;
}

/** Checks that workers come to the totals of one engine, which are returned. */
async function sameTotals(source: FrameSource, checksums: ChecksumMode = "auto"): Promise<Nids> {
  const one = new Nids({ checksums });
  setup(one);
  await one.run(source);
  const many = new NidsWorkers({ workers: 2, worker, params: { checksums } });
  await many.run(source);
  expect(many.statistics()).to.deep.equal(one.statistics());
  expect(many.alertCounts()).to.deep.equal(one.alertCounts());
  return one;
}

describe("interfaces of a source for workers", function () {
  this.timeout(30_000);

  it("may appear late in a section of pcapng", async () => {
    const one = await sameTotals(new MemorySource(await growing()));
    expect(one.statistics()).to.include({ framesUnknownLink: 0 });
  });

  it("may come one after the other in a merge", async () => {
    const sources = [new MemorySource(await growing()), new FileSource(pcap("redis")), new FileSource(pcap("ssh"))];
    await sameTotals(new MergeSource(sources));
  });

  it("keep what was learned of them where several lists come by turns", async () => {
    const captures = await Promise.all(["lo-offload", "web"].map(framesOf));
    const one = await sameTotals(new ByTurns(captures, 5));
    expect(one.alertCounts()).to.include({ "checksum-offload": 2 });
  });

  it("may carry something that no thread can be given", async () => {
    const batch = batchOf(await framesOf("web"));
    const own = { linkType: LinkType.ETHERNET, snapLength: 0, name: "eth0", close: () => undefined };
    batch.interfaces = [own];
    await sameTotals({ batches: () => [batch].values() });
  });

  it("are refused where they are no interfaces, also while the source waits", async () => {
    const batch = batchOf(await framesOf("web"));
    batch.interfaces = [{ linkType: LinkType.ETHERNET, snapLength: 0, name: Symbol("eth0") as unknown as string }];
    const waiting: FrameSource = {
      async *batches() {
        yield batch;
        await new Promise(() => undefined);
      },
    };
    const error: unknown = await new NidsWorkers({ workers: 2, worker })
      .run(waiting)
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.an.instanceOf(WorkerError).with.property("code", "invalid-argument");
    expect(error).to.have.property("message").that.contains("interfaces of the source");
  });

  it("may be in more lists by turns than are remembered", async () => {
    const web = await framesOf("web");
    const parts = Array.from({ length: 20 }, (_, part) => web.filter((_, index) => index % 20 === part));
    const one = await sameTotals(new ByTurns(parts, 1), "verify");
    expect(one.statistics()).to.include({ streams: 12 });
  });
});
