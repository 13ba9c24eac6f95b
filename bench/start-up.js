// node bench/start-up.js [--runs N]
//
// How long the command takes on a small file, from start to end, by the clock: `tsnids run pcaps/web.pcap`, 20 times. Prints one
// JSON line: {"runs","medianMs","leastMs"}

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { median } from "./compare/result.js";

const REPOSITORY = join(import.meta.dirname, "..");
const COMMAND = [join(REPOSITORY, "packages", "cli", "bin", "tsnids.js"), "run", join(REPOSITORY, "pcaps", "web.pcap")];

const { values } = parseArgs({ options: { runs: { type: "string", default: "20" } } });
const milliseconds = Array.from({ length: Number(values.runs) }, timed);
const [medianMs, leastMs] = [median(milliseconds), Math.min(...milliseconds)].map(Math.round);
process.stdout.write(`${JSON.stringify({ runs: milliseconds.length, medianMs, leastMs })}\n`);

function timed() {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, COMMAND, { encoding: "utf8" });
  if (status !== 0) throw new Error(`tsnids run ended with ${status}: ${stderr}`);
  return performance.now() - begin;
}
