// node bench/start-up.js
//
// How long the command takes on a small file, from start to end, by the clock: `tsnids run pcaps/web.pcap`, 20 times.
// Prints one JSON line: {"runs","medianMs","leastMs"}

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { BenchError } from "./command/bench-error.js";
import { reasonIn, runCommand } from "./command/run-command.js";
import { median } from "./compare/result.js";

const RUNS = 20;
const REPOSITORY = join(import.meta.dirname, "..");
const COMMAND = [join(REPOSITORY, "packages", "cli", "bin", "tsnids.js"), "run", join(REPOSITORY, "pcaps", "web.pcap")];

await runCommand({ usage: "start-up.js" }, () => {
  const milliseconds = Array.from({ length: RUNS }, timed);
  const [medianMs, leastMs] = [median(milliseconds), Math.min(...milliseconds)].map(Math.round);
  process.stdout.write(`${JSON.stringify({ runs: RUNS, medianMs, leastMs })}\n`);
});

function timed() {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, COMMAND, { encoding: "utf8" });
  if (status !== 0) throw new BenchError("peer-failed", `tsnids run ended with ${status}: ${reasonIn(stderr)}`);
  return performance.now() - begin;
}
