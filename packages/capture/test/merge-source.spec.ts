// MergeSource: order of time, interfaces, errors, and how many sources are open.

import { execFileSync, spawn } from "node:child_process";
import { expect } from "chai";
import fc from "fast-check";
import { CaptureError, FileSource, maximumMergedInterfaces, MergeSource } from "@tsnids/capture";
import { FrameBatch, intakeLength, LinkType, MemorySource, PcapngWriter, PcapWriter } from "@tsnids/pcap";
import type { FrameSource, FrameTime } from "@tsnids/pcap";
import { pcapOf, read, summaryOf, temporaryDirectory } from "./sample.js";
import { soon } from "./waiting.js";

/** A capture whose frames have these times, in nanoseconds, and one byte that says from which capture they are. */
function captureOf(id: number, times: readonly number[], linkType: number = LinkType.ETHERNET): Uint8Array {
  const writer = new PcapWriter({ linkType, nanoseconds: true });
  const records = times.map((time) => writer.record(Uint8Array.of(id), 1, Math.floor(time / 1e9), time % 1e9));
  return Buffer.concat([writer.header(), ...records]);
}

/** Of each frame: time in nanoseconds, its byte, link type, index of its interface. */
async function framesOf(source: FrameSource, intake?: Uint8Array): Promise<number[][]> {
  const frames: number[][] = [];
  for await (const batch of source.batches(intake)) {
    for (let index = 0; index < batch.length; index++) {
      const time = batch.seconds[index]! * 1e9 + batch.nanoseconds[index]!;
      const at = batch.interfaceIndex[index]!;
      frames.push([time, batch.bytes[batch.offset[index]!]!, batch.interfaces[at]!.linkType, at]);
    }
  }
  return frames;
}

