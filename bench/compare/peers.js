// Who takes part, and how each is started for a number of passes over a capture. The first is what ratios are taken to.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "./bench-error.js";
import { buildPeer } from "./build-peers.js";

const BENCH = join(import.meta.dirname, "..");
const ENGINE = join(BENCH, "..", "packages", "nids", "dist", "index.js");
const YARDSTICK_PROGRAM = join(BENCH, "..", "..", "shared", "prototype", "replay.js");

/** libpcap's own loop: what everything is compared with. */
export const LOOP = "pcap-loop";
/** libnids with checksums verified. */
export const LIBNIDS = "libnids";
const YARDSTICK = "yardstick";

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {(capture: import("./captures.js").Capture, passes: number) => Start} start
 * @property {boolean} cumulative its totals are those of all passes together, not of the last
 *
 * @typedef {object} Start
 * @property {string[]} command program and arguments
 * @property {Record<string, string>} [environment] variables on top of the present ones
 */

/** All peers by name; each function says how to run one, or undefined where it is not there and may be missing. */
const PEERS = {
  [LOOP]: () => program(buildPeer("pcap-loop")),
  [LIBNIDS]: () => libnids([]),
  "libnids-no-checksums": () => libnids(["--no-checksums"]),
  tsnids: () => tsnids([]),
  "tsnids-no-checksums": () => tsnids(["--no-checksums"]),
  [YARDSTICK]: yardstick,
};

/**
 * @param {string[] | undefined} names those to run; all if undefined
 * @returns {Peer[]}
 * @throws {BenchError} `unknown-peer`, `not-built`, `missing-tool`
 */
export function preparePeers(names) {
  const unknown = names?.find((name) => !Object.hasOwn(PEERS, name));
  if (unknown !== undefined) {
    throw new BenchError("unknown-peer", `unknown peer "${unknown}"; there are ${Object.keys(PEERS).join(", ")}`);
  }
  const peers = [];
  for (const [name, prepare] of Object.entries(PEERS)) {
    if (names !== undefined && !names.includes(name)) continue;
    const start = prepare();
    if (start !== undefined) peers.push({ name, start, cumulative: name === YARDSTICK });
  }
  return peers;
}

/** @param {string} path @returns {Peer["start"]} */
function program(path) {
  return (capture, passes) => ({ command: [path, capture.path, "--passes", String(passes)] });
}

/** libnids is given room for all connections of the capture: it would evict the oldest. */
function libnids(options) {
  const path = buildPeer("libnids-count");
  return (capture, passes) => {
    const streams = String(capture.truth.streams);
    return { command: [path, capture.path, "--passes", String(passes), "--streams", streams, ...options] };
  };
}

function tsnids(options) {
  if (!existsSync(ENGINE)) throw new BenchError("not-built", "packages/nids is not built: npm run build");
  const replay = join(BENCH, "replay.js");
  return (capture, passes) => ({
    command: [process.execPath, replay, capture.path, "--passes", String(passes), ...options],
  });
}

/** A program beside this repository that shows what is within reach; its tables are sized by the environment. */
function yardstick() {
  if (!existsSync(YARDSTICK_PROGRAM)) return undefined;
  return (capture, passes) => {
    const tableBits = Math.max(18, Math.ceil(Math.log2(capture.truth.streams)) + 1);
    return {
      command: [process.execPath, YARDSTICK_PROGRAM, capture.path, "--passes", String(passes)],
      environment: { MAXF: String(2 ** (tableBits - 1)), HB: String(tableBits) },
    };
  };
}
