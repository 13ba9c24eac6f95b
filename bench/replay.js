// node bench/replay.js FILE [--passes N] [--read-ahead N] [--no-checksums] [--mode MODE] [--directions FILE]
//
// Replays a capture N times through one engine, both directions of every connection collected and counted, by a
// registered callback or in another way (bench/replay/modes); N chunks of the file are read ahead. Prints one JSON line
// with the totals of the last pass and the seconds of all passes:
//
//     {"streams":n,"c2s":bytes,"s2c":bytes,"seconds":s}
//
// --directions writes bytes and CRC-32 of every direction instead (bench/replay/directions.js); that is not for measuring.

import { FileSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { BenchError } from "./command/bench-error.js";
import { runCommand, wholeNumber } from "./command/run-command.js";
import { CollectingCounter } from "./replay/collecting-counter.js";
import { loadMode, MODES, USUAL_MODE } from "./replay/modes/mode.js";

const COMMAND = {
  usage: "replay.js FILE [--passes N] [--read-ahead N] [--no-checksums] [--mode MODE] [--directions FILE]",
  options: {
    passes: { type: "string", default: "1" },
    "read-ahead": { type: "string", default: "0" },
    "no-checksums": { type: "boolean", default: false },
    mode: { type: "string", default: USUAL_MODE },
    directions: { type: "string" },
  },
  operands: [1, 1],
};

await runCommand(COMMAND, replay);

async function replay({ mode, directions, ...values }, [path]) {
  const passes = wholeNumber("--passes", values.passes, 1, 999_999);
  const readAhead = wholeNumber("--read-ahead", values["read-ahead"], 0, 9);
  if (!MODES.includes(mode)) {
    throw new BenchError("bad-option", `unknown mode "${mode}", there are ${MODES.join(", ")}`);
  }
  const nids = new Nids({ checksums: values["no-checksums"] ? "ignore" : "verify" });
  const counter = new CollectingCounter();
  const run = (await loadMode(mode))(nids, counter);
  const list = directions === undefined ? undefined : await listDirections(nids, directions);
  const begin = process.hrtime.bigint();
  for (let pass = 0; pass < passes; pass++) {
    counter.clear();
    await run(new FileSource(path, { readAhead }));
  }
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  list?.close();
  process.stdout.write(`${JSON.stringify({ ...counter.totals(), seconds })}\n`);
}

/** @param {Nids} nids @param {string} path file for the lines */
async function listDirections(nids, path) {
  const { DirectionList, listingCallback } = await import("./replay/directions.js");
  const list = new DirectionList(path);
  nids.registerTcp(listingCallback(list));
  return list;
}
