// node bench/workers.js FILE [--micros N] [--rounds N] [--workers 1,2]
//
// What worker threads are good for: replays a capture with a callback that works so many microseconds for each piece of data (default 1; 0 is an empty
// callback), in one thread without workers, and with each of these numbers of workers, in turns. Prints a JSON line per kind: wall and CPU seconds, the
// median of the rounds, nanoseconds per frame, and how many times as fast as one worker it was (the median of the rounds' ratios). Each measurement is a
// process of its own; starting Node, and compiling, are part of it. Totals that differ are an error.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FileSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { run } from "@tsnids/workers";
import setup, { turnsPerMicrosecond } from "./workers/busy-handler.js";

const { values, positionals } = parseArgs({
  options: {
    micros: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    workers: { type: "string", default: "1,2" },
    once: { type: "string" },
    turns: { type: "string", default: "0" },
  },
  allowPositionals: true,
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write("usage: node bench/workers.js FILE [--micros N] [--rounds N] [--workers 1,2]\n");
  process.exit(2);
}
if (values.once === undefined) compare(file);
else process.stdout.write(JSON.stringify(await measure(file, Number(values.once), Number(values.turns))));

/**
 * One run: with no workers in one thread.
 * @param {string} path
 * @param {number} workers
 * @param {number} turns
 */
async function measure(path, workers, turns) {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const { statistics, results } =
    workers === 0
      ? await inOneThread(path, turns)
      : await run(new FileSource(path), {
          workers,
          worker: new URL("./workers/busy-handler.js", import.meta.url),
          workerData: { turns },
        });
  const wall = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  let [segments, bytes] = [0, 0];
  for (const result of /** @type {{ segments: number, bytes: number }[]} */ (results)) {
    segments += result.segments;
    bytes += result.bytes;
  }
  return { wall, cpu: (user + system) / 1e6, frames: statistics.frames, segments, bytes };
}

/**
 * @param {string} path
 * @param {number} turns
 */
async function inOneThread(path, turns) {
  const nids = new Nids();
  const result = /** @type {() => unknown} */ (
    setup(nids, { index: 0, workers: 1, data: { turns }, report: () => undefined })
  );
  await nids.run(new FileSource(path));
  return { statistics: nids.statistics(), results: [result()] };
}

/** @param {string} path */
function compare(path) {
  const turns = Math.round(Number(values.micros) * turnsPerMicrosecond());
  const kinds = [0, ...values.workers.split(",").map(Number)];
  /** @type {Awaited<ReturnType<typeof measure>>[][]} */
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    rounds.push(kinds.map((workers) => measureApart(path, workers, turns)));
  }
  const totals = new Set(rounds.flat().map(({ frames, segments, bytes }) => `${frames} ${segments} ${bytes}`));
  if (totals.size > 1) throw new Error(`totals differ: ${[...totals].join(", ")}`);
  for (const [at, workers] of kinds.entries()) {
    const own = rounds.map((round) => /** @type {(typeof round)[0]} */ (round[at]));
    const ofOneWorker = rounds.map((round) => /** @type {(typeof round)[0]} */ (round[kinds.indexOf(1)]));
    const [{ frames, segments } = { frames: 1, segments: 0 }] = own;
    const wall = median(own.map((each) => each.wall));
    const line = {
      workers: workers === 0 ? "none" : workers,
      microsPerSegment: Number(values.micros),
      frames,
      segments,
      wall: rounded(wall),
      cpu: rounded(median(own.map((each) => each.cpu))),
      nanosPerFrame: Math.round((wall / frames) * 1e9),
      timesOneWorker: rounded(median(own.map((each, round) => (ofOneWorker[round]?.wall ?? NaN) / each.wall))),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/**
 * The same in a process of its own.
 * @param {string} path
 * @param {number} workers
 * @param {number} turns
 * @returns {Awaited<ReturnType<typeof measure>>}
 */
function measureApart(path, workers, turns) {
  const args = [fileURLToPath(import.meta.url), path, "--once", String(workers), "--turns", String(turns)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** @param {number} number */
function rounded(number) {
  return Math.round(number * 1000) / 1000;
}
