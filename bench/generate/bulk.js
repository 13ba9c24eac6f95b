// bulk: few connections with full-size segments. 200 clients download from servers: small requests, then long runs of
// 1460-byte segments with an ACK for every second one. All connections are open at once and take turns at random.

import { C2S, S2C } from "./flow.js";
import { FULL_SEGMENT } from "./frame-writer.js";

const MOST_FLOWS = 200;
const LEAST_PACKETS_PER_FLOW = 100;
const REQUEST_BYTES = [150, 600];
const RESPONSE_PAIRS = [10, 300]; // two segments and an ACK each
const MOST_PAIRS_PER_TURN = 4;
const CLOSE_PACKETS = 3;

/**
 * @param {import("./traffic.js").Traffic} traffic
 * @param {number} packets how many packets the capture should have, about
 */
export function bulk(traffic, packets) {
  const { random } = traffic;
  const flows = Math.max(1, Math.min(MOST_FLOWS, Math.floor(packets / LEAST_PACKETS_PER_FLOW)));
  const each = packets / flows - CLOSE_PACKETS;
  const downloads = Array.from({ length: flows }, () => ({ flow: traffic.newFlow(), written: 0, pairs: 0 }));

  while (downloads.length > 0) {
    const turn = random.below(downloads.length);
    const download = downloads[turn];
    const before = traffic.packets;
    takeTurn(traffic, download);
    download.written += traffic.packets - before;
    if (download.written < each) continue;
    traffic.close(download.flow);
    downloads[turn] = downloads[downloads.length - 1];
    downloads.pop();
  }
}

/** One step of a download: the handshake, a request, or a few segments of the response. */
function takeTurn(traffic, download) {
  const { random } = traffic;
  const { flow } = download;
  if (download.written === 0) {
    traffic.open(flow);
  } else if (download.pairs === 0) {
    traffic.data(flow, C2S, random.between(...REQUEST_BYTES));
    download.pairs = random.between(...RESPONSE_PAIRS);
  } else {
    const pairs = Math.min(download.pairs, random.between(1, MOST_PAIRS_PER_TURN));
    for (let pair = 0; pair < pairs; pair++) {
      traffic.data(flow, S2C, FULL_SEGMENT);
      traffic.data(flow, S2C, FULL_SEGMENT);
      traffic.acknowledge(flow, C2S);
    }
    download.pairs -= pairs;
  }
}
