// How one peer is measured on one capture: whole processes, pinned to one core, with 1 and with 5 passes.
//
//     CPU ^                       o  5 passes
//         |                 .
//         |           .              slope: the cost of a pass
//         |     o  1 pass
//         |  .                       what is left at 0 passes: the fixed cost (start, warm-up)
//         +--+--+------------------>

import { spawnSync } from "node:child_process";
import { BenchError } from "./bench-error.js";
import { buildPeer } from "./build-peers.js";

const FEW_PASSES = 1;
const MANY_PASSES = 5;

/**
 * @typedef {object} Sample one peer on one capture in one round
 * @property {number} passSeconds CPU time of a pass
 * @property {number} fixedSeconds CPU time beside the passes
 * @property {number} rssMiB largest resident size, in the run with more passes
 * @property {Record<string, number>[]} totals what the peer printed, from each run that says it for one pass
 */

/**
 * @param {import("./peers.js").Peer} peer
 * @param {import("./captures.js").Capture} capture
 * @returns {Sample}
 * @throws {BenchError} `peer-failed`
 */
export function measure(peer, capture) {
  const few = run(peer, capture, FEW_PASSES);
  const many = run(peer, capture, MANY_PASSES);
  const passSeconds = (many.cpuSeconds - few.cpuSeconds) / (MANY_PASSES - FEW_PASSES);
  const fixedSeconds = few.cpuSeconds - FEW_PASSES * passSeconds;
  const totals = peer.cumulative ? [few.totals] : [few.totals, many.totals];
  return { passSeconds, fixedSeconds, rssMiB: many.rssMiB, totals };
}

/** Reads a file through once, so that all peers find it in memory. @param {string} path */
export function warm(path) {
  spawnSync("cat", [path], { stdio: ["ignore", "ignore", "ignore"] });
}

/** One process: its output's last line but one is the peer's, the last one cputime's. */
function run(peer, capture, passes) {
  const { command, environment } = peer.start(capture, passes);
  const [program, ...args] = [...pinning(), buildPeer("cputime"), ...command];
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", env });
  if (error || status !== 0) {
    const reason = error?.message ?? (stderr.trim().split("\n").at(-1) || `exit status ${status}`);
    throw new BenchError("peer-failed", `${peer.name} failed on ${capture.name}: ${reason}`);
  }
  const [totals, usage] = stdout
    .trim()
    .split("\n")
    .slice(-2)
    .map((line) => JSON.parse(line));
  return { totals, cpuSeconds: usage.userSeconds + usage.systemSeconds, rssMiB: usage.maxRssKiB / 1024 };
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
