// Measurements that are programs of their own and print one JSON line.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { BenchError } from "./bench-error.js";

/** @returns {Record<string, number>} what bench/flows.js says it prints */
export function measureFlows() {
  return run("flows.js");
}

/** @returns {Record<string, number>} what bench/start-up.js says it prints */
export function measureStartUp() {
  return run("start-up.js");
}

function run(name) {
  process.stderr.write(`bench: ${name}\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "..", name)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new BenchError("peer-failed", `bench/${name} failed: ${stderr.trim().split("\n").at(-1)}`);
  return JSON.parse(stdout);
}
