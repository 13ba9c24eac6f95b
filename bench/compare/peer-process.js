// A peer as a process: so many passes over a capture, what it printed, and what that took.

import { execFile, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { promisify } from "node:util";
import { BenchError } from "../command/bench-error.js";
import { reasonIn } from "../command/run-command.js";
import { buildPeer } from "./build-peers.js";

const LONGEST_RUN_MS = 900_000;
const MOST_OUTPUT_BYTES = 1 << 26;

const execute = promisify(execFile);

/**
 * @typedef {object} Run
 * @property {Record<string, number>} totals what the peer printed
 * @property {{ userSeconds: number, systemSeconds: number, wallSeconds: number, maxRssKiB: number }} usage
 */

/**
 * @param {import("./peers.js").Peer} peer
 * @param {import("./captures.js").Capture} capture
 * @param {number} passes
 * @param {string[]} prefix command that starts the process, such as `taskset -c 1`; empty for none
 * @param {string[]} options of the peer
 * @returns {Promise<Run>} rejects with BenchError `peer-failed`
 */
export async function runPeer(peer, capture, passes, prefix, options) {
  warm(capture);
  const { command, environment } = peer.start(capture, passes);
  const [program, ...args] = [...prefix, buildPeer("cputime"), ...command, ...options];
  const settings = { env: { ...process.env, ...environment }, timeout: LONGEST_RUN_MS, maxBuffer: MOST_OUTPUT_BYTES };
  try {
    const { stdout } = await execute(program, args, settings);
    // The last line but one is the peer's, the last one cputime's.
    const [totals, usage] = stdout
      .trim()
      .split("\n")
      .slice(-2)
      .map((line) => JSON.parse(line));
    return { totals, usage };
  } catch (error) {
    throw new BenchError("peer-failed", `${peer.name} failed on ${capture.name}: ${reasonOf(error)}`);
  }
}

/**
 * Reads the capture through, so that every process finds it in memory: systems that give memory back soon have
 * forgotten it between two of them, and what the disk costs would be taken for the passes'.
 */
function warm({ path }) {
  spawnSync("cat", [path], { stdio: ["ignore", "ignore", "ignore"] });
}

/** In a few words, why a process did not end well. */
function reasonOf({ killed, code, signal, stderr = "", message }) {
  if (killed) return `not done after ${LONGEST_RUN_MS / 1000} s`;
  if (/out of memory|cannot allocate|bad_alloc/i.test(stderr)) return "out of memory";
  return reasonIn(stderr) || endedBy(signal ?? signalOf(code)) || (code > 0 ? `exit status ${code}` : message);
}

function endedBy(signal) {
  return signal && `ended by ${signal}`;
}

/** The signal that ended a peer: cputime says so, as shells do, by an exit status of 128 and its number. */
function signalOf(code) {
  return Object.entries(constants.signals).find(([, number]) => number + 128 === code)?.[0];
}
