/** Several threads count, raise and hear together what one engine does, on every capture of pcaps/. */
import { FileSource } from "@tsnids/capture";
import type { ChecksumMode } from "@tsnids/nids";
import { Nids, NidsError } from "@tsnids/nids";
import { FrameBatch, MemorySource } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";
import { capture, conversation } from "@tsnids/testkit";
import { NidsWorkers, run } from "@tsnids/workers";
import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Heard } from "./counting-module.js";
import setup from "./counting-module.js";

const folder = fileURLToPath(new URL("../../../pcaps/", import.meta.url));
const worker = new URL("./counting-module.js", import.meta.url);

/** What all have heard: of each stream the whole in its order, streams sorted. */
function together(heard: readonly Heard[]): Heard {
  return {
    bytes: heard.reduce((sum, { bytes }) => sum + bytes, 0),
    datagrams: heard.reduce((sum, { datagrams }) => sum + datagrams, 0),
    streams: heard.flatMap(({ streams }) => streams).sort(([one], [other]) => one.localeCompare(other)),
  };
}

/** Frames that a source reads into the memory it is given, and frames that lie in memory of its own. */
const sources = {
  "in place": (path: string) => new FileSource(path),
  copied: (path: string) => new MemorySource(readFileSync(path)),
} as const;

async function expectSameTotals(path: string, checksums: ChecksumMode, workers: number, source: keyof typeof sources) {
  const one = new Nids({ checksums });
  const heard = setup(one);
  await one.run(new FileSource(path));
  const many = new NidsWorkers({ workers, worker, params: { checksums } });
  await many.run(sources[source](path));
  expect(many.statistics()).to.deep.equal(one.statistics());
  expect(many.alertCounts()).to.deep.equal(one.alertCounts());
  expect(together(many.results as Heard[])).to.deep.equal(together([heard()]));
}

/** The frames of a batch from `first` on, as one of their own. */
function rest(whole: FrameBatch, first: number): FrameBatch {
  const batch = new FrameBatch(whole.length - first);
  batch.bytes = whole.bytes;
  batch.interfaces = whole.interfaces;
  for (let index = first; index < whole.length; index++) {
    const { offset, capturedLength, originalLength, seconds, nanoseconds } = whole;
    const columns = [offset, capturedLength, originalLength, seconds, nanoseconds].map((column) => column[index]);
    const [at = 0, captured = 0, original = 0, second = 0, part = 0] = columns;
    batch.push(at, captured, original, second, part, 0);
  }
  return batch;
}

/** Does something where this thread has no WebAssembly; the workers have it. */
async function withoutWebAssembly(action: () => Promise<void>): Promise<void> {
  const platform = globalThis as { WebAssembly?: unknown };
  const { WebAssembly } = platform;
  Reflect.deleteProperty(platform, "WebAssembly");
  try {
    await action();
  } finally {
    platform.WebAssembly = WebAssembly;
  }
}

describe("streams spread over threads", function () {
  this.timeout(60_000);

  for (const file of readdirSync(folder).filter((name) => name.endsWith(".pcap"))) {
    it(`come to the same: ${file}`, async () => {
      await expectSameTotals(`${folder}${file}`, "auto", 2, "in place");
      await expectSameTotals(`${folder}${file}`, "verify", 3, "copied");
    });
  }

  it("come to the same where no WebAssembly spreads them", async () => {
    await withoutWebAssembly(async () => {
      for (const file of ["web.pcap", "lo-offload.pcap", "dns-fragments.pcap", "vlan.pcap"]) {
        await expectSameTotals(`${folder}${file}`, "auto", 2, "in place");
        await expectSameTotals(`${folder}${file}`, "verify", 3, "copied");
      }
    });
  });

  it("come to the same in every part of a second", async () => {
    const open = (host: number) => conversation({ client: `10.0.0.${host}:1`, server: "10.0.1.1:80" }).handshake();
    const beginnings = [2, 3, 4, 5, 6, 7].map((host) =>
      open(host).at("1000000000.4").segment("client", { seq: 4, data: "behind" }).ack("server"),
    );
    const others = [8, 9, 10, 11].map((host) => open(host));
    const first = capture([...beginnings, ...others]).batch();
    for (const talk of beginnings) talk.at("1000000001.8").segment("client", { seq: -10, data: "hole" });
    for (const talk of others) talk.at("1000000001.7").send("client", "tick");
    const whole = capture([...beginnings, ...others]).batch();
    const source: FrameSource = {
      async *batches() {
        yield first;
        await setTimeout(300); // by then worker 0 has said that frames of the interface can be sorted
        whole.interfaces = first.interfaces;
        yield rest(whole, first.length);
      },
    };
    const one = new Nids({ checksums: "verify" });
    const heard = setup(one);
    await one.run(source);
    const many = new NidsWorkers({ workers: 4, worker, params: { checksums: "verify" } });
    await many.run(source);
    expect(many.statistics()).to.deep.equal(one.statistics()).and.include({ gaps: 6 });
    expect(together(many.results as Heard[])).to.deep.equal(together([heard()]));
  });

  describe("in frames of every length, more than blocks hold,", () => {
    const temporary = mkdtempSync(join(tmpdir(), "tsnids-totals-"));
    const path = join(temporary, "lengths.pcap");
    before(() => {
      const talks = Array.from({ length: 6 }, (_, host) => {
        const talk = conversation({ client: `10.0.0.${host + 2}:1000`, server: "10.0.0.1:80", segmentSize: 60_000 });
        talk.handshake();
        for (let length = 0; length < 1400; length++) talk.send("client", new Uint8Array(length).fill(length));
        for (let times = 0; times < 20; times++) talk.send("client", new Uint8Array(60_000).fill(times));
        return talk;
      });
      writeFileSync(path, capture(talks).pcap());
    });
    after(() => rmSync(temporary, { recursive: true }));

    // A byte that is not where it belongs makes a checksum wrong.
    for (const source of Object.keys(sources) as (keyof typeof sources)[]) {
      it(`come to the same, with WebAssembly and without: ${source}`, async () => {
        await expectSameTotals(path, "verify", 2, source);
        await withoutWebAssembly(() => expectSameTotals(path, "verify", 2, source));
      });
    }
  });

  it("are refused where there is no memory to spread them in, until there is", async () => {
    const { SharedArrayBuffer } = globalThis;
    const many = new NidsWorkers({ workers: 2, worker });
    const enough = new Proxy(SharedArrayBuffer, {
      construct() {
        throw new RangeError("enough");
      },
    });
    Object.assign(globalThis, { SharedArrayBuffer: enough });
    try {
      const refusal = withoutWebAssembly(() => many.run(new FileSource(`${folder}web.pcap`)));
      const error: unknown = await refusal.catch((thrown: unknown) => thrown);
      expect(error).to.be.an.instanceOf(NidsError).with.property("code", "no-memory");
      expect(error).to.have.nested.property("cause.message", "enough");
    } finally {
      Object.assign(globalThis, { SharedArrayBuffer });
    }
    await many.run(new FileSource(`${folder}web.pcap`));
    expect(many.statistics().streams).to.equal(12);
  });

  it("are spread: several workers have some", async () => {
    const { results } = await run(new FileSource(`${folder}web.pcap`), { workers: 3, worker });
    expect((results as Heard[]).filter(({ streams }) => streams.length > 0)).to.have.length.above(1);
  });

  it("may all go to one", async () => {
    const { results, statistics } = await run(new FileSource(`${folder}web.pcap`), { workers: 1, worker });
    expect(results).to.have.length(1);
    expect((results as Heard[])[0]?.streams).to.have.length(statistics.streams);
  });
});
