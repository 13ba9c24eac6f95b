// node bench/workers.js FILE [--micros N] [--rounds N] [--workers 1,2]
//
// What worker threads are good for: replays a capture with a callback that works so many microseconds for each piece of
// data (default 1; 0 is an empty callback), in one thread without workers, and with each of these numbers of workers,
// in turns. Each measurement is two processes, one with one pass over the capture and one with three: a pass costs the
// slope between them, what is left is the start of the threads and compiling. Prints a JSON line per kind:
//
//     passWall, passCpu    seconds of a pass, by the clock and of all threads; the median of the rounds
//     timesOneWorker       how many times as fast a pass was as with one worker: the median of the rounds' ratios
//     wall, cpu            seconds of the whole process with one pass
//     timesOneWorkerWhole  how many times as fast that was
//
// Totals that differ are an error.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Nids } from "@tsnids/nids";
import { run } from "@tsnids/workers";
import { BenchError } from "./compare/bench-error.js";
import setup, { turnsPerMicrosecond } from "./workers/busy-handler.js";
import { repeatedSource } from "./workers/repeated-source.js";

const FEW_PASSES = 1;
const MANY_PASSES = 3;

const USAGE = "usage: node bench/workers.js FILE [--micros N] [--rounds N] [--workers 1,2]";

try {
  const { path, once, passes, turns, ...comparison } = readArguments(process.argv.slice(2));
  if (once === undefined) compare(path, comparison);
  else process.stdout.write(JSON.stringify(await measure(path, passes, once, turns)));
} catch (error) {
  // Errors with a code are about the input, and their message is all there is to say.
  if (!(error instanceof Error && "code" in error)) throw error;
  process.stderr.write(`workers: ${error.message}\n`);
  process.exitCode = 2;
}

/** @param {string[]} args */
function readArguments(args) {
  const { values, positionals } = parseArgs({
    args,
    options: {
      micros: { type: "string", default: "1" },
      rounds: { type: "string", default: "3" },
      workers: { type: "string", default: "1,2" },
      once: { type: "string" },
      passes: { type: "string", default: "1" },
      turns: { type: "string", default: "0" },
    },
    allowPositionals: true,
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new BenchError("bad-option", `one FILE is needed; ${USAGE}`);
  return {
    path,
    micros: microseconds(values.micros),
    rounds: count("--rounds", values.rounds, 1),
    workers: values.workers.split(",").map((text) => count("--workers", text, 1)),
    once: values.once === undefined ? undefined : count("--once", values.once, 0),
    passes: count("--passes", values.passes, 1),
    turns: count("--turns", values.turns, 0),
  };
}

/** @param {string} text */
function microseconds(text) {
  if (/^[0-9]{1,6}(\.[0-9]+)?$/.test(text)) return Number(text);
  throw new BenchError("bad-option", `--micros must be a number, not "${text}"; ${USAGE}`);
}

/**
 * @param {string} option
 * @param {string} text
 * @param {number} least
 */
function count(option, text, least) {
  if (/^[0-9]{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new BenchError("bad-option", `${option} must be a whole number from ${least}, not "${text}"; ${USAGE}`);
}

/**
 * One process: with no workers in one thread.
 * @param {string} path
 * @param {number} passes
 * @param {number} workers
 * @param {number} turns
 */
async function measure(path, passes, workers, turns) {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const source = repeatedSource(path, passes);
  const { statistics, results } =
    workers === 0
      ? await inOneThread(source, turns)
      : await run(source, {
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
 * @param {import("@tsnids/pcap").FrameSource} source
 * @param {number} turns
 */
async function inOneThread(source, turns) {
  const nids = new Nids();
  const result = /** @type {() => unknown} */ (
    setup(nids, { index: 0, workers: 1, data: { turns }, report: () => undefined })
  );
  await nids.run(source);
  return { statistics: nids.statistics(), results: [result()] };
}

/**
 * @param {string} path
 * @param {{ micros: number, rounds: number, workers: number[] }} comparison
 */
function compare(path, comparison) {
  const turns = Math.round(comparison.micros * turnsPerMicrosecond());
  const kinds = [0, ...comparison.workers];
  /** @type {ReturnType<typeof sample>[][]} */
  const rounds = [];
  for (let round = 0; round < comparison.rounds; round++) {
    rounds.push(kinds.map((workers) => sample(path, workers, turns)));
  }
  const totals = new Set(rounds.flat().map(({ totals }) => totals));
  if (totals.size > 1) throw new Error(`totals differ: ${[...totals].join(", ")}`);
  for (const [at, workers] of kinds.entries()) {
    const own = rounds.map((round) => /** @type {(typeof round)[0]} */ (round[at]));
    const one = rounds.map((round) => round[kinds.indexOf(1)]);
    const [{ frames, segments } = { frames: 1, segments: 0 }] = own;
    const line = {
      workers: workers === 0 ? "none" : workers,
      microsPerSegment: comparison.micros,
      frames,
      segments,
      passWall: rounded(median(own.map(({ passWall }) => passWall))),
      passCpu: rounded(median(own.map(({ passCpu }) => passCpu))),
      timesOneWorker: rounded(median(own.map(({ passWall }, round) => (one[round]?.passWall ?? NaN) / passWall))),
      wall: rounded(median(own.map(({ wall }) => wall))),
      cpu: rounded(median(own.map(({ cpu }) => cpu))),
      timesOneWorkerWhole: rounded(median(own.map(({ wall }, round) => (one[round]?.wall ?? NaN) / wall))),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/**
 * The process with few passes and that with many.
 * @param {string} path
 * @param {number} workers
 * @param {number} turns
 */
function sample(path, workers, turns) {
  const few = measureApart(path, FEW_PASSES, workers, turns);
  const many = measureApart(path, MANY_PASSES, workers, turns);
  const { frames, segments, bytes, wall, cpu } = few;
  const times = MANY_PASSES / FEW_PASSES;
  const expected = `${frames * times} ${segments * times} ${bytes * times}`;
  const found = `${many.frames} ${many.segments} ${many.bytes}`;
  if (found !== expected) throw new Error(`totals of ${MANY_PASSES} passes: ${found} instead of ${expected}`);
  const passes = MANY_PASSES - FEW_PASSES;
  return {
    frames,
    segments,
    totals: `${frames} ${segments} ${bytes}`,
    wall,
    cpu,
    passWall: (many.wall - wall) / passes,
    passCpu: (many.cpu - cpu) / passes,
  };
}

/**
 * The same in a process of its own.
 * @param {string} path
 * @param {number} passes
 * @param {number} workers
 * @param {number} turns
 * @returns {Awaited<ReturnType<typeof measure>>}
 */
function measureApart(path, passes, workers, turns) {
  const options = ["--once", String(workers), "--passes", String(passes), "--turns", String(turns)];
  const args = [fileURLToPath(import.meta.url), path, ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new BenchError("peer-failed", stderr.trim().replace(/^workers: /, ""));
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
