// All peers in turn over a capture, so many times over, so that a slow moment of the machine hits all of them. A peer that
// fails is left out of what is left.

import { BenchError } from "../command/bench-error.js";

/**
 * @param {import("./peers.js").Peer[]} peers
 * @param {import("./captures.js").Capture} capture
 * @param {number} rounds
 * @param {string} title what is measured, for the lines that say how far it is
 * @param {typeof import("./measure.js").measure} measure
 * @param {Map<string, import("./result.js").Outcome>} [outcomes] of peers that did something before
 * @returns {Promise<Map<string, import("./result.js").Outcome>>}
 */
export async function runRounds(peers, capture, rounds, title, measure, outcomes = new Map()) {
  for (const { name } of peers) outcomes.set(name, { samples: [], ...outcomes.get(name) });
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`bench: ${capture.name}, ${title}, round ${round} of ${rounds}\n`);
    for (const peer of peers) {
      if (round > (peer.mostRounds ?? rounds)) continue;
      const outcome = outcomes.get(peer.name);
      await attempt(outcome, async () => outcome.samples.push(await measure(peer, capture)));
    }
  }
  return outcomes;
}

/**
 * Does work for a peer that has not failed yet; notes where it does.
 * @param {import("./result.js").Outcome} outcome
 * @param {() => Promise<unknown>} work
 */
export async function attempt(outcome, work) {
  if (outcome.failure !== undefined) return;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BenchError && error.code === "peer-failed")) throw error;
    outcome.failure = error.message;
    process.stderr.write(`bench: left out: ${error.message}\n`);
  }
}