describe("MergeSource", () => {
  const directory = temporaryDirectory();

  it("gives frames by time, those of the same time in the order of the sources", async () => {
    const sources = [captureOf(1, [5, 7, 7, 2e9]), captureOf(2, [1, 7, 1e9 + 3]), captureOf(3, [7, 1e9 + 2])];
    const merged = await framesOf(new MergeSource(sources.map((bytes) => new MemorySource(bytes))));
    expect(merged.map(([time, id]) => [time, id])).to.deep.equal([
      ...[
        [1, 2],
        [5, 1],
        [7, 1],
        [7, 1],
        [7, 2],
        [7, 3],
      ],
      ...[
        [1e9 + 2, 3],
        [1e9 + 3, 2],
        [2e9, 1],
      ],
    ]);
  });

  it("gives what sorting by time gives, for any number of sources", async () => {
    const times = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(times, { maxLength: 9 }), async (captures) => {
        const sorted = captures.map((capture) => capture.toSorted((a, b) => a - b));
        const expected = sorted
          .flatMap((capture, id) => capture.map((time) => [time, id] as const))
          .sort(([time, id], [otherTime, otherId]) => time - otherTime || id - otherId);
        const sources = sorted.map((capture, id) => new MemorySource(captureOf(id, capture)));
        const merged = await framesOf(new MergeSource(sources));
        expect(merged.map(([time, id]) => [time, id])).to.deep.equal(expected);
      }),
    );
  });

  it("keeps the order of a source whose time goes back", async () => {
    const sources = [captureOf(1, [9, 3, 4]), captureOf(2, [8, 10])].map((bytes) => new MemorySource(bytes));
    expect((await framesOf(new MergeSource(sources))).map(([time]) => time)).to.deep.equal([8, 9, 3, 4, 10]);
  });

  it("keeps the interfaces of different sources and sections apart", async () => {
    const writer = new PcapngWriter();
    const packet = (index: number, time: number): Uint8Array => writer.packet(index, Uint8Array.of(9), 1, 0, time);
    const pcapng = Buffer.concat([
      ...[writer.section(), writer.interface({ linkType: 113 }), writer.interface({ linkType: 101 })],
      ...[packet(1, 10), packet(0, 30), packet(1, 40)],
      ...[writer.section(), writer.interface({ linkType: 101 }), packet(0, 50)],
    ]);
    const sources = [captureOf(1, [20, 60]), pcapng, captureOf(2, [35])].map((bytes) => new MemorySource(bytes));
    const merged = await framesOf(new MergeSource(sources));
    expect(merged.map(([time, , linkType, index]) => [time, linkType, index])).to.deep.equal([
      ...[
        [10, 101, 0],
        [20, 1, 1],
        [30, 113, 2],
        [35, 1, 3],
      ],
      ...[
        [40, 101, 0],
        [50, 101, 4],
        [60, 1, 1],
      ],
    ]);
  });

  it("begins a new list of interfaces when one is full", async () => {
    const list = Array.from({ length: maximumMergedInterfaces }, (_, linkType) => ({ linkType, snapLength: 0 }));
    const batch = new FrameBatch(maximumMergedInterfaces);
    batch.interfaces = list;
    batch.bytes = Uint8Array.of(5);
    for (let index = 0; index < batch.capacity; index++) batch.push(0, 1, 1, 0, index, index);
    const many: FrameSource = { batches: () => [batch] };
    const merged = await framesOf(new MergeSource([many, new MemorySource(captureOf(1, [7, 100_000], 3))]));
    expect(merged.length).to.equal(maximumMergedInterfaces + 2);
    expect(merged.slice(0, 9).map(([, , linkType]) => linkType)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 3]);
    for (const [time, id, linkType, index] of merged) {
      expect(linkType).to.equal(id === 1 ? 3 : time);
      expect(index).to.be.lessThan(maximumMergedInterfaces);
    }
    expect(merged.at(-1)?.[2]).to.equal(3);
  });

  it("opens named pipes without waiting for each other: their writer may begin with any of them", async () => {
    const paths = ["one", "other"].map((name) => directory.path(name));
    for (const path of paths) execFileSync("mkfifo", [path]);
    const merged = framesOf(new MergeSource(paths.map((path) => new FileSource(path))));
    // In another process: opening a pipe waits for its reader, and would take a thread that the reader needs.
    const captures = [captureOf(1, [2, 3]), captureOf(2, [1, 4])].map((bytes) => Buffer.from(bytes).toString("base64"));
    const write = `
      const { openSync, writeSync } = require("node:fs");
      const [other, one] = ${JSON.stringify(paths.toReversed())}.map((path) => openSync(path, "w"));
      const captures = ${JSON.stringify(captures)}.map((text) => Buffer.from(text, "base64"));
      writeSync(one, captures[0]);
      writeSync(other, captures[1]);`;
    const writer = spawn(process.execPath, ["--eval", write], { stdio: "inherit" });
    try {
      expect((await soon(merged, "the frames of both")).map(([time, id]) => [time, id])).to.deep.equal([
        [1, 2],
        [2, 1],
        [3, 1],
        [4, 2],
      ]);
    } finally {
      writer.kill();
    }
  });

  it("copies frames into the intake, and what does not fit into the next batch", async () => {
    const big = pcapOf([262144, 262144, 262144, 262144, 262144, 262144, 262144]);
    const intake = new Uint8Array(intakeLength);
    const merge = new MergeSource([new MemorySource(big), new MemorySource(big)]);
    let batches = 0;
    for await (const batch of merge.batches(intake)) {
      expect(batch.bytes).to.equal(intake);
      batches++;
    }
    expect(batches).to.equal(4); // Two that are full; one before the end of a source is waited for; the rest.
    const twice = (await summaryOf(new MemorySource(big))).flatMap((frame) => [frame, frame]);
    expect(await summaryOf(merge, intake)).to.deep.equal(twice);
  });

  describe("of live sources", () => {
    type Item = readonly [what: "frames" | "silent", ...times: number[]];

    /** A source that gives a batch when it is told to. */
    class Live implements FrameSource {
      isOpen = false;
      readonly #items: Item[] = [];
      #wake: () => void = () => undefined;

      give(...item: Item): void {
        this.#items.push(item);
        this.#wake();
      }

      async *batches(): AsyncGenerator<FrameBatch, void, undefined> {
        this.isOpen = true;
        const batch = new FrameBatch(8);
        batch.bytes = Uint8Array.of(9);
        batch.interfaces = [{ linkType: LinkType.ETHERNET, snapLength: 0 }];
        for (;;) {
          while (this.#items.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
          const [what, ...times] = this.#items.shift()!;
          if (times.length === 0) return;
          batch.clear();
          if (what === "silent") batch.beSilent(times[0]!);
          else for (const time of times) batch.push(0, 1, 1, time, 0, 0);
          yield batch;
        }
      }
    }

    const textOf = (batch: FrameBatch | undefined): string => {
      if (batch === undefined) return "end";
      return batch.length === 0 ? `silent ${batch.silentUntil}` : batch.seconds.subarray(0, batch.length).join(" ");
    };

    async function read(count: number, sources: readonly FrameSource[]): Promise<string[]> {
      const batches = new MergeSource(sources).batches();
      const read: string[] = [];
      while (read.length < count) {
        const next = await batches.next();
        read.push(textOf(next.value ?? undefined));
      }
      return read;
    }

    it("says how far time has come in all of them", async () => {
      const [one, other] = [new Live(), new Live()];
      one.give("silent", 5);
      one.give("silent", 9);
      one.give("frames");
      other.give("silent", 3);
      other.give("frames", 7, 8);
      other.give("silent", 8);
      other.give("frames", 20);
      other.give("frames");
      expect(await read(7, [one, other])).to.deep.equal([
        "silent 3",
        "silent 5",
        "7 8",
        "silent 8",
        "silent 9",
        "20",
        "end",
      ]);
    });

    it("does not keep frames back that it has, and opens all before it waits for one", async () => {
      const [one, other] = [new Live(), new Live()];
      const batches = new MergeSource([one, other, new MemorySource(captureOf(1, [1e9]))]).batches();
      const first = batches.next();
      await new Promise(setImmediate);
      expect([one.isOpen, other.isOpen]).to.deep.equal([true, true]);
      other.give("frames", 2, 3);
      one.give("silent", 4);
      expect(textOf((await first).value ?? undefined)).to.equal("1");
      expect(textOf((await batches.next()).value ?? undefined)).to.equal("2 3");
    });

    it("never says less than before", async () => {
      const one = new Live();
      for (const time of [5, 4, 6]) one.give("silent", time);
      one.give("frames");
      expect(await read(3, [one, new MemorySource(captureOf(1, []))])).to.deep.equal(["silent 5", "silent 6", "end"]);
    });
  });

  it("hands a single source through as it is", async () => {
    const bytes = captureOf(1, [3, 1]);
    for await (const batch of new MergeSource([new MemorySource(bytes)]).batches()) {
      expect(batch.bytes).to.equal(bytes);
    }
    expect(await framesOf(new MergeSource([]))).to.deep.equal([]);
  });

  it("opens a file no sooner than its time has come", async () => {
    let open = 0;
    let mostOpen = 0;
    class Counted extends FileSource {
      override async *batches(): AsyncGenerator<FrameBatch, void, undefined> {
        mostOpen = Math.max(mostOpen, ++open);
        yield* super.batches();
        open--;
      }
    }
    const sources = Array.from({ length: 20 }, (_, index) => {
      const name = `part${index}.pcap`;
      return new Counted(directory.write(name, captureOf(index, [index * 100, index * 100 + 50])));
    });
    const merged = await framesOf(new MergeSource(sources.reverse()));
    expect(merged.length).to.equal(40);
    expect(merged.map(([time]) => time)).to.deep.equal(merged.map(([time]) => time!).toSorted((a, b) => a - b));
    expect(mostOpen).to.equal(1);
  });

  it("tells when a file begins, and not when a pipe does", async () => {
    const startOf = (path: string): Promise<FrameTime | undefined> => new FileSource(path).startTime();
    const path = directory.write("start.pcap", captureOf(1, [3e9 + 7, 1]));
    expect(await startOf(path)).to.deep.equal({ seconds: 3, nanoseconds: 7 });
    expect(await startOf(directory.write("none.pcap", pcapOf([])))).to.equal(undefined);
    expect(await startOf("-")).to.equal(undefined);
  });

  describe("and sources that fail", () => {
    const bad = Buffer.concat([captureOf(1, [10, 30]), new Uint8Array(16).fill(255)]);
    const path = (name: string, bytes: Uint8Array): string => directory.write(name, bytes);

    async function endOf(paths: readonly string[]): Promise<{ readonly frames: number; readonly error: unknown }> {
      const frames: number[][] = [];
      try {
        await read(new MergeSource(paths.map((name) => new FileSource(name))), frames);
      } catch (error) {
        return { frames: frames.length, error };
      }
      return { frames: frames.length, error: undefined };
    }

    it("reads all others to their ends, then throws the error", async () => {
      const good = path("good.pcap", captureOf(2, [20, 40, 50]));
      const { frames, error } = await endOf([path("bad.pcap", bad), good]);
      expect(frames).to.equal(5);
      expect(error).to.be.instanceOf(CaptureError).that.includes({ code: "absurd-record" });
    });

    it("throws one error for all that failed, in the order of the sources", async () => {
      const missing = directory.path("missing.pcap");
      const { frames, error } = await endOf([missing, path("bad.pcap", bad), path("text", Buffer.from("hello"))]);
      expect(frames).to.equal(2);
      expect(error).to.be.instanceOf(AggregateError);
      const codes = (error as AggregateError).errors.map((each) => (each as CaptureError).code);
      expect(codes).to.deep.equal(["not-found", "absurd-record", "unknown-format"]);
    });

    it("closes all when the consumer leaves early", async () => {
      let closed = 0;
      const source = (): FrameSource => ({
        *batches() {
          try {
            yield* new MemorySource(captureOf(1, [1, 2, 3])).batches();
          } finally {
            closed++;
          }
        },
      });
      for await (const batch of new MergeSource([source(), source(), source()]).batches()) {
        expect(batch.length).to.be.greaterThan(0);
        break;
      }
      expect(closed).to.equal(3);
    });

    it("closes the others where one cannot be closed, and throws its error", async () => {
      const closed: string[] = [];
      const close = (name: string, failure: string | undefined): void => {
        closed.push(name);
        if (failure !== undefined) throw new Error(failure);
      };
      const source = (name: string, failure?: string): FrameSource => ({
        *batches() {
          try {
            yield* new MemorySource(captureOf(1, [1, 2, 3])).batches();
          } finally {
            close(name, failure);
          }
        },
      });
      const sources = [source("a"), source("b", "b stays open"), source("c"), source("d", "d stays open")];
      const batches = new MergeSource(sources).batches();
      await batches.next();
      const ending = await batches.return().catch((error: unknown) => String(error));
      expect([closed.join(""), ending]).to.deep.equal(["abcd", "Error: b stays open"]);
    });
  });
});
