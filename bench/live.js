// Live captures under load: small UDP packets across a veth pair between two network namespaces of its own, at a given
// rate, into an engine with an empty callback, in every way of capturing.
//
//     sudo node bench/live.js [RATE] [SECONDS] [BACKEND…] [--offload]     default: 50000 packets/s, 10, all backends
//
// Frames of 64 bytes. "cap-here" is cap in the process of the engine. With --offload the device keeps its offloads. The
// sender is bench/live/sender.js; the watching program bench/live/watcher.js. A backend that cannot be had is left out.

import { cpus, loadavg } from "node:os";
import { BenchError } from "./command/bench-error.js";
import { clearAtExit } from "./command/at-exit.js";
import { runCommand, wholeNumber } from "./command/run-command.js";
import { attempt } from "./compare/rounds.js";
import { Network } from "./live/network.js";
import { Program } from "./live/program.js";

const BACKENDS = ["cap", "tcpdump", "dumpcap", "cap-here"];
const LARGEST_RATE = 10_000_000;
const MOST_SECONDS = 3600;

const COMMAND = {
  usage: "live.js [RATE] [SECONDS] [BACKEND…] [--offload]",
  options: { offload: { type: "boolean", default: false } },
  operands: [0, 2 + BACKENDS.length],
};

await runCommand(COMMAND, main);

async function main({ offload }, [rateText = "50000", secondsText = "10", ...given]) {
  const rate = wholeNumber("RATE", rateText, 1, LARGEST_RATE);
  const seconds = wholeNumber("SECONDS", secondsText, 1, MOST_SECONDS);
  const unknown = given.find((name) => !BACKENDS.includes(name));
  if (unknown !== undefined) {
    throw new BenchError("bad-option", `unknown backend "${unknown}", there are ${BACKENDS.join(", ")}`);
  }
  const network = new Network();
  clearAtExit(() => network.remove());
  try {
    network.make(offload);
    console.log(`${rate} packets/s for ${seconds} s; load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
    for (const backend of given.length > 0 ? given : BACKENDS) {
      const outcome = {};
      await attempt(outcome, () => measure(network, backend, rate, seconds));
      if (outcome.failure !== undefined) process.exitCode = 1;
    }
  } finally {
    network.remove();
  }
}

async function measure(network, backend, rate, seconds) {
  try {
    const watcher = new Program(backend, network.start("a", "watcher.js", backend));
    await watcher.line(); // It listens.
    const sender = new Program("sender", network.start("b", "sender.js", String(rate), String(seconds)));
    const [sent, took] = JSON.parse(await sender.line());
    watcher.tell(String(sent));
    const { datagrams, live } = JSON.parse(await watcher.line());
    process.stderr.write(await watcher.warnings());
    const speed = `${Math.round(sent / took)}/s`;
    console.log(`${backend.padEnd(8)} sent ${sent} (${speed})  received ${datagrams}  lost ${sent - datagrams}`, live);
  } finally {
    network.endPrograms();
  }
}
