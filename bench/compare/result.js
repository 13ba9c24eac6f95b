// From the samples of all rounds to one result per peer and capture. The machine is shared and its speed drifts, so
// ratios are taken between peers of the same round, and the middle one of the rounds counts.

import { LIBNIDS, LOOP, OURS } from "./peers.js";

const COUNTED = ["packets", "streams", "c2s", "s2c", "bytes"];

/**
 * @typedef {object} Result
 * @property {string} capture
 * @property {string} peer
 * @property {string} [failure] why there are no figures
 * @property {number} nsPerPacket of a pass
 * @property {number} gigabytesPerSecond of the capture file
 * @property {number | null} ratioToLoop time of a pass over that of libpcap's loop; null without it
 * @property {number | null} ratioToLibnids the same over libnids with checksums: 0.4 is 2.5 times as fast
 * @property {number | null} ratioToOurs the same over the engine
 * @property {number} rssMiB
 * @property {number} fixedSeconds time beside the passes
 * @property {number | null} exactDirections those with all their bytes and no others; null where there are none
 * @property {number} directions stream directions with data, by the truth
 * @property {boolean} rightTotals whether all it counted is as it should be
 *
 * @typedef {object} Outcome what a peer did on a capture
 * @property {import("./measure.js").Sample[]} samples one per round
 * @property {number | null} [exactDirections]
 * @property {string} [failure]
 */

/**
 * @param {import("./captures.js").Capture} capture
 * @param {Map<string, Outcome>} outcomes by peer
 * @returns {Result[]}
 */
export function summarize(capture, outcomes) {
  const samplesOf = (peer) => {
    const outcome = outcomes.get(peer);
    return outcome === undefined || outcome.failure !== undefined ? undefined : outcome.samples;
  };
  const { truth } = capture;
  return [...outcomes].map(([peer, { samples, exactDirections = null, failure }]) => {
    const subject = { capture: capture.name, peer, exactDirections, directions: truth.directions };
    if (failure !== undefined) return { ...subject, failure };
    const passSeconds = median(samples.map((sample) => sample.passSeconds));
    return {
      ...subject,
      nsPerPacket: (passSeconds / truth.packets) * 1e9,
      gigabytesPerSecond: truth.captureBytes / passSeconds / 1e9,
      ratioToLoop: ratio(samples, samplesOf(LOOP)),
      ratioToLibnids: ratio(samples, samplesOf(LIBNIDS)),
      ratioToOurs: ratio(samples, samplesOf(OURS)),
      rssMiB: median(samples.map((sample) => sample.rssMiB)),
      fixedSeconds: median(samples.map((sample) => sample.fixedSeconds)),
      rightTotals: samples.every((sample) => hasRightTotals(sample, truth)),
    };
  });
}

/**
 * Median of the ratios of samples of the same round.
 * @param {import("./measure.js").Sample[]} samples
 * @param {import("./measure.js").Sample[] | undefined} others
 * @returns {number | null} null without others
 */
export function ratio(samples, others) {
  if (others === undefined) return null;
  return median(samples.map((sample, round) => sample.passSeconds / others[round].passSeconds));
}

/** @param {number[]} values at least one @returns {number} */
export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Whether all a peer counted is as it should be. Peers count different things; all have the truth's names for them.
 * @param {import("./measure.js").Sample} sample
 * @param {import("./captures.js").Truth} truth
 * @returns {boolean}
 */
export function hasRightTotals({ totals }, truth) {
  return totals.every((counted) => COUNTED.every((name) => !(name in counted) || counted[name] === truth[name]));
}
