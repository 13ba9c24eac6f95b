// Watches a0 with an empty callback; prints "open", then, told on standard input how many datagrams were sent, waits
// until it has them all or nothing has come for two seconds, and prints what it has.

import { text } from "node:stream/consumers";
import { LiveSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { runCommand } from "../command/run-command.js";

await runCommand({ usage: "live/watcher.js BACKEND", operands: [1, 1] }, async (_, [backend]) => {
  const stop = new AbortController();
  const nids = new Nids();
  let datagrams = 0;
  let sent = Infinity;
  nids.registerUdp(() => {
    if (++datagrams >= sent) stop.abort();
  });
  const live = new LiveSource("a0", {
    backend: backend === "cap-here" ? "cap" : backend,
    isolated: backend !== "cap-here",
    filter: "udp port 9",
    signal: stop.signal,
  });
  live.on("open", () => console.log("open"));
  live.on("warning", ({ message }) => console.error(message));
  process.stdin.unref(); // Waiting for it keeps no watcher alive that could not begin.
  void text(process.stdin).then((said) => {
    sent = Number(said);
    let before = -1;
    const look = () => {
      if (datagrams >= sent || datagrams === before) return stop.abort();
      before = datagrams;
      setTimeout(look, 2000);
    };
    look();
  });
  await nids.run(live);
  console.log(JSON.stringify({ datagrams, live: live.statistics }));
  process.exit();
});
