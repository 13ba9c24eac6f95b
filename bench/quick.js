// npm run bench:quick -- [--captures bulk,small] [--update]
//
// Has a change made the engine slower? Small captures, the engine beside libpcap's loop, and what comes out is compared
// with bench/reference.json: ratios, not times. A capture that seems more than 10 % slower is measured again before
// anything is said. Ends with 1 where one is. --update writes the reference anew.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { BenchError } from "./compare/bench-error.js";
import { prepareCapture } from "./compare/captures.js";
import { runCommand } from "./compare/command.js";
import { measure } from "./compare/measure.js";
import { LOOP, OURS, preparePeers } from "./compare/peers.js";
import { ratio } from "./compare/result.js";
import { runRounds } from "./compare/rounds.js";
import { table } from "./compare/table.js";

const REFERENCE = join(import.meta.dirname, "reference.json");
const CAPTURES = ["bulk", "mixed", "small", "evil", "conc100k"];
/** Only behind so many packets is all of the engine compiled as it stays. */
const WARM_UP_PACKETS = 800_000;
const MEASURED_PACKETS = 1_600_000;
const ROUNDS = 5;
const MOST_TRIES = 3;
const TOLERANCE = 1.1;

const COLUMNS = [
  { heading: "capture", cell: ({ name }) => name },
  { heading: "of the loop", cell: ({ now }) => now.toFixed(2) },
  { heading: "reference", cell: ({ expected }) => expected?.toFixed(2) ?? "-" },
  { heading: "change", cell: ({ now, expected }) => (expected === undefined ? "-" : percent(now / expected - 1)) },
];

const OPTIONS = {
  captures: { type: "string", default: CAPTURES.join() },
  update: { type: "boolean", default: false },
};

runCommand(OPTIONS, main);

function main(options) {
  const captures = options.captures.split(",");
  const { update } = options;
  const peers = quickPeers();
  const reference = readReference();
  const rows = captures.map((name) => {
    const expected = update ? undefined : reference.ratios[name];
    return { name, expected, now: measured(peers, prepareCapture(name, true), expected) };
  });
  process.stdout.write(table(rows, COLUMNS));
  if (update) return writeReference(reference, rows);
  if (reference.machine !== machine()) {
    process.stdout.write(`The reference was measured on ${reference.machine}: other machines may have other ratios.\n`);
  }
  for (const { name, expected } of rows.filter(isSlower)) {
    process.exitCode = 1;
    process.stdout.write(`${name} has become slower than its reference, ${expected} of the loop, by more than 10 %.\n`);
  }
}

/** The ratio of all rounds so far; more of them where it seems too high. */
function measured(allPeers, capture, expected) {
  const [fewPasses, more] = [WARM_UP_PACKETS, MEASURED_PACKETS].map((each) => Math.ceil(each / capture.truth.packets));
  const peers = allPeers.map((peer) => ({ ...peer, passes: () => [fewPasses, fewPasses + more] }));
  const pairs = new Map(peers.map((peer) => [peer.name, { samples: [] }]));
  for (let tries = 1; ; tries++) {
    runRounds(peers, capture, ROUNDS, tries === 1 ? "CPU time" : "CPU time again", measure, pairs);
    const failed = [...pairs.values()].find((outcome) => outcome.failure !== undefined);
    if (failed !== undefined) throw new BenchError("peer-failed", failed.failure);
    const now = ratio(pairs.get(OURS).samples, pairs.get(LOOP).samples);
    if (tries === MOST_TRIES || !isSlower({ now, expected })) return now;
  }
}

function isSlower({ now, expected }) {
  return expected !== undefined && now > expected * TOLERANCE;
}

function percent(share) {
  return `${share < 0 ? "" : "+"}${(100 * share).toFixed(0)} %`;
}

/** The engine and the loop: both are needed. */
function quickPeers() {
  const peers = preparePeers([LOOP, OURS]);
  if (peers.length < 2)
    throw new BenchError("missing-tool", `there is nothing to compare with: ${LOOP} cannot be built`);
  return peers;
}

/** @returns {{machine: string, ratios: Record<string, number>}} time of the engine over that of libpcap's loop, by capture */
function readReference() {
  return JSON.parse(readFileSync(REFERENCE, "utf8"));
}

/** Captures that were not measured keep their ratios. */
function writeReference({ ratios }, rows) {
  const measuredNow = Object.fromEntries(rows.map(({ name, now }) => [name, Number(now.toFixed(3))]));
  const reference = { machine: machine(), ratios: { ...ratios, ...measuredNow } };
  writeFileSync(REFERENCE, `${JSON.stringify(reference, undefined, 2)}\n`);
}

function machine() {
  return cpus()[0].model;
}
