// The captures the benchmark runs on, kept in bench/.cache. One that is missing, or was made by an older generator or
// with other arguments (its truth file says so), is made again.

import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { captureFacts, generateCapture, KINDS } from "../generate/kinds.js";
import { BenchError } from "./bench-error.js";

/** Where captures and built programs are kept; not under version control. */
export const CACHE = join(import.meta.dirname, "..", ".cache");

const SEED = 1;

/**
 * @typedef {object} Capture
 * @property {string} name its kind
 * @property {string} path
 * @property {number} bytes size of the file
 * @property {Truth} truth
 *
 * @typedef {object} Truth what is in it
 * @property {number} packets
 * @property {number} streams
 * @property {number} c2s bytes
 * @property {number} s2c bytes
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
    generateCapture(kind, path, packets, SEED);
  }
  return { name: kind, path, bytes: statSync(path).size, truth: readTruth(path) };
}

/** Whether a capture is there and was made from just these facts. */
function isCurrent(path, facts) {
  if (!existsSync(path) || !existsSync(`${path}.truth.json`)) return false;
  const truth = readTruth(path);
  return Object.entries(facts).every(([name, value]) => truth[name] === value);
}

/** @param {string} path @returns {Truth} */
function readTruth(path) {
  return JSON.parse(readFileSync(`${path}.truth.json`, "utf8"));
}
