// conc1k, conc10k, conc100k, conc1m: many connections at the same time. All are opened, then each gets one small packet
// per round, client and server in turn, each round in a new random order so that no cache can guess the next one; then
// all are closed, in random order too.

import { C2S, S2C } from "./flow.js";

const REQUEST_BYTES = [24, 96];
const RESPONSE_BYTES = [48, 160];
const OPEN_AND_CLOSE_PACKETS = 6;
const LEAST_ROUNDS = 2;

/**
 * @param {number} flows connections open at once
 * @returns {(traffic: import("./traffic.js").Traffic, packets: number) => void}
 */
export function concurrent(flows) {
  return (traffic, packets) => {
    const rounds = Math.max(LEAST_ROUNDS, Math.round(packets / flows) - OPEN_AND_CLOSE_PACKETS);
    const open = Array.from({ length: flows }, () => traffic.newFlow());
    for (const flow of open) traffic.open(flow);

    const order = Uint32Array.from({ length: flows }, (_, index) => index);
    for (let round = 0; round < rounds; round++) {
      const direction = round & 1 ? S2C : C2S;
      const [least, most] = direction === C2S ? REQUEST_BYTES : RESPONSE_BYTES;
      traffic.random.shuffle(order);
      for (const index of order) traffic.data(open[index], direction, traffic.random.between(least, most));
    }

    traffic.random.shuffle(order);
    for (const index of order) traffic.close(open[index]);
  };
}
