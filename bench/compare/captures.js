// The captures the benchmark runs on, kept in bench/.cache. One that is missing or not whole, or was made by an older
// generator or with other arguments (its truth file says so), is made again.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { captureFacts, generateCapture, KINDS } from "../generate/kinds.js";
import { BenchError } from "../command/bench-error.js";

/** Where captures and built programs are kept; not under version control. */
export const CACHE = join(import.meta.dirname, "..", ".cache");

const SEED = 1;
const TRUTH_LINES = ".truth.tsv";
const TRUTH_TOTALS = ".truth.json";
/** What a capture consists of; its totals come last, and say that the others are there. */
const FILES = ["", TRUTH_LINES, TRUTH_TOTALS];

/**
 * @typedef {object} Capture
 * @property {string} name its kind
 * @property {string} path
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
 * @property {number} captureBytes size of the file
 * @property {number} truthBytes size of the file with the lines
 */

/**
 * @param {readonly string[]} kinds
 * @throws {BenchError} `unknown-capture` where one of them is no kind of `bench/generate.js`
 */
export function insistOnKinds(kinds) {
  const unknown = kinds.find((kind) => !Object.hasOwn(KINDS, kind));
  if (unknown === undefined) return;
  throw new BenchError("unknown-capture", `unknown capture "${unknown}"; there are ${Object.keys(KINDS).join(", ")}`);
}

/**
 * @param {string} kind a kind of `bench/generate.js`
 * @param {boolean} quick the small size
 * @returns {Capture}
 * @throws {BenchError} `not-written`
 */
export function prepareCapture(kind, quick) {
  const packets = quick ? KINDS[kind].quickPackets : KINDS[kind].packets;
  const path = join(CACHE, `${kind}${quick ? "-quick" : ""}.pcap`);
  if (!isCurrent(path, captureFacts(kind, packets, SEED))) {
    process.stderr.write(`bench: writing ${path}\n`);
    generateWhole(kind, path, packets);
  }
  return { name: kind, path, truth: readTruth(path), truthLines: path + TRUTH_LINES };
}

/** Half a capture never has the capture's name, and a file that others have linked is replaced, not written into. */
function generateWhole(kind, path, packets) {
  const part = `${path}.part`;
  try {
    mkdirSync(CACHE, { recursive: true });
    generateCapture(kind, part, packets, SEED);
    for (const suffix of FILES) renameSync(`${part}${suffix}`, `${path}${suffix}`);
  } catch (error) {
    for (const suffix of FILES) rmSync(`${part}${suffix}`, { force: true });
    if (error.code === undefined) throw error;
    throw new BenchError("not-written", `${path} cannot be written: ${error.message}`);
  }
}

/** Whether a capture is there, whole, and was made from just these facts. */
function isCurrent(path, facts) {
  const truth = savedTruth(path);
  return (
    truth !== undefined &&
    Object.entries(facts).every(([name, value]) => truth[name] === value) &&
    sizeOf(path) === truth.captureBytes &&
    sizeOf(`${path}${TRUTH_LINES}`) === truth.truthBytes
  );
}

/** The truth; undefined where it cannot be read. */
function savedTruth(path) {
  try {
    return readTruth(path);
  } catch {
    return undefined;
  }
}

/** @param {string} path @returns {number | undefined} undefined where there is no such file */
function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** @param {string} path @returns {Truth} */
function readTruth(path) {
  const totals = JSON.parse(readFileSync(`${path}${TRUTH_TOTALS}`, "utf8"));
  return { ...totals, bytes: totals.c2s + totals.s2c };
}
