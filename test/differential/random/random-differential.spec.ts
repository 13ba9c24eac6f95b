/**
 * Random traffic through libnids and through the engine: every event line must be the same.
 *
 *     plan ─► capture file ─┬─► nids_oracle (the real library)  ─┬─► equal, line by line
 *                           └─► nids-events (in this process)   ─┘
 *
 * A plan that differs is shrunk to the few steps that matter, and printed with its seed. TSNIDS_SEED and TSNIDS_RUNS choose
 * another seed and another number of captures.
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
import { trafficPlan } from "./traffic-plan.js";
import { playTraffic } from "./traffic-player.js";

const runs = Number(process.env["TSNIDS_RUNS"] ?? 2000);
const seed = Number(process.env["TSNIDS_SEED"] ?? Date.now() % 1_000_000);
/** Properties that run side by side, each with one nids_oracle at a time. */
const lanes = 3;

/** What has to turn up among so many captures, or the comparison says little. */
const expected = [
  ...["JUST_EST", "DATA", "CLOSE", "RESET", "TIMED_OUT", "EXITING"].map((state) => `"state":"${state}"`),
  ...["orphan", "udp", "ip", "ip_frag"].map((event) => `"ev":"${event}"`),
  ...[0, 3, 4, 5, 7].map((code) => `"code":${code},`),
  ...['"unsub":true', '"urg":"', '"discard":', '"l":3', '"dir":"s2c"'],
];

/** test/differential/events/main.js, as far as it is used here. */
interface EventProgram {
  eventText(words: readonly string[]): Promise<string>;
}

describeNeeding(["../shared", "gcc", "libnids-dev"], "random traffic through libnids and the engine", function () {
  this.timeout(300_000 + runs * 100);
  const missing = new Set(expected);
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

  it("everything turned up that there is to compare", function () {
    // A few captures, asked for by hand, need not show all of it.
    if (runs >= 1000) expect([...missing]).to.deep.equal([]);
  });

  function compareMany(lane: number, numRuns: number): Promise<void> {
    const file = join(folder, `${lane}.pcap`);
    const property = fc.asyncProperty(trafficPlan, oracleOptions, async (plan, options) => {
      // Of several streams that time out at the same frame, libnids tells the one first that got stuck first (D9).
      const conversations = plan.conversations.slice(0, options.includes("tcp_workarounds=1") ? 1 : undefined);
      writeFileSync(file, playTraffic({ ...plan, conversations }).pcap());
      const words = [...options, file];
      const [libnids, ours] = await Promise.all([askOracle(oracle, words), engine.eventText(words)]);
      expect(libnids.end, "libnids itself died").to.equal(0);
      for (const sign of missing) if (libnids.output.includes(sign)) missing.delete(sign);
      expectSameLines(ours.split("\n"), libnids.output.split("\n"));
    });
    return fc.assert(property, { numRuns, seed: seed + lane });
  }
});

/** Compares, and says no more than where the two part. */
function expectSameLines(ours: readonly string[], libnids: readonly string[]): void {
  const line = [...libnids, ...ours].findIndex((_, index) => libnids[index] !== ours[index]);
  const [theirs = "(no more lines)", own = "(no more lines)"] = [libnids[line], ours[line]];
  if (line >= 0) expect.fail(`line ${line + 1}\n  libnids: ${theirs}\n  ours:    ${own}`);
}
