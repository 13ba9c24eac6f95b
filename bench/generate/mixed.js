// mixed: everyday traffic. Connections come and go, some thousands open at a time; requests and responses of very
// different sizes (most small, a few large: a Pareto tail). Of all packets about 1 % come out of order and 0.5 % again.
// The receiver acknowledges every second segment, and only what it has without a hole, as a real one does.

import { C2S, S2C } from "./flow.js";
import { FULL_SEGMENT, TcpFlag } from "./frame-writer.js";
import { rotate } from "./rotation.js";

const PACKETS_PER_FLOW = 24;
const FLOWS_AT_ONCE = 4000;
const EXCHANGES = [1, 4];
const REQUEST = { least: 80, most: 8000, tail: 1.5 };
const RESPONSE = { least: 120, most: 400_000, tail: 0.77 };
// Per data segment. Less than half of all packets carry data, and the last segment of a transfer cannot come late.
const SWAPPED = 0.055;
const RETRANSMITTED = 0.012;
const LONGEST_DELAY = 3;

/**
 * @param {import("./traffic.js").Traffic} traffic
 * @param {number} packets how many packets the capture should have, about
 */
export function mixed(traffic, packets) {
  const flows = Math.max(1, Math.round(packets / PACKETS_PER_FLOW));
  rotate(traffic, flows, Math.min(FLOWS_AT_ONCE, flows), () => conversation(traffic));
}

/** @returns {import("./rotation.js").Script} requests and responses in turn */
function conversation(traffic) {
  const { random } = traffic;
  const flow = traffic.newFlow();
  let turns = 2 * random.between(...EXCHANGES);
  return {
    flow,
    next() {
      if (turns === 0) return undefined;
      const request = turns-- % 2 === 0;
      return request
        ? transfer(traffic, flow, C2S, pareto(random, REQUEST))
        : transfer(traffic, flow, S2C, pareto(random, RESPONSE));
    },
    close() {
      traffic.close(flow, random.chance(0.5) ? C2S : S2C);
    },
  };
}

/** The packets that carry `bytes` in one direction, troubled a little, and the ACKs that answer them. */
function transfer(traffic, flow, direction, bytes) {
  const segments = [];
  const acknowledged = flow.sent(1 - direction);
  const begin = flow.sent(direction);
  for (let left = bytes; left > 0;) {
    const length = Math.min(left, FULL_SEGMENT);
    left -= length;
    const flags = left === 0 ? TcpFlag.PSH | TcpFlag.ACK : TcpFlag.ACK;
    segments.push({ flow, direction, position: flow.take(direction, length), length, acknowledged, flags });
  }
  return withAcknowledgements(troubled(segments, traffic.random), begin);
}

/** The segments in the order they pass the tap: a few late, a few twice. */
function troubled(segments, random) {
  const passing = [...segments];
  for (let index = 0; index < passing.length; index++) {
    const segment = passing[index];
    const delay = Math.min(random.between(1, LONGEST_DELAY), passing.length - 1 - index);
    if (delay > 0 && random.chance(SWAPPED)) {
      passing.splice(index, 1);
      passing.splice(index + delay, 0, segment);
    } else if (random.chance(RETRANSMITTED)) {
      passing.splice(index + 1 + delay, 0, segment);
      index++; // its neighbour was not looked at yet, but the copy may come right after: no copies of copies
    }
  }
  return passing;
}

/** Puts an ACK behind every second segment and behind the last: it names what has arrived without a hole. */
function withAcknowledgements(passing, begin) {
  const moves = [];
  const early = new Map();
  let contiguous = begin;
  passing.forEach((segment, index) => {
    moves.push(segment);
    early.set(segment.position, segment.length);
    for (let length; (length = early.get(contiguous)) !== undefined; contiguous += length) early.delete(contiguous);
    if (index % 2 === 1 || index === passing.length - 1) {
      const { flow, direction, acknowledged } = segment;
      const answer = { flow, direction: 1 - direction, position: acknowledged, length: 0 };
      moves.push({ ...answer, acknowledged: contiguous, flags: TcpFlag.ACK });
    }
  });
  return moves;
}

/** A size with a Pareto distribution, cut off at `most`. */
function pareto(random, { least, most, tail }) {
  return Math.min(most, Math.floor(least / (1 - random.fraction()) ** (1 / tail)));
}
