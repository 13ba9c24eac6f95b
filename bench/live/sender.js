// Sends UDP datagrams of 22 bytes, frames of 64, at a rate for some seconds; prints [sent, seconds it took].

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { runCommand } from "../command/run-command.js";

await runCommand({ usage: "live/sender.js RATE SECONDS", operands: [2, 2] }, async (_, operands) => {
  const [rate, seconds] = operands.map(Number);
  const payload = Buffer.alloc(22);
  const socket = createSocket({ type: "udp4", sendBufferSize: 1 << 22 });
  socket.connect(9, "10.78.0.3");
  await once(socket, "connect");

  const started = performance.now();
  let sent = 0;
  for (;;) {
    const passed = (performance.now() - started) / 1000;
    const due = Math.floor(Math.min(passed, seconds) * rate);
    for (; sent < due; sent++) socket.send(payload);
    if (passed >= seconds) break;
    await setImmediate();
  }
  const took = (performance.now() - started) / 1000;
  await new Promise((resolve) => socket.send(payload, resolve));
  sent++;
  socket.close();
  console.log(JSON.stringify([sent, took]));
});
