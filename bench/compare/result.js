// From the samples of all rounds to one result per peer and capture. The machine is shared and its speed drifts, so
// ratios are taken between peers of the same round, and the middle one of the rounds counts.

import { LIBNIDS, LOOP } from "./peers.js";

/**
 * @typedef {object} Result
 * @property {string} capture
 * @property {string} peer
 * @property {number} cpuNsPerPacket of a pass
 * @property {number} gigabytesPerSecond of the capture file, by CPU time
 * @property {number | null} ratioToLoop CPU time of a pass over that of libpcap's loop; null without it
 * @property {number | null} ratioToLibnids the same over libnids with checksums: 0.4 is 2.5 times as fast
 * @property {number} rssMiB
 * @property {number} fixedSeconds CPU time beside the passes
 * @property {number | null} exactDirections all of them if the totals are right; null if that is not known
 * @property {number} directions stream directions with data, by the truth
 * @property {string} verdict the totals against the truth
 */

/**
 * @param {import("./captures.js").Capture} capture
 * @param {Map<string, import("./measure.js").Sample[]>} samples by peer, one per round
 * @returns {Result[]}
 */
export function summarize(capture, samples) {
  const { truth } = capture;
  return [...samples].map(([peer, rounds]) => {
    const passSeconds = median(rounds.map((sample) => sample.passSeconds));
    const totals = rounds.flatMap((sample) => sample.totals);
    const wrong = totals.find((each) => !agrees(each, truth));
    return {
      capture: capture.name,
      peer,
      cpuNsPerPacket: (passSeconds / truth.packets) * 1e9,
      gigabytesPerSecond: capture.bytes / passSeconds / 1e9,
      ratioToLoop: ratio(rounds, samples.get(LOOP)),
      ratioToLibnids: ratio(rounds, samples.get(LIBNIDS)),
      rssMiB: median(rounds.map((sample) => sample.rssMiB)),
      fixedSeconds: median(rounds.map((sample) => sample.fixedSeconds)),
      exactDirections: wrong === undefined && "c2s" in totals[0] ? truth.directions : null,
      directions: truth.directions,
      verdict: wrong === undefined ? "right" : verdict(wrong, truth),
    };
  });
}

/** Median of the ratios of samples of the same round. */
function ratio(rounds, others) {
  if (others === undefined) return null;
  return median(rounds.map((sample, round) => sample.passSeconds / others[round].passSeconds));
}

/** Whether all a peer counted is as it should be. Peers count different things; all have the truth's names for them. */
function agrees(totals, truth) {
  return ["packets", "streams", "c2s", "s2c"].every((name) => !(name in totals) || totals[name] === truth[name]);
}

function verdict(totals, truth) {
  if (!("c2s" in totals)) return `wrong: ${totals.packets} of ${truth.packets} packets`;
  const share = (100 * (totals.c2s + totals.s2c)) / (truth.c2s + truth.s2c);
  return `wrong: ${totals.streams} of ${truth.streams} streams, ${share.toFixed(2)} % of the bytes`;
}

/** @param {number[]} values at least one */
function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
