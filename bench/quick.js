// npm run bench:quick -- [--captures bulk,small] [--against COMMIT] [--rounds N]
//
// Has a change made the engine slower? The engine as it is here beside the engine as it was: at --against, or else before
// the change in hand (compare/past-engine.js). Both replay small captures at the same time, on the same core: what the
// machine does meanwhile hits both. A capture that seems slower is measured again before anything is said. Ends with 1
// where one is, or where the engine loses bytes or streams.
//
//     the core   │ before │ now │ before │ now │ before │ …            a few milliseconds each

import { BenchError } from "./command/bench-error.js";
import { roundsOf, runCommand } from "./command/run-command.js";
import { insistOnKinds, prepareCapture } from "./compare/captures.js";
import { measureTogether } from "./compare/measure.js";
import { commitBefore, pastEngine } from "./compare/past-engine.js";
import { engineIn } from "./compare/peers.js";
import { hasRightTotals, median } from "./compare/result.js";
import { table } from "./compare/table.js";

const CAPTURES = ["bulk", "mixed", "small", "evil", "conc100k"];
/** Only behind so many packets is all of the engine compiled as it stays. */
const WARM_UP_PACKETS = 800_000;
const MEASURED_PACKETS = 1_600_000;
const MOST_TRIES = 3;
/** Half of what is to be seen, so that noise can neither hide it nor make it. */
const TOLERANCE = 1.05;

const COLUMNS = [
  { heading: "capture", cell: ({ name }) => name },
  { heading: "ns/packet before", cell: ({ before }) => before.toFixed(0) },
  { heading: "now", cell: ({ now }) => now.toFixed(0) },
  { heading: "change", cell: ({ ratio }) => percent(ratio - 1) },
];

const COMMAND = {
  usage: "quick.js [--captures bulk,small] [--against COMMIT] [--rounds N]",
  options: {
    captures: { type: "string", default: CAPTURES.join() },
    against: { type: "string" },
    rounds: { type: "string", default: "6" },
  },
};

await runCommand(COMMAND, main);

async function main({ captures, against, rounds }) {
  const roundsOfTry = roundsOf(rounds);
  const names = captures.split(",");
  insistOnKinds(names);
  const { folder, title } = pastEngine(against ?? commitBefore());
  const prepared = names.map((name) => prepareCapture(name, true));
  const engines = [
    { name: "the engine before", ...engineIn(folder) },
    { name: "the engine", ...engineIn() },
  ];
  process.stdout.write(`Beside ${title}\n`);
  const rows = [];
  for (const capture of prepared) rows.push(await compared(engines, capture, roundsOfTry));
  process.stdout.write(table(rows, COLUMNS));
  for (const { name, ratio } of rows.filter(isSlower)) {
    process.exitCode = 1;
    process.stdout.write(`${name} has become slower, by ${percent(ratio - 1)}\n`);
  }
}

/** A row of the table, of all rounds so far; more of them where the engine seems slower. */
async function compared(engines, capture, roundsOfTry) {
  const [fewPasses, more] = [WARM_UP_PACKETS, MEASURED_PACKETS].map((each) => Math.ceil(each / capture.truth.packets));
  const peers = engines.map((engine) => ({ ...engine, passes: () => [fewPasses, fewPasses + more] }));
  const rounds = [];
  for (let tries = 1; ; tries++) {
    process.stderr.write(`bench: ${capture.name}${tries > 1 ? ", again" : ""}\n`);
    for (let count = 0; count < roundsOfTry; count++) rounds.push(await round(peers, capture, rounds.length % 2 === 1));
    const row = summary(capture, rounds);
    if (tries === MOST_TRIES || !isSlower(row)) return row;
  }
}

/** Seconds of a pass, before and now. Who starts first gains a little: they take turns at that. */
async function round(peers, capture, isTurned) {
  const inTurn = await measureTogether(isTurned ? peers.toReversed() : peers, capture);
  const [before, now] = isTurned ? inTurn.toReversed() : inTurn;
  if (!hasRightTotals(now, capture.truth)) {
    throw new BenchError("peer-failed", `the engine does not get ${capture.name} right: its time says nothing`);
  }
  return [before.passSeconds, now.passSeconds];
}

function summary({ name, truth }, rounds) {
  const [before, now] = [0, 1].map((which) => (median(rounds.map((round) => round[which])) / truth.packets) * 1e9);
  return { name, before, now, ratio: median(rounds.map(([before, now]) => now / before)) };
}

function isSlower({ ratio }) {
  return ratio > TOLERANCE;
}

function percent(share) {
  return `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)} %`;
}
