// npm run bench -- [--only bulk,small] [--peers tsnids,libnids] [--rounds N] [--quick] [--json]
//
// Measures the engine beside programs in C on generated captures. Missing captures are written and the programs built
// first. Peers take turns within a round, so that a slow moment of the machine hits all of them.

import { parseArgs } from "node:util";
import { BenchError } from "./compare/bench-error.js";
import { prepareCapture } from "./compare/captures.js";
import { measure, warm } from "./compare/measure.js";
import { preparePeers } from "./compare/peers.js";
import { summarize } from "./compare/result.js";
import { jsonLines, table } from "./compare/table.js";

const USUAL_CAPTURES = "bulk,small,mixed,evil";
const USUAL_ROUNDS = "5";
const QUICK_ROUNDS = "3";

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
}

/** @param {string[]} args */
function main(args) {
  const { kinds, peerNames, rounds, quick, json } = readOptions(args);
  const peers = preparePeers(peerNames);
  const results = [];
  for (const kind of kinds) {
    const capture = prepareCapture(kind, quick);
    const ofCapture = summarize(capture, runRounds(peers, capture, rounds));
    if (json) process.stdout.write(jsonLines(ofCapture));
    results.push(...ofCapture);
  }
  if (!json) process.stdout.write(table(results));
}

/** All peers in turn, so many times over. */
function runRounds(peers, capture, rounds) {
  const samples = new Map(peers.map((peer) => [peer.name, []]));
  warm(capture.path);
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`bench: ${capture.name}, round ${round} of ${rounds}\n`);
    for (const peer of peers) samples.get(peer.name).push(measure(peer, capture));
  }
  return samples;
}

/** @param {string[]} args */
function readOptions(args) {
  const { only, peers, rounds: text, quick, json } = parsed(args);
  const rounds = text ?? (quick ? QUICK_ROUNDS : USUAL_ROUNDS);
  if (!/^[1-9][0-9]{0,2}$/.test(rounds)) {
    throw new BenchError("bad-option", `--rounds must be a whole number from 1 to 999, not "${rounds}"`);
  }
  return { kinds: only.split(","), peerNames: peers?.split(","), rounds: Number(rounds), quick, json };
}

/** The options as given; the user's mistakes become the benchmark's own error. @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: "string", default: USUAL_CAPTURES },
        peers: { type: "string" },
        rounds: { type: "string" },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new BenchError("bad-option", /** @type {Error} */ (error).message);
  }
}
