// node bench/replay.js FILE [--passes N] [--read-ahead N] [--no-checksums] [--mode MODE] [--directions FILE]
//
// Replays a capture N times through one engine, both directions of every connection collected and counted, by a
// registered callback or in another way (bench/replay/modes); N chunks of the file are read ahead. Prints one JSON line
// with the totals of the last pass and the seconds of all passes:
//
//     {"streams":n,"c2s":bytes,"s2c":bytes,"seconds":s}
//
// --directions writes bytes and CRC-32 of every direction instead (bench/replay/directions.js); that is not for measuring.

import { parseArgs } from "node:util";
import { FileSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { CollectingCounter } from "./replay/collecting-counter.js";
import { loadMode, MODES, USUAL_MODE } from "./replay/modes/mode.js";

const USAGE = `usage: node bench/replay.js FILE [--passes N] [--read-ahead N] [--no-checksums] [--mode MODE] [--directions FILE]
modes: ${MODES.join(" ")}`;

try {
  await replay(readArguments(process.argv.slice(2)));
} catch (error) {
  // Errors with a code are about the input, and their message is all there is to say.
  if (!(error instanceof Error && "code" in error)) throw error;
  process.stderr.write(`replay: ${error.message}\n`);
  process.exitCode = 2;
}

/** @param {ReturnType<typeof readArguments>} options */
async function replay({ path, passes, readAhead, checksums, mode, directions }) {
  const nids = new Nids({ checksums });
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

/**
 * @param {string[]} args
 * @returns {{path: string, passes: number, readAhead: number, checksums: "verify" | "ignore", mode: string, directions: string | undefined}}
 */
function readArguments(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        passes: { type: "string", default: "1" },
        "read-ahead": { type: "string", default: "0" },
        "no-checksums": { type: "boolean" },
        mode: { type: "string", default: USUAL_MODE },
        directions: { type: "string" },
      },
      allowPositionals: true,
    });
    const [path] = positionals;
    const { passes, mode, directions, "read-ahead": ahead } = values;
    if (path === undefined || positionals.length > 1) throw new Error("one FILE is needed");
    if (!/^[1-9][0-9]{0,5}$/.test(passes)) throw new Error(`--passes must be a whole number from 1, not "${passes}"`);
    if (!/^[0-9]$/.test(ahead)) throw new Error(`--read-ahead must be a whole number, not "${ahead}"`);
    if (!MODES.includes(mode)) throw new Error(`unknown mode "${mode}"`);
    const checksums = values["no-checksums"] ? "ignore" : "verify";
    return { path, passes: Number(passes), readAhead: Number(ahead), checksums, mode, directions };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}
