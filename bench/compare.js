// npm run bench -- [--captures bulk,small] [--peers tsnids,libnids] [--rounds N] [--json]
//
// Measures the engine beside other programs on generated captures. Missing captures are written and the programs built
// first. Without --captures, --peers and --json everything is measured, and the tables of docs/performance.md are written.

import { parseArgs } from "node:util";
import { BenchError } from "./compare/bench-error.js";
import { prepareCapture } from "./compare/captures.js";
import { exactDirections } from "./compare/exactness.js";
import { measure, measureWall } from "./compare/measure.js";
import { LOOP, OURS, preparePeers, WAY_NAMES } from "./compare/peers.js";
import { measureFlows, measureStartUp } from "./compare/programs.js";
import { writePerformancePage } from "./compare/performance-page.js";
import { summarize } from "./compare/result.js";
import { attempt, runRounds } from "./compare/rounds.js";
import { CPU_COLUMNS, jsonLines, resultTable } from "./compare/table.js";

const ALL_CAPTURES = ["bulk", "mixed", "small", "evil", "conc1k", "conc10k", "conc100k", "conc1m"];
const WALL_CAPTURES = ["bulk", "mixed", "small", "evil"];
const WALL_PEERS = [LOOP, OURS];
const WAY_CAPTURES = ["bulk", "small"];
const USUAL_ROUNDS = "5";

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
}

/** @param {string[]} args */
function main(args) {
  const { captures, peers, rounds, json } = readOptions(args);
  const results = compare(captures ?? ALL_CAPTURES, peers, rounds, json);
  if (json || captures !== undefined || peers !== undefined) return;
  const wall = inRounds(WALL_CAPTURES, preparePeers(WALL_PEERS), rounds, "wall time", measureWall);
  const ways = inRounds(WAY_CAPTURES, preparePeers([LOOP, ...WAY_NAMES]), rounds, "ways of use", measure);
  writePerformancePage({ rounds, results, wall, ways, flows: measureFlows(), startUp: measureStartUp() });
}

/** CPU time, and whether the bytes are right; printed capture by capture. */
function compare(captures, peerNames, rounds, json) {
  const peers = preparePeers(peerNames);
  return captures.flatMap((name) => {
    const capture = prepareCapture(name, false);
    const outcomes = new Map(peers.map((peer) => [peer.name, { samples: [] }]));
    for (const peer of peers) {
      const outcome = outcomes.get(peer.name);
      attempt(outcome, () => (outcome.exactDirections = exactDirections(peer, capture)));
    }
    const results = summarize(capture, runRounds(peers, capture, rounds, "CPU time", measure, outcomes));
    process.stdout.write(json ? jsonLines(results) : `${resultTable(results, CPU_COLUMNS)}\n`);
    return results;
  });
}

/** Rounds over several captures, without a look at the bytes. */
function inRounds(captures, peers, rounds, title, measureOne) {
  return captures.flatMap((name) => {
    const capture = prepareCapture(name, false);
    return summarize(capture, runRounds(peers, capture, rounds, title, measureOne));
  });
}

/** @param {string[]} args */
function readOptions(args) {
  const { captures, peers, rounds, json } = parsed(args);
  if (!/^[1-9][0-9]{0,2}$/.test(rounds)) {
    throw new BenchError("bad-option", `--rounds must be a whole number from 1 to 999, not "${rounds}"`);
  }
  return { captures: captures?.split(","), peers: peers?.split(","), rounds: Number(rounds), json };
}

/** The options as given; the user's mistakes become the benchmark's own error. @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        captures: { type: "string" },
        peers: { type: "string" },
        rounds: { type: "string", default: USUAL_ROUNDS },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new BenchError("bad-option", /** @type {Error} */ (error).message);
  }
}
