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
import { Nids } from "@tsnids/nids";
import { run } from "@tsnids/workers";
import { BenchError } from "./command/bench-error.js";
import { reasonIn, roundsOf, runCommand, wholeNumber } from "./command/run-command.js";
import { median } from "./compare/result.js";
import setup, { turnsPerMicrosecond } from "./workers/busy-handler.js";
import { repeatedSource } from "./workers/repeated-source.js";

const FEW_PASSES = 1;
const MANY_PASSES = 3;

const MOST_WORKERS = 999;

const COMMAND = {
  usage: "workers.js FILE [--micros N] [--rounds N] [--workers 1,2]",
  options: {
    micros: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    workers: { type: "string", default: "1,2" },
    // For the processes that it starts:
    once: { type: "string" },
    passes: { type: "string", default: "1" },
    turns: { type: "string", default: "0" },
  },
  operands: [1, 1],
};

await runCommand(COMMAND, async ({ once, passes, turns, micros, rounds, workers }, [path]) => {
  if (once !== undefined) {
    process.stdout.write(JSON.stringify(await measure(path, Number(passes), Number(once), Number(turns))));
  } else {
    compare(path, {
      micros: microseconds(micros),
      rounds: roundsOf(rounds),
      workers: workers.split(",").map((text) => wholeNumber("--workers", text, 1, MOST_WORKERS)),
    });
  }
});

/** @param {string} text */
function microseconds(text) {
  if (/^[0-9]{1,6}(\.[0-9]+)?$/.test(text)) return Number(text);
  throw new BenchError("bad-option", `--micros must be a number, not "${text}"`);
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
  if (totals.size > 1) throw new BenchError("peer-failed", `totals differ: ${[...totals].join(", ")}`);
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
  if (found !== expected) {
    const wrong = `totals of ${MANY_PASSES} passes: ${found} instead of ${expected}`;
    throw new BenchError(
      "peer-failed",
      `${wrong}; in ${path} all connections must end, or they go on in the next pass`,
    );
  }
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
  if (status !== 0) throw new BenchError(status === 2 ? "bad-input" : "peer-failed", reasonIn(stderr));
  return JSON.parse(stdout);
}

/** @param {number} number */
function rounded(number) {
  return Math.round(number * 1000) / 1000;
}
