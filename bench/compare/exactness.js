// Whether a peer got the bytes right: one pass in which it writes a line per stream direction with its length and CRC-32,
// compared line by line with the generator's truth. That pass is not measured.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { clearAtExit } from "../command/at-exit.js";
import { CACHE } from "./captures.js";
import { runPeer } from "./peer-process.js";

/**
 * @param {import("./peers.js").Peer} peer
 * @param {import("./captures.js").Capture} capture
 * @returns {Promise<number | null>} directions that have all their bytes and no others; null for a peer that has no
 *   directions; rejects with BenchError `peer-failed`
 */
export async function exactDirections(peer, capture) {
  if (!peer.listsDirections) return null;
  const listing = join(CACHE, `directions-${process.pid}.tsv`);
  const clear = () => rmSync(listing, { force: true });
  const isCleared = clearAtExit(clear);
  try {
    await runPeer(peer, capture, 1, [], ["--directions", listing]);
    const truth = new Set(lines(capture.truthLines));
    return lines(listing).filter((line) => truth.delete(line)).length;
  } finally {
    clear();
    isCleared();
  }
}

/** @param {string} path @returns {string[]} */
function lines(path) {
  return readFileSync(path, "latin1").split("\n").slice(0, -1);
}
