// node bench/replay.js FILE [--passes N] [--read-ahead N] [--no-checksums]
//
// Replays a capture N times through one engine, both directions of every connection collected by a registered callback
// that counts; N chunks of the file are read ahead. Prints one JSON line with the totals of the last pass and the seconds of all passes:
//
//     {"streams":n,"c2s":bytes,"s2c":bytes,"seconds":s}

import { parseArgs } from "node:util";
import { FileSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { CollectingCounter } from "./replay/collecting-counter.js";

const USAGE = "usage: node bench/replay.js FILE [--passes N] [--read-ahead N] [--no-checksums]";

try {
  await replay(readArguments(process.argv.slice(2)));
} catch (error) {
  // Errors with a code are about the input, and their message is all there is to say.
  if (!(error instanceof Error && "code" in error)) throw error;
  process.stderr.write(`replay: ${error.message}\n`);
  process.exitCode = 2;
}

/** @param {ReturnType<typeof readArguments>} options */
async function replay({ path, passes, readAhead, checksums }) {
  const nids = new Nids({ checksums });
  const counter = new CollectingCounter();
  nids.registerTcp(counter.callback);
  const begin = process.hrtime.bigint();
  for (let pass = 0; pass < passes; pass++) {
    counter.clear();
    await nids.run(new FileSource(path, { readAhead }));
  }
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  process.stdout.write(`${JSON.stringify({ ...counter.totals(), seconds })}\n`);
}

/**
 * @param {string[]} args
 * @returns {{path: string, passes: number, readAhead: number, checksums: "verify" | "ignore"}}
 */
function readArguments(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        passes: { type: "string", default: "1" },
        "read-ahead": { type: "string", default: "0" },
        "no-checksums": { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const [file] = positionals;
    const { passes: text, "read-ahead": ahead } = values;
    if (file === undefined || positionals.length > 1) throw new Error("one FILE is needed");
    if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new Error(`--passes must be a whole number from 1, not "${text}"`);
    if (!/^[0-9]$/.test(ahead)) throw new Error(`--read-ahead must be a whole number, not "${ahead}"`);
    const checksums = values["no-checksums"] ? "ignore" : "verify";
    return { path: file, passes: Number(text), readAhead: Number(ahead), checksums };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}
