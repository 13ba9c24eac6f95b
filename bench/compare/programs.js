// Measurements that are programs of their own and print JSON lines.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { BenchError } from "../command/bench-error.js";
import { reasonIn } from "../command/run-command.js";
import { prepareCapture } from "./captures.js";

/** The capture on which workers are measured: that with the most calls of a callback. */
const WORKERS_CAPTURE = "small";

/** @returns {Record<string, number>} what bench/flows.js says it prints */
export function measureFlows() {
  return run("flows.js")[0];
}

/** @returns {Record<string, number>} what bench/start-up.js says it prints */
export function measureStartUp() {
  return run("start-up.js")[0];
}

/**
 * @param {number} micros what the callback works for each piece of data
 * @returns {Record<string, number>[]} what bench/workers.js says it prints
 */
export function measureWorkers(micros) {
  return run("workers.js", prepareCapture(WORKERS_CAPTURE, false).path, "--micros", String(micros));
}

function run(name, ...args) {
  process.stderr.write(`bench: ${name}\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "..", name), ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new BenchError("peer-failed", `bench/${name} failed: ${reasonIn(stderr)}`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
