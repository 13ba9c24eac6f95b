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
import { runPeer } from "./peer-process.js";

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
 * @returns {Promise<Sample>} rejects with BenchError `peer-failed`
 */
export async function measure(peer, capture) {
  const [sample] = await samples([peer], capture, pinning(), cpuSeconds);
  return sample;
}

/**
 * CPU time of several peers at the same time, on the same core: the system gives it to each of them in turn for a few
 * milliseconds, so that whatever slows the machine down slows down all of them alike.
 * @param {readonly import("./peers.js").Peer[]} peers
 * @param {import("./captures.js").Capture} capture
 * @returns {Promise<Sample[]>} in the order of the peers; rejects with BenchError `peer-failed`
 */
export function measureTogether(peers, capture) {
  return samples(peers, capture, pinning(), cpuSeconds);
}

/**
 * Wall time. Parameters as for `measure`.
 * @param {import("./peers.js").Peer} peer
 * @param {import("./captures.js").Capture} capture
 * @returns {Promise<Sample>} rejects with BenchError `peer-failed`
 */
export async function measureWall(peer, capture) {
  const [sample] = await samples([peer], capture, [], ({ wallSeconds }) => wallSeconds);
  return sample;
}

/** @returns {Promise<Sample[]>} of peers that run at the same time */
async function samples(peers, capture, prefix, secondsOf) {
  const run = (which) =>
    Promise.all(peers.map((peer) => runPeer(peer, capture, peer.passes(capture)[which], prefix, [])));
  const [fewRuns, manyRuns] = [await run(0), await run(1)];
  return peers.map((peer, index) => {
    const [fewPasses, manyPasses] = peer.passes(capture);
    const [few, many] = [fewRuns[index], manyRuns[index]];
    const passSeconds = (secondsOf(many.usage) - secondsOf(few.usage)) / (manyPasses - fewPasses);
    const fixedSeconds = secondsOf(few.usage) - fewPasses * passSeconds;
    const totals = peer.cumulative ? [few.totals] : [few.totals, many.totals];
    return { passSeconds, fixedSeconds, rssMiB: many.usage.maxRssKiB / 1024, totals };
  });
}

function cpuSeconds({ userSeconds, systemSeconds }) {
  return userSeconds + systemSeconds;
}

/** @type {string[] | undefined} */
let pinningCommand;

/** The command that keeps a process on the last core this one may use; empty where there is no taskset. */
function pinning() {
  if (pinningCommand === undefined) {
    const { status, stdout } = spawnSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8" });
    const core = status === 0 ? /(\d+)\s*$/.exec(stdout)?.[1] : undefined;
    pinningCommand = core === undefined ? [] : ["taskset", "-c", core];
    if (core === undefined) process.stderr.write("bench: nothing is pinned to a core: that takes taskset\n");
  }
  return pinningCommand;
}
