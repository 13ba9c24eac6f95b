// node bench/generate.js KIND FILE [--packets N] [--seed S]
//
// Writes a capture for measuring (Ethernet, IPv4, TCP, classic pcap, checksums right) and its truth: FILE.truth.json and
// FILE.truth.tsv. The same arguments give the same bytes, everywhere.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { generateCapture, KINDS } from "./generate/kinds.js";

const USAGE = `usage: node bench/generate.js KIND FILE [--packets N] [--seed S]
kinds: ${Object.keys(KINDS).join(" ")}`;

try {
  main(process.argv.slice(2));
} catch (error) {
  // Errors with a code are the file system's, and their message is all there is to say.
  if (!(error instanceof Error && "code" in error)) throw error;
  process.stderr.write(`generate: ${error.message}\n`);
  process.exitCode = 1;
}

/** @param {string[]} args */
function main(args) {
  const { kind, path, packets, seed } = readArguments(args);
  const begin = process.hrtime.bigint();
  generateCapture(kind, path, packets, seed);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  const truth = JSON.parse(readFileSync(`${path}.truth.json`, "utf8"));
  process.stdout.write(`${JSON.stringify({ ...truth, seconds })}\n`);
}

/** @param {string[]} args */
function readArguments(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { packets: { type: "string" }, seed: { type: "string" } },
      allowPositionals: true,
    });
    const [kind = "", path = ""] = positionals;
    if (positionals.length !== 2) throw new Error("KIND and FILE are needed");
    if (!Object.hasOwn(KINDS, kind)) throw new Error(`unknown kind "${kind}"`);
    const packets = values.packets === undefined ? KINDS[kind].packets : count("--packets", values.packets);
    return { kind, path, packets, seed: count("--seed", values.seed ?? "1") };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}

/** @param {string} option @param {string} text @returns {number} */
function count(option, text) {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) throw new Error(`${option} must be a whole number from 1, not "${text}"`);
  return Number(text);
}
