// The kinds of captures there are, as data: who writes it, and how many packets it has unless told otherwise. The quick
// sizes are for a run on every change.

import { bulk } from "./bulk.js";
import { concurrent } from "./concurrent.js";
import { evil } from "./evil.js";
import { mixed } from "./mixed.js";
import { small } from "./small.js";
import { Traffic } from "./traffic.js";

/** Raised when a kind's output changes for the same arguments: older captures are made again. */
const GENERATOR_VERSION = 2;

/**
 * @typedef {object} Kind
 * @property {(traffic: Traffic, packets: number) => void} write
 * @property {number} packets usual size
 * @property {number} quickPackets size for a quick run
 */

/** @type {Readonly<Record<string, Kind>>} */
export const KINDS = Object.freeze({
  bulk: { write: bulk, packets: 400_000, quickPackets: 100_000 },
  small: { write: small, packets: 4_000_000, quickPackets: 400_000 },
  mixed: { write: mixed, packets: 1_200_000, quickPackets: 200_000 },
  evil: { write: evil, packets: 300_000, quickPackets: 60_000 },
  conc1k: { write: concurrent(1000), packets: 1_000_000, quickPackets: 400_000 },
  conc10k: { write: concurrent(10_000), packets: 1_000_000, quickPackets: 400_000 },
  conc100k: { write: concurrent(100_000), packets: 1_200_000, quickPackets: 800_000 },
  conc1m: { write: concurrent(1_000_000), packets: 8_000_000, quickPackets: 8_000_000 },
});

/**
 * What the truth file of a capture says first.
 * @param {string} kind
 * @param {number} packets
 * @param {number} seed
 * @returns {{generator: number, kind: string, seed: number, asked: number}}
 */
export function captureFacts(kind, packets, seed) {
  return { generator: GENERATOR_VERSION, kind, seed, asked: packets };
}

/**
 * Writes a capture and its truth.
 * @param {string} kind a name in `KINDS`
 * @param {string} path
 * @param {number} packets about how many
 * @param {number} seed
 */
export function generateCapture(kind, path, packets, seed) {
  const traffic = new Traffic(path, seed);
  KINDS[kind].write(traffic, packets);
  traffic.finish(path, captureFacts(kind, packets, seed));
}
