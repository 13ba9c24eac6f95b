// evil: what a reassembler finds hard. Every transfer is cut into windows of 10 to 50 segments. Per window:
//
//     segments      |--0--|--1--|--2--|--3--|--4--|          cut at the usual places
//     again, same      |--1--|                               identical retransmissions
//     again, other        |----|  |----------|               other ranges of the same bytes, across segment borders
//     then          all of them shuffled; 5 % of the datagrams split into IP fragments (those long enough), some
//                   of those out of order
//     then          one ACK for the window
//
// Overlapping copies hold the same bytes, so the totals are exact whatever overlap policy a reader follows. The FIN of
// the side that sends most rides on its last segment and is shuffled with the rest.

import { C2S, S2C } from "./flow.js";
import { FULL_SEGMENT, TcpFlag } from "./frame-writer.js";
import { rotate } from "./rotation.js";

const PACKETS_PER_FLOW = 300;
const FLOWS_AT_ONCE = 200;
const WINDOWS = [4, 12];
const WINDOW_SEGMENTS = [10, 50];
const FULL_SIZED = 0.4;
const SMALLEST_SEGMENT = 150;
const REPEATED = 0.04;
const OVERLAPPING = 0.06;
const FRAGMENTED = 0.05;
const FRAGMENTS_OUT_OF_ORDER = 0.4;
const FRAGMENT_BYTES = [256, 1024];
const FRAGMENT_UNIT = 8;

/**
 * @param {import("./traffic.js").Traffic} traffic
 * @param {number} packets how many packets the capture should have, about
 */
export function evil(traffic, packets) {
  const flows = Math.max(1, Math.round(packets / PACKETS_PER_FLOW));
  rotate(traffic, flows, Math.min(FLOWS_AT_ONCE, flows), () => struggle(traffic));
}

/** @returns {import("./rotation.js").Script} one request, then windows of trouble, mostly from the server */
function struggle(traffic) {
  const { random } = traffic;
  const flow = traffic.newFlow();
  let windows = random.between(...WINDOWS);
  return {
    flow,
    next() {
      if (windows === 0) return undefined;
      windows--;
      const last = windows === 0;
      return troubledWindow(traffic, flow, last || random.chance(0.85) ? S2C : C2S, last);
    },
    close() {
      traffic.closeOther(flow, S2C);
    },
  };
}

/** The packets of one window in the order they pass the tap. */
function troubledWindow(traffic, flow, direction, last) {
  const { random } = traffic;
  const acknowledged = flow.sent(1 - direction);
  const begin = flow.sent(direction);
  const segments = [];
  for (let left = random.between(...WINDOW_SEGMENTS); left > 0; left--) {
    const length = random.chance(FULL_SIZED) ? FULL_SEGMENT : random.between(SMALLEST_SEGMENT, FULL_SEGMENT);
    const flags = last && left === 1 ? TcpFlag.FIN | TcpFlag.ACK : TcpFlag.ACK;
    segments.push({ flow, direction, position: flow.take(direction, length), length, acknowledged, flags });
  }
  const passing = [...segments, ...copies(segments, begin, random)];
  random.shuffle(passing);
  const moves = passing.flatMap((segment) => (random.chance(FRAGMENTED) ? fragments(traffic, segment) : [segment]));
  const finished = last ? 1 : 0; // a FIN takes one sequence number
  const answer = { flow, direction: 1 - direction, position: acknowledged, length: 0, flags: TcpFlag.ACK };
  moves.push({ ...answer, acknowledged: flow.sent(direction) + finished });
  return moves;
}

/** Retransmissions: the same segments, and other ranges of the same window. */
function copies(segments, begin, random) {
  const { flow, direction, acknowledged } = segments[0];
  const end = flow.sent(direction);
  const again = segments.filter(() => random.chance(REPEATED));
  for (let chances = segments.length; chances > 0; chances--) {
    if (!random.chance(OVERLAPPING)) continue;
    const length = Math.min(random.between(1, FULL_SEGMENT), end - begin);
    const position = random.between(begin, end - length);
    again.push({ flow, direction, position, length, acknowledged, flags: TcpFlag.ACK });
  }
  return again;
}

/** A segment as IP fragments. */
function fragments(traffic, segment) {
  const { random } = traffic;
  const { flow, direction, position, length, acknowledged, flags } = segment;
  const datagram = traffic.frames.datagram(flow, direction, position, length, acknowledged, flags);
  const pieces = [];
  for (let start = 0; start < datagram.tcp.length;) {
    const size = random.between(...FRAGMENT_BYTES) & -FRAGMENT_UNIT;
    const end = Math.min(start + size, datagram.tcp.length);
    pieces.push({ ...segment, fragment: { datagram, start, end } });
    start = end;
  }
  if (random.chance(FRAGMENTS_OUT_OF_ORDER)) random.shuffle(pieces);
  return pieces;
}
