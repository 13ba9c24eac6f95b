/**
 * Random traffic through libnids and through the engine: every event line must be the same.
 *
 *     plan ─► capture file ─┬─► nids_oracle (the real library)  ─┬─► equal, line by line
 *                           └─► nids-events (in this process)   ─┘
 *
 * A plan that differs is shrunk, and the seed is printed. TSNIDS_SEED and TSNIDS_RUNS choose another seed and number of captures.
 */
import { expect } from "chai";
import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { corpusFolder, describeNeeding } from "../../left-out.js";
import { repository } from "../../suites.js";
import { askOracle, buildOracle } from "./libnids-oracle.js";
import { oracleOptions } from "./oracle-options.js";
import { trafficPlan, type Avoided } from "./traffic-plan.js";
import { playTraffic } from "./traffic-player.js";

/** Differences no parameter sets aside yet. */
const avoid: ReadonlySet<Avoided> = new Set(["D1", "D2", "D3"]);

/** Runs of nids_oracle at once. */
const lanes = 4;
const runs = Number(process.env["TSNIDS_RUNS"] ?? 2000);
const seed = Number(process.env["TSNIDS_SEED"] ?? Date.now() % 1_000_000);

/** test/differential/events/main.js, as far as it is used here. */
interface EventProgram {
  eventText(words: readonly string[]): Promise<string>;
}

describeNeeding(["../shared", "gcc", "libnids-dev"], "random traffic through libnids and the engine", function () {
  this.timeout(300_000 + runs * 100);
  let folder = "";
  let oracle = "";
  let engine: EventProgram;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "random-differential-"));
    oracle = buildOracle(join(corpusFolder, "../libnids/oracle"), folder);
    const program = pathToFileURL(join(repository, "test/differential/events/main.js")).href;
    engine = (await import(program)) as EventProgram;
  });

  after(() => rmSync(folder, { recursive: true }));

  it(`${runs} captures, seed ${seed}`, async () => {
    const each = Math.ceil(runs / lanes);
    await Promise.all(Array.from({ length: lanes }, (_, lane) => compareMany(lane, each)));
  });

  function compareMany(lane: number, numRuns: number): Promise<void> {
    const file = join(folder, `${lane}.pcap`);
    const property = fc.asyncProperty(trafficPlan, oracleOptions, async (plan, options) => {
      const frames = playTraffic(plan, avoid);
      fc.pre(frames.length > 0);
      writeFileSync(file, frames.pcap());
      const words = [...options, file];
      const [libnids, ours] = await Promise.all([askOracle(oracle, words), engine.eventText(words)]);
      expect(libnids.end, "libnids itself died").to.equal(0);
      expect(ours.split("\n")).to.deep.equal(libnids.output.split("\n"));
    });
    return fc.assert(property, { numRuns, seed: seed + lane, endOnFailure: false });
  }
});
