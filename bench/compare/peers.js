// Who takes part, and how each is started for a number of passes over a capture.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { MODES, USUAL_MODE } from "../replay/modes/mode.js";
import { BenchError } from "../command/bench-error.js";
import { buildPeer, NPM_PCAP } from "./build-peers.js";

const BENCH = join(import.meta.dirname, "..");
const REPOSITORY = join(BENCH, "..");
const YARDSTICK_PROGRAM = join(REPOSITORY, "..", "shared", "prototype", "replay.js");

/** libpcap's own loop: what everything is compared with. */
export const LOOP = "pcap-loop";
/** libnids with checksums verified. */
export const LIBNIDS = "libnids";
/** The engine, with a registered callback. */
export const OURS = "tsnids";
/** A program beside this repository that shows what is within reach; no part of what is published. */
export const YARDSTICK = "yardstick";

/** Of so many packets on, a pass takes long against the fixed cost. */
const LARGE_CAPTURE_PACKETS = 2_000_000;

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {(capture: import("./captures.js").Capture, passes: number) => Start} start
 * @property {(capture: import("./captures.js").Capture) => number[]} passes of the two processes of a sample
 * @property {number} [mostRounds] it takes part in the first ones only
 * @property {boolean} listsDirections it knows `--directions FILE`
 * @property {boolean} [cumulative] its totals are those of all passes together, not of the last
 *
 * @typedef {object} Start
 * @property {string[]} command program and arguments
 * @property {Record<string, string>} [environment] variables on top of the present ones
 */

/** The peers by name. Each function makes one. */
const PEERS = {
  [LOOP]: () => ({ ...program(LOOP), passes: manyPasses, listsDirections: false }),
  [OURS]: () => tsnids([]),
  "tsnids-no-checksums": () => tsnids(["--no-checksums"]),
  [LIBNIDS]: () => libnids([]),
  "libnids-no-checksums": () => libnids(["--no-checksums"]),
  libtins: () => program("libtins"),
  "gopacket-reassembly": () => program("gopacket-reassembly"),
  "gopacket-tcpassembly": () => program("gopacket-tcpassembly"),
  "npm-pcap": npmPcap,
  [YARDSTICK]: yardstick,
};

/** The engine whose file is read ahead by other threads: for wall time. */
export const READING_AHEAD = `${OURS}-read-ahead`;

const OTHER_MODES = MODES.filter((mode) => mode !== USUAL_MODE);

/** The engine used in the other ways there are, by name. */
const WAYS = {
  ...Object.fromEntries(OTHER_MODES.map((mode) => [`${OURS}-${mode}`, () => tsnids(["--mode", mode])])),
  [READING_AHEAD]: () => tsnids(["--read-ahead", "3"]),
};

/** Names of the ways of using the engine, the bare one first. */
export const WAY_NAMES = Object.freeze([OURS, ...OTHER_MODES.map((mode) => `${OURS}-${mode}`)]);

/**
 * @param {readonly string[]} [names] those to run; all peers without them
 * @returns {Peer[]} those that can be run here, one at least; about each other one a line is printed
 * @throws {BenchError} `unknown-peer`, `not-built`, `missing-tool` where none is left
 */
export function preparePeers(names = usualNames()) {
  const known = { ...PEERS, ...WAYS };
  const unknown = names.find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    throw new BenchError("unknown-peer", `unknown peer "${unknown}"; there are ${Object.keys(known).join(", ")}`);
  }
  const peers = Object.keys(known)
    .filter((name) => names.includes(name))
    .flatMap((name) => {
      const peer = prepared(known[name]);
      return peer === undefined ? [] : [{ name, ...peer }];
    });
  if (peers.length === 0) throw new BenchError("missing-tool", "there is no peer left to measure");
  return peers;
}

/** All peers; the yardstick where it is. */
function usualNames() {
  return Object.keys(PEERS).filter((name) => name !== YARDSTICK || existsSync(YARDSTICK_PROGRAM));
}

function manyPasses() {
  return [1, 5];
}

/** For those that are slower and begin at once. */
function fewPasses({ truth }) {
  return truth.packets < LARGE_CAPTURE_PACKETS ? [1, 3] : [1, 2];
}

/** A peer; undefined where it cannot be had. */
function prepared(make) {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof BenchError && error.code === "missing-tool")) throw error;
    process.stderr.write(`bench: left out: ${error.message}\n`);
    return undefined;
  }
}

/** @param {string} name of a program that takes FILE, `--passes N` and `--directions FILE` */
function program(name) {
  const path = buildPeer(name);
  return {
    start: (capture, passes) => ({ command: [path, capture.path, "--passes", String(passes)] }),
    passes: fewPasses,
    listsDirections: true,
  };
}

/** libnids is given room for all connections of the capture: it would evict the oldest. */
function libnids(options) {
  const path = buildPeer(LIBNIDS);
  return {
    start: (capture, passes) => {
      const streams = String(capture.truth.streams);
      return { command: [path, capture.path, "--passes", String(passes), "--streams", streams, ...options] };
    },
    passes: fewPasses,
    listsDirections: true,
  };
}

function tsnids(options) {
  return engineIn(REPOSITORY, options);
}

/**
 * The engine of this repository, or of a copy of it, without a name.
 * @param {string} [repository] its folder
 * @param {string[]} [options] of bench/replay.js
 * @returns {Omit<Peer, "name">}
 * @throws {BenchError} `not-built`
 */
export function engineIn(repository = REPOSITORY, options = []) {
  if (!existsSync(join(repository, "packages", "nids", "dist", "index.js"))) {
    throw new BenchError("not-built", "packages/nids is not built: npm run build");
  }
  return { ...script(join(repository, "bench", "replay.js"), options), passes: manyPasses };
}

/** It takes so long that a few per cent of noise do not matter. */
function npmPcap() {
  buildPeer("npm-pcap");
  return {
    ...script(join(BENCH, "peers", "npm-pcap.js"), ["--installed", NPM_PCAP]),
    passes: () => [1, 2],
    mostRounds: 1,
  };
}

/** A program for Node. */
function script(path, options) {
  return {
    start: (capture, passes) => ({
      command: [process.execPath, path, capture.path, "--passes", String(passes), ...options],
    }),
    listsDirections: true,
  };
}

/** Its tables are sized by the environment. */
function yardstick() {
  if (!existsSync(YARDSTICK_PROGRAM)) {
    throw new BenchError("missing-tool", `${YARDSTICK} is a program at ${YARDSTICK_PROGRAM}, and there is none`);
  }
  return {
    start: (capture, passes) => {
      const tableBits = Math.max(18, Math.ceil(Math.log2(capture.truth.streams)) + 1);
      return {
        command: [process.execPath, YARDSTICK_PROGRAM, capture.path, "--passes", String(passes)],
        environment: { MAXF: String(2 ** (tableBits - 1)), HB: String(tableBits) },
      };
    },
    passes: manyPasses,
    listsDirections: false,
    cumulative: true,
  };
}
