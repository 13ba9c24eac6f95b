// What the workers of bench/workers.js run: both directions of every stream collected, and so many turns of a busy loop
// for each piece of data.

import { TcpState } from "@tsnids/nids";

/**
 * Work that costs nothing but time: turns of a linear congruential generator, whose last number is returned so that it
 * is not left out.
 * @param {number} turns
 */
export function work(turns) {
  let number = turns;
  for (let turn = 0; turn < turns; turn++) number = (Math.imul(number, 1664525) + 1013904223) | 0;
  return number;
}

/** How many turns take a microsecond on this machine: the fastest of several measurements. */
export function turnsPerMicrosecond() {
  const turns = 1_000_000;
  let best = Infinity;
  for (let trial = 0; trial < 20; trial++) {
    const begin = performance.now();
    work(turns);
    best = Math.min(best, performance.now() - begin);
  }
  return turns / (best * 1000);
}

/** @type {import("@tsnids/workers").WorkerSetup} */
export default function setup(nids, { data }) {
  const { turns } = /** @type {{ turns: number }} */ (data);
  let segments = 0;
  let bytes = 0;
  let last = 0;
  nids.registerTcp((stream) => {
    if (stream.state === TcpState.JUST_ESTABLISHED) {
      stream.client.collect++;
      stream.server.collect++;
    } else if (stream.state === TcpState.DATA) {
      segments++;
      bytes += stream.client.countNew + stream.server.countNew;
      if (turns > 0) last ^= work(turns);
    }
  });
  return () => ({ segments, bytes, last });
}
