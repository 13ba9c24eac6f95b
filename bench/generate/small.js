// small: 10,000 chatty connections, all open at once, that take turns at random with one or two small packets each, to
// and fro: frames of 64 to 128 bytes, one in twenty a bare ACK. What is measured is the cost of a packet, not of bytes.

import { C2S, S2C } from "./flow.js";

const MOST_FLOWS = 10_000;
const LEAST_PACKETS_PER_FLOW = 40;
const FRAME_HEADER_BYTES = 54;
const FRAME_BYTES = [64, 128];
const BARE_ACK = 0.05;
const MOST_PACKETS_PER_TURN = 2;
const OPEN_AND_CLOSE_PACKETS = 6;

/**
 * @param {import("./traffic.js").Traffic} traffic
 * @param {number} packets how many packets the capture should have, about
 */
export function small(traffic, packets) {
  const { random } = traffic;
  const flows = Math.max(1, Math.min(MOST_FLOWS, Math.floor(packets / LEAST_PACKETS_PER_FLOW)));
  const each = Math.max(1, Math.round(packets / flows) - OPEN_AND_CLOSE_PACKETS);
  const chats = Array.from({ length: flows }, () => ({ flow: traffic.newFlow(), left: each }));
  for (const { flow } of chats) traffic.open(flow);

  while (chats.length > 0) {
    const turn = random.below(chats.length);
    const chat = chats[turn];
    const burst = Math.min(chat.left, random.between(1, MOST_PACKETS_PER_TURN));
    for (let packet = 0; packet < burst; packet++) say(traffic, chat);
    if (chat.left > 0) continue;
    traffic.close(chat.flow, C2S);
    chats[turn] = chats[chats.length - 1];
    chats.pop();
  }
}

/** One packet of a connection, from either side in turn. */
function say(traffic, chat) {
  const { random } = traffic;
  const direction = chat.left-- & 1 ? C2S : S2C;
  if (random.chance(BARE_ACK)) traffic.acknowledge(chat.flow, direction);
  else traffic.data(chat.flow, direction, random.between(...FRAME_BYTES) - FRAME_HEADER_BYTES);
}
