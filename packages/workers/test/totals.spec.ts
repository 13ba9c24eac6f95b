/** Several threads count, raise and hear together what one engine does, on every capture of pcaps/. */
import { FileSource } from "@tsnids/capture";
import type { ChecksumMode } from "@tsnids/nids";
import { Nids } from "@tsnids/nids";
import { MemorySource } from "@tsnids/pcap";
import { NidsWorkers, run } from "@tsnids/workers";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
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

async function expectSameTotals(file: string, checksums: ChecksumMode, workers: number, source: keyof typeof sources) {
  const one = new Nids({ checksums });
  const heard = setup(one);
  await one.run(new FileSource(`${folder}${file}`));
  const many = new NidsWorkers({ workers, worker, params: { checksums } });
  await many.run(sources[source](`${folder}${file}`));
  expect(many.statistics()).to.deep.equal(one.statistics());
  expect(many.alertCounts()).to.deep.equal(one.alertCounts());
  expect(together(many.results as Heard[])).to.deep.equal(together([heard()]));
}

describe("streams spread over threads", function () {
  this.timeout(60_000);

  for (const file of readdirSync(folder).filter((name) => name.endsWith(".pcap"))) {
    it(`come to the same: ${file}`, async () => {
      await expectSameTotals(file, "auto", 2, "in place");
      await expectSameTotals(file, "verify", 3, "copied");
    });
  }

  it("come to the same where no WebAssembly spreads them", async () => {
    const platform = globalThis as { WebAssembly?: unknown };
    const { WebAssembly } = platform;
    Reflect.deleteProperty(platform, "WebAssembly");
    try {
      for (const file of ["web.pcap", "lo-offload.pcap", "dns-fragments.pcap", "vlan.pcap"]) {
        await expectSameTotals(file, "auto", 2, "in place");
        await expectSameTotals(file, "verify", 3, "copied");
      }
    } finally {
      platform.WebAssembly = WebAssembly;
    }
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
