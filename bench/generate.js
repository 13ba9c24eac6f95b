// node bench/generate.js KIND FILE [--packets N] [--seed S]
//
// Writes a capture for measuring (Ethernet, IPv4, TCP, classic pcap, checksums right) and its truth: FILE.truth.json and
// FILE.truth.tsv. The same arguments give the same bytes, everywhere.

import { readFileSync } from "node:fs";
import { BenchError } from "./command/bench-error.js";
import { runCommand, wholeNumber } from "./command/run-command.js";
import { generateCapture, KINDS } from "./generate/kinds.js";
import { LARGEST_SEED } from "./generate/random.js";

const MOST_PACKETS = 9_999_999_999;

const COMMAND = {
  usage: "generate.js KIND FILE [--packets N] [--seed S]",
  options: { packets: { type: "string" }, seed: { type: "string", default: "1" } },
  operands: [2, 2],
};

await runCommand(COMMAND, main);

function main({ packets, seed }, [kind, path]) {
  if (!Object.hasOwn(KINDS, kind)) {
    throw new BenchError("bad-option", `unknown kind "${kind}", there are ${Object.keys(KINDS).join(", ")}`);
  }
  const count = packets === undefined ? KINDS[kind].packets : wholeNumber("--packets", packets, 1, MOST_PACKETS);
  const begin = process.hrtime.bigint();
  generateCapture(kind, path, count, wholeNumber("--seed", seed, 1, LARGEST_SEED));
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  const truth = JSON.parse(readFileSync(`${path}.truth.json`, "utf8"));
  process.stdout.write(`${JSON.stringify({ ...truth, seconds })}\n`);
}
