/** Several threads count, raise and hear together what one engine does, on every capture of pcaps/. */
import { FileSource } from "@tsnids/capture";
import type { ChecksumMode } from "@tsnids/nids";
import { Nids } from "@tsnids/nids";
import { NidsWorkers, run } from "@tsnids/workers";
import { expect } from "chai";
import { readdirSync } from "node:fs";
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

describe("streams spread over threads", function () {
  this.timeout(60_000);

  for (const file of readdirSync(folder).filter((name) => name.endsWith(".pcap"))) {
    it(`come to the same: ${file}`, async () => {
      for (const [checksums, workers] of [
        ["auto", 2],
        ["verify", 3],
      ] as readonly [ChecksumMode, number][]) {
        const one = new Nids({ checksums });
        const heard = setup(one);
        await one.run(new FileSource(`${folder}${file}`));
        const many = new NidsWorkers({ workers, worker, params: { checksums } });
        await many.run(new FileSource(`${folder}${file}`));
        expect(many.statistics()).to.deep.equal(one.statistics());
        expect(many.alertCounts()).to.deep.equal(one.alertCounts());
        expect(together(many.results as Heard[])).to.deep.equal(together([heard()]));
      }
    });
  }

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
