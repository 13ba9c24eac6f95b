// npm run bench -- [--captures bulk,small] [--peers tsnids,libnids] [--rounds N] [--json]
//
// Measures the engine beside other programs on generated captures. Missing captures are written and the programs built
// first. Without --captures, --peers and --json everything is measured, and the tables of docs/performance.md are written.

import { roundsOf, runCommand } from "./command/run-command.js";
import { insistOnKinds, prepareCapture } from "./compare/captures.js";
import { exactDirections } from "./compare/exactness.js";
import { measure, measureWall } from "./compare/measure.js";
import { LOOP, OURS, preparePeers, READING_AHEAD, WAY_NAMES } from "./compare/peers.js";
import { measureFlows, measureStartUp, measureWorkers } from "./compare/programs.js";
import { insistOnSections, writeSections } from "./compare/performance-page.js";
import {
  cpuSections,
  flowsSection,
  startUpSection,
  wallSection,
  waysSection,
  workersSection,
} from "./compare/sections.js";
import { summarize } from "./compare/result.js";
import { attempt, runRounds } from "./compare/rounds.js";
import { CPU_COLUMNS, jsonLines, resultTable } from "./compare/table.js";

const ALL_CAPTURES = ["bulk", "mixed", "small", "evil", "conc1k", "conc10k", "conc100k", "conc1m"];
const WALL_CAPTURES = ["bulk", "mixed", "small", "evil"];
const WALL_PEERS = [LOOP, OURS, READING_AHEAD];
const WAY_CAPTURES = ["bulk", "small"];
const COMMAND = {
  usage: "compare.js [--captures bulk,small] [--peers tsnids,libnids] [--rounds N] [--json]",
  options: {
    captures: { type: "string" },
    peers: { type: "string" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
};

await runCommand(COMMAND, main);

async function main(options) {
  const captures = options.captures?.split(",");
  insistOnKinds(captures ?? []);
  const peers = options.peers?.split(",");
  const rounds = roundsOf(options.rounds);
  const { json } = options;
  if (json || captures !== undefined || peers !== undefined) {
    insistOnOurs(await compare(captures ?? ALL_CAPTURES, peers, rounds, json));
  } else {
    await writePage(rounds);
  }
}

/** Measures everything. Each table is written as soon as its figures are there: it takes long, and more memory to the end. */
async function writePage(rounds) {
  insistOnSections();
  const results = await compare(ALL_CAPTURES, undefined, rounds, false);
  writeSections(cpuSections(rounds, results));
  const wall = await inRounds(WALL_CAPTURES, preparePeers(WALL_PEERS), rounds, "wall time", measureWall);
  writeSections(wallSection(wall));
  const ways = await inRounds(WAY_CAPTURES, preparePeers([LOOP, ...WAY_NAMES]), rounds, "ways of use", measure);
  writeSections(waysSection(ways));
  insistOnOurs([...results, ...wall, ...ways]);
  writeSections(startUpSection(measureStartUp()));
  writeSections(workersSection([...measureWorkers(1), ...measureWorkers(0)]));
  writeSections(flowsSection(measureFlows()));
  process.stderr.write("bench: docs/performance.md has the new figures\n");
}

/** CPU time, and whether the bytes are right; printed capture by capture. */
async function compare(captures, peerNames, rounds, json) {
  const peers = preparePeers(peerNames);
  const all = [];
  for (const name of captures) {
    const capture = prepareCapture(name, false);
    const outcomes = new Map(peers.map((peer) => [peer.name, { samples: [] }]));
    for (const peer of peers) {
      const outcome = outcomes.get(peer.name);
      await attempt(outcome, async () => (outcome.exactDirections = await exactDirections(peer, capture)));
    }
    const results = summarize(capture, await runRounds(peers, capture, rounds, "CPU time", measure, outcomes));
    process.stdout.write(json ? jsonLines(results) : `${resultTable(results, CPU_COLUMNS)}\n`);
    all.push(...results);
  }
  return all;
}

/** Rounds over several captures, without a look at the bytes. */
async function inRounds(captures, peers, rounds, title, measureOne) {
  const results = [];
  for (const name of captures) {
    const capture = prepareCapture(name, false);
    results.push(...summarize(capture, await runRounds(peers, capture, rounds, title, measureOne)));
  }
  return results;
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
