// Live captures under load: small UDP packets across a veth pair between two network namespaces of its own, at a given
// rate, into an engine with an empty callback, in every way of capturing.
//
//     sudo node bench/live.js [packets per second] [seconds] [backend…] [--offload]     default: 50000 10, all backends
//
// Frames of 64 bytes. "cap-here" is cap in the process of the engine. With --offload the device keeps its offloads. The
// sender is bench/live/sender.js; the watching program bench/live/watcher.js.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const keepsOffload = process.argv.includes("--offload");
const given = process.argv.slice(2).filter((argument) => argument !== "--offload");
const [rate = 50_000, seconds = 10] = given.slice(0, 2).map(Number);
const backends = given.length > 2 ? given.slice(2) : ["cap", "tcpdump", "dumpcap", "cap-here"];
const space = (host) => `tsnids-bench-${process.pid}-${host}`;
const ip = (...args) => execFileSync("ip", args);

console.log(`${rate} packets/s for ${seconds} s; load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`);
try {
  for (const host of ["a", "b"]) ip("netns", "add", space(host));
  ip("-n", space("a"), "link", "add", "a0", "type", "veth", "peer", "b0", "netns", space("b"));
  for (const [host, number] of [
    ["a", 1],
    ["b", 2],
  ]) {
    ip("-n", space(host), "address", "add", `10.78.0.${number}/29`, "dev", `${host}0`);
    ip("-n", space(host), "link", "set", `${host}0`, "up");
  }
  // With segmentation offload libpcap makes each place of its ring large enough for 64 KiB, and there are few of them.
  if (!keepsOffload) {
    execFileSync(
      "ip",
      ["netns", "exec", space("a"), "ethtool", "-K", "a0", ...["tso", "gso", "gro"].flatMap((name) => [name, "off"])],
      { stdio: "ignore" },
    );
  }
  // The packets are for a host that is not there: nobody answers, and the sender does not have to ask where it is.
  ip("-n", space("b"), "neighbour", "add", "10.78.0.3", "lladdr", "02:00:00:00:00:03", "dev", "b0");
  for (const backend of backends) await measure(backend);
} finally {
  for (const host of ["a", "b"]) ip("netns", "del", space(host));
}

async function measure(backend) {
  const watcher = start("a", "watcher.js", backend);
  const lines = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]();
  await lines.next(); // It listens.
  const sender = start("b", "sender.js", String(rate), String(seconds));
  const [sent, took] = JSON.parse(
    (await createInterface({ input: sender.stdout })[Symbol.asyncIterator]().next()).value,
  );
  watcher.stdin.end(String(sent));
  const result = JSON.parse((await lines.next()).value);
  const lost = sent - result.datagrams;
  const speed = `${Math.round(sent / took)}/s`;
  console.log(`${backend.padEnd(8)} sent ${sent} (${speed})  received ${result.datagrams}  lost ${lost}`, result.live);
}

function start(host, program, ...args) {
  const path = fileURLToPath(new URL(`live/${program}`, import.meta.url));
  const child = spawn("ip", ["netns", "exec", space(host), process.execPath, path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  void once(child, "exit").then(([code]) => {
    if (code !== 0) console.error(`${program} ended with ${code}`);
  });
  return child;
}
