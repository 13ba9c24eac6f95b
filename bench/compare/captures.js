// The captures the benchmark runs on, kept in bench/.cache. One that is missing, or was made by an older generator or
// with other arguments (its truth file says so), is made again.

import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { captureFacts, generateCapture, KINDS } from "../generate/kinds.js";
import { BenchError } from "../command/bench-error.js";

/** Where captures and built programs are kept; not under version control. */
export const CACHE = join(import.meta.dirname, "..", ".cache");

const SEED = 1;
const TRUTH_LINES = ".truth.tsv";
const TRUTH_TOTALS = ".truth.json";

/**
 * @typedef {object} Capture
 * @property {string} name its kind
 * @property {string} path
 * @property {number} bytes size of the file
 * @property {Truth} truth
 * @property {string} truthLines file with a line per direction
 *
 * @typedef {object} Truth what is in it
 * @property {number} packets
 * @property {number} streams
 * @property {number} c2s bytes
 * @property {number} s2c bytes
 * @property {number} bytes both
 * @property {number} directions stream directions that carry data
 */

/**
 * @param {string} kind a kind of `bench/generate.js`
 * @param {boolean} quick the small size
 * @returns {Capture}
 * @throws {BenchError} `unknown-capture`
 */
export function prepareCapture(kind, quick) {
  if (!Object.hasOwn(KINDS, kind)) {
    throw new BenchError("unknown-capture", `unknown capture "${kind}"; there are ${Object.keys(KINDS).join(", ")}`);
  }
  const packets = quick ? KINDS[kind].quickPackets : KINDS[kind].packets;
  const path = join(CACHE, `${kind}${quick ? "-quick" : ""}.pcap`);
  if (!isCurrent(path, captureFacts(kind, packets, SEED))) {
    process.stderr.write(`bench: writing ${path}\n`);
    mkdirSync(CACHE, { recursive: true });
    generateWhole(kind, path, packets);
  }
  return { name: kind, path, bytes: statSync(path).size, truth: readTruth(path), truthLines: path + TRUTH_LINES };
}

/** Half a capture never has the capture's name, and a file that others have linked is replaced, not written into. */
function generateWhole(kind, path, packets) {
  const part = `${path}.part`;
  generateCapture(kind, part, packets, SEED);
  for (const suffix of ["", TRUTH_LINES, TRUTH_TOTALS]) renameSync(`${part}${suffix}`, `${path}${suffix}`);
}

/** Whether a capture is there and was made from just these facts. */
function isCurrent(path, facts) {
  if (!existsSync(path) || !existsSync(`${path}${TRUTH_TOTALS}`)) return false;
  const truth = readTruth(path);
  return Object.entries(facts).every(([name, value]) => truth[name] === value);
}

/** @param {string} path @returns {Truth} */
function readTruth(path) {
  const totals = JSON.parse(readFileSync(`${path}${TRUTH_TOTALS}`, "utf8"));
  return { ...totals, bytes: totals.c2s + totals.s2c };
}
