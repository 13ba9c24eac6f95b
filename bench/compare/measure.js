// How one peer is measured on one capture: whole processes, with few passes and with many.
//
//     time ^                      o  many passes
//          |                .
//          |          .              slope: the cost of a pass
//          |    o  few passes
//          |  .                      what is left at 0 passes: the fixed cost (start, warm-up)
//          +--+---------------------->
//
// CPU time is measured with the process pinned to one core, wall time with all cores there are.

import { spawnSync } from "node:child_process";
import { BenchError } from "./bench-error.js";
import { buildPeer } from "./build-peers.js";

const LONGEST_RUN_MS = 900_000;
const MOST_OUTPUT_BYTES = 1 << 26;

/**
 * @typedef {object} Sample one peer on one capture in one round
 * @property {number} passSeconds time of a pass
 * @property {number} fixedSeconds time beside the passes
 * @property {number} rssMiB largest resident size, in the run with more passes
 * @property {Record<string, number>[]} totals what the peer printed, from each run that says it for one pass
 */

/**
 * CPU time.
 * @param {import("./peers.js").Peer} peer
 * @param {import("./captures.js").Capture} capture
 * @returns {Sample}
 * @throws {BenchError} `peer-failed`
 */
export function measure(peer, capture) {
  return sample(peer, capture, pinning(), (usage) => usage.userSeconds + usage.systemSeconds);
}

/**
 * Wall time. Parameters as for `measure`.
 * @param {import("./peers.js").Peer} peer
 * @param {import("./captures.js").Capture} capture
 * @returns {Sample}
 * @throws {BenchError} `peer-failed`
 */
export function measureWall(peer, capture) {
  return sample(peer, capture, [], (usage) => usage.wallSeconds);
}

/**
 * One pass that writes a line per direction.
 * @param {import("./peers.js").Peer} peer
 * @param {import("./captures.js").Capture} capture
 * @param {string} listing file for the lines
 * @throws {BenchError} `peer-failed`
 */
export function runOnce(peer, capture, listing) {
  run(peer, capture, 1, [], ["--directions", listing]);
}

/**
 * Reads the capture through, so that every process finds it in memory: systems that give memory back soon have
 * forgotten it between two of them, and what the disk costs would be taken for the passes'.
 */
function warm({ path }) {
  spawnSync("cat", [path], { stdio: ["ignore", "ignore", "ignore"] });
}

/** @returns {Sample} */
function sample(peer, capture, prefix, secondsOf) {
  const [fewPasses, manyPasses] = peer.passes(capture);
  const few = run(peer, capture, fewPasses, prefix, []);
  const many = run(peer, capture, manyPasses, prefix, []);
  const passSeconds = (secondsOf(many.usage) - secondsOf(few.usage)) / (manyPasses - fewPasses);
  const fixedSeconds = secondsOf(few.usage) - fewPasses * passSeconds;
  const totals = peer.cumulative ? [few.totals] : [few.totals, many.totals];
  return { passSeconds, fixedSeconds, rssMiB: many.usage.maxRssKiB / 1024, totals };
}

/** One process: its output's last line but one is the peer's, the last one cputime's. */
function run(peer, capture, passes, prefix, options) {
  warm(capture);
  const { command, environment } = peer.start(capture, passes);
  const [program, ...args] = [...prefix, buildPeer("cputime"), ...command, ...options];
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, ...environment },
    timeout: LONGEST_RUN_MS,
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  if (error || status !== 0) {
    throw new BenchError("peer-failed", `${peer.name} failed on ${capture.name}: ${reasonOf(error, status, stderr)}`);
  }
  const [totals, usage] = stdout
    .trim()
    .split("\n")
    .slice(-2)
    .map((line) => JSON.parse(line));
  return { totals, usage };
}

/** In a few words, why a process did not end well. */
function reasonOf(error, status, stderr) {
  if (error?.code === "ETIMEDOUT") return `not done after ${LONGEST_RUN_MS / 1000} s`;
  if (/out of memory|cannot allocate|bad_alloc/i.test(stderr)) return "out of memory";
  return error?.message ?? (stderr.trim().split("\n").at(-1) || `exit status ${status}`);
}

/** @type {string[] | undefined} */
let pinningCommand;

/** The command that keeps a process on the last core this one may use; empty where there is no taskset. */
function pinning() {
  if (pinningCommand === undefined) {
    const { status, stdout } = spawnSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8" });
    const core = status === 0 ? /(\d+)\s*$/.exec(stdout)?.[1] : undefined;
    pinningCommand = core === undefined ? [] : ["taskset", "-c", core];
  }
  return pinningCommand;
}
