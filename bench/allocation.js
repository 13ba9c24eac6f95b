// node bench/allocation.js [FILE]      (default: the bulk capture, made if missing)
//
// Shows what the path of in-order data allocates. A young generation larger than everything a pass could allocate is
// given to V8, so that no collection takes place during the measured pass; then the growth of the used heap is exactly
// what was allocated. The streams themselves allocate (an object each, and their notifications' bookkeeping), so the
// figure per packet is not nought, but it must be far below the smallest object (16 bytes). Prints one JSON line:
//
//     {"capture","packets","streams","bytesPerPacket","passes","collections"}      bytesPerPacket is the least of passes

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants, performance, PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { runCommand } from "./command/run-command.js";
import { prepareCapture } from "./compare/captures.js";

const YOUNG_GENERATION_FLAGS = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512"];
const WARM_UP_PASSES = 5;
const MEASURED_PASSES = 8;

/** `--measured` is for the process that it starts. */
const COMMAND = {
  usage: "allocation.js [FILE]",
  options: { measured: { type: "boolean", default: false } },
  operands: [0, 1],
};

await runCommand(COMMAND, ({ measured }, [path = prepareCapture("bulk", false).path]) =>
  measured ? measure(path) : startMeasurement(path),
);

/** Starts this file again with the flags the measurement needs. @param {string} path */
function startMeasurement(path) {
  const args = [...YOUNG_GENERATION_FLAGS, import.meta.filename, "--measured", path];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  process.exitCode = status ?? 1;
}

/** @param {string} path a generated capture */
async function measure(path) {
  const { FileSource } = await import("@tsnids/capture");
  const { Nids } = await import("@tsnids/nids");
  const { CollectingCounter } = await import("./replay/collecting-counter.js");
  const { packets } = JSON.parse(readFileSync(`${path}.truth.json`, "utf8"));
  const counter = new CollectingCounter();
  const nids = new Nids({ checksums: "verify" });
  nids.registerTcp(counter.callback);
  for (let pass = 0; pass < WARM_UP_PASSES; pass++) await nids.run(new FileSource(path));

  const collections = recordCollections();
  const passes = [];
  let collected = 0;
  for (let pass = 0; pass < MEASURED_PASSES; pass++) {
    globalThis.gc?.();
    counter.clear();
    const begin = performance.now();
    const before = process.memoryUsage().heapUsed;
    await nids.run(new FileSource(path));
    const allocated = process.memoryUsage().heapUsed - before;
    await setImmediate(); // collections are reported a turn of the event loop later
    passes.push(Number((allocated / packets).toFixed(3)));
    collected += collections.since(begin);
  }

  const { streams } = counter.totals();
  const report = {
    capture: path,
    packets,
    streams,
    bytesPerPacket: Math.min(...passes),
    passes,
    collections: collected,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** Records collections of the heap; had there been one during the pass, the heap's growth would say nothing. */
function recordCollections() {
  /** @type {PerformanceEntry[]} */
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  return {
    /** @param {number} begin a time of `performance.now()` @returns {number} collections after it */
    since(begin) {
      entries.push(...observer.takeRecords());
      return entries.filter((entry) => entry.startTime >= begin && isCollection(entry)).length;
    },
  };
}

/** Weak callbacks alone free nothing on the heap. @param {PerformanceEntry} entry */
function isCollection(entry) {
  const { kind } = /** @type {{detail: {kind: number}}} */ (/** @type {unknown} */ (entry)).detail;
  return kind !== constants.NODE_PERFORMANCE_GC_WEAKCB;
}
