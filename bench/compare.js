// npm run bench -- [--captures bulk,small] [--peers tsnids,libnids] [--rounds N] [--json]
//
// Measures the engine beside other programs on generated captures. Missing captures are written and the programs built
// first. Without --captures, --peers and --json everything is measured, and the tables of docs/performance.md are written.

import { BenchError } from "./compare/bench-error.js";
import { prepareCapture } from "./compare/captures.js";
import { runCommand } from "./compare/command.js";
import { exactDirections } from "./compare/exactness.js";
import { measure, measureWall } from "./compare/measure.js";
import { LOOP, OURS, preparePeers, READING_AHEAD, WAY_NAMES } from "./compare/peers.js";
import { measureFlows, measureStartUp, measureWorkers } from "./compare/programs.js";
import { writePerformancePage } from "./compare/performance-page.js";
import { summarize } from "./compare/result.js";
import { attempt, runRounds } from "./compare/rounds.js";
import { CPU_COLUMNS, jsonLines, resultTable } from "./compare/table.js";

const ALL_CAPTURES = ["bulk", "mixed", "small", "evil", "conc1k", "conc10k", "conc100k", "conc1m"];
const WALL_CAPTURES = ["bulk", "mixed", "small", "evil"];
const WALL_PEERS = [LOOP, OURS, READING_AHEAD];
const WAY_CAPTURES = ["bulk", "small"];
const OPTIONS = {
  captures: { type: "string" },
  peers: { type: "string" },
  rounds: { type: "string", default: "5" },
  json: { type: "boolean", default: false },
};

runCommand(OPTIONS, main);

function main(options) {
  const captures = options.captures?.split(",");
  const peers = options.peers?.split(",");
  const rounds = countOf(options.rounds);
  const { json } = options;
  const results = compare(captures ?? ALL_CAPTURES, peers, rounds, json);
  insistOnOurs(results);
  if (json || captures !== undefined || peers !== undefined) return;
  const wall = inRounds(WALL_CAPTURES, preparePeers(WALL_PEERS), rounds, "wall time", measureWall);
  const ways = inRounds(WAY_CAPTURES, preparePeers([LOOP, ...WAY_NAMES]), rounds, "ways of use", measure);
  insistOnOurs(ways);
  const [flows, startUp] = [measureFlows(), measureStartUp()];
  const workers = [...measureWorkers(1), ...measureWorkers(0)];
  writePerformancePage({ rounds, results, wall, ways, flows, startUp, workers });
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

/** Others may get bytes wrong; where the engine does, the command ends with 1. */
function insistOnOurs(results) {
  for (const { capture, peer, failure, exactDirections, directions, rightTotals } of results) {
    const isRight = failure === undefined && rightTotals && (exactDirections ?? directions) === directions;
    if (!peer.startsWith(OURS) || isRight) continue;
    process.stderr.write(`bench: ${peer} did not get ${capture} right\n`);
    process.exitCode = 1;
  }
}

/** @param {string} rounds @returns {number} */
function countOf(rounds) {
  if (/^[1-9][0-9]{0,2}$/.test(rounds)) return Number(rounds);
  throw new BenchError("bad-option", `--rounds must be a whole number from 1 to 999, not "${rounds}"`);
}
