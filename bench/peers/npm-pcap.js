// node npm-pcap.js FILE --installed FOLDER [--passes N] [--directions FILE]
//
// The npm package `pcap` (libpcap for Node), installed in FOLDER, with its TCPTracker and listeners for the data of both
// directions that count. It puts no fragments together and nothing in order, and verifies no checksums. Everything
// begins anew with each pass. Prints one JSON line with the totals of the last pass.

import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Direction, DirectionList } from "../replay/directions.js";

console.log = () => {}; // it prints what it finds odd
const { values, positionals } = parseArgs({
  options: {
    installed: { type: "string" },
    passes: { type: "string", default: "1" },
    directions: { type: "string" },
  },
  allowPositionals: true,
});
const pcap = createRequire(join(values.installed, "package.json"))("pcap");
let totals = { streams: 0, c2s: 0, s2c: 0 };
for (let pass = 0; pass < Number(values.passes); pass++) {
  totals = { streams: 0, c2s: 0, s2c: 0 };
  await track(positionals[0], count);
}
if (values.directions !== undefined) await list(positionals[0], values.directions);
process.stdout.write(`${JSON.stringify(totals)}\n`);

/** Follows all sessions of a capture. */
async function track(path, onSession) {
  const tracker = new pcap.TCPTracker();
  tracker.on("session", (session) => {
    onSession(session);
    session.on("end", () => delete tracker.sessions[keyOf(session)]); // or it would keep all there ever were
  });
  const capture = pcap.createOfflineSession(path, {});
  capture.on("packet", (raw) => {
    const packet = decoded(raw);
    if (packet !== undefined) tracker.track_packet(packet);
  });
  await once(capture, "complete");
  capture.close();
}

/** A packet; undefined where decoding throws: it takes what is in a fragment for a TCP header. */
function decoded(raw) {
  try {
    return pcap.decode.packet(raw);
  } catch {
    return undefined;
  }
}

/** The name the tracker has given a session. */
function keyOf({ src, dst }) {
  return src < dst ? `${src}-${dst}` : `${dst}-${src}`;
}

function count(session) {
  totals.streams++;
  session.on("data send", (_, data) => (totals.c2s += data.length));
  session.on("data recv", (_, data) => (totals.s2c += data.length));
}

async function list(path, listing) {
  const sent = new Map();
  await track(path, (session) => {
    const directions = [new Direction(), new Direction()];
    sent.set(session, directions);
    session.on("data send", (_, data) => directions[0].add(data));
    session.on("data recv", (_, data) => directions[1].add(data));
  });
  const lines = new DirectionList(listing);
  for (const [{ src, dst }, [fromClient, fromServer]] of sent) {
    const [client, server] = [src, dst].map((end) => end.replace(":", "|"));
    lines.write(client, server, fromClient);
    lines.write(server, client, fromServer);
  }
  lines.close();
}
