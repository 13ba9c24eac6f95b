// node bench/flows.js      (on the capture conc1m, made if missing)
//
// What a million connections at once take, each in a process of its own:
//
//     memory   how much the resident size grows by opening them, per connection. Both directions are collected, nothing
//              is kept; the engine has run before, so neither its code nor its buffers count.
//     pauses   the longest time between two turns of the event loop while all are opened, used and closed: by the clock, and
//              what the main thread ran of it, as a busy machine makes pauses longer; the longest collection of garbage; and
//              the last turn, in which the engine exits and forgets them all
//
// Prints one JSON line:
// {"flows","bytesPerFlow","heapBytesPerFlow","longestPauseMs","longestPauseCpuMs","longestCollectionMs",
// "lastPauseMs","lastPauseCpuMs"}

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance, PerformanceObserver } from "node:perf_hooks";
import { setImmediate, setTimeout } from "node:timers/promises";
import { FileSource } from "@tsnids/capture";
import { Nids } from "@tsnids/nids";
import { BenchError } from "./command/bench-error.js";
import { reasonIn, runCommand } from "./command/run-command.js";
import { prepareCapture } from "./compare/captures.js";
import { CollectingCounter } from "./replay/collecting-counter.js";

const WARM_UP_CAPTURE = "conc1k";
const CAPTURE = "conc1m";
const HANDSHAKE_PACKETS = 3; // the capture begins with the handshakes of all connections
const PARTS = { memory: growth, pauses };

/** `--part` is for the processes that it starts. */
const COMMAND = { usage: "flows.js", options: { part: { type: "string" } } };

await runCommand(COMMAND, async ({ part }) => {
  if (part === undefined) return report();
  if (!Object.hasOwn(PARTS, part)) throw new BenchError("bad-option", `unknown part "${part}"`);
  process.stdout.write(`${JSON.stringify(await PARTS[part]())}\n`);
});

/** Both parts, one after the other. */
function report() {
  prepareCapture(WARM_UP_CAPTURE, false);
  const { truth } = prepareCapture(CAPTURE, false);
  const parts = Object.keys(PARTS).map(inProcess);
  process.stdout.write(`${JSON.stringify(Object.assign({ flows: truth.streams }, ...parts))}\n`);
}

function inProcess(name) {
  const args = ["--expose-gc", import.meta.filename, "--part", name];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new BenchError("peer-failed", `${name} could not be measured: ${reasonIn(stderr)}`);
  return JSON.parse(stdout);
}

/** Memory before and after all connections are opened. */
async function growth() {
  const nids = new Nids({ checksums: "verify" });
  const counter = new CollectingCounter();
  nids.registerTcp(counter.callback);
  await nids.run(new FileSource(prepareCapture(WARM_UP_CAPTURE, false).path));
  const { path, truth } = prepareCapture(CAPTURE, false);
  counter.clear();
  const before = await settled();
  const source = new FileSource(path);
  for (let left = truth.streams * HANDSHAKE_PACKETS; left > 0;) left -= await nids.dispatch(source, left);
  const after = await settled();
  nids.exit(); // up to here the engine is in use, and no garbage
  const { streams } = counter.totals();
  if (streams !== truth.streams)
    throw new BenchError("peer-failed", `${streams} of ${truth.streams} connections are open`);
  return {
    bytesPerFlow: Math.round((after.rss - before.rss) / streams),
    heapBytesPerFlow: Math.round((after.heapUsed - before.heapUsed) / streams),
  };
}

/** Memory without garbage; what the collector freed has gone back to the system. */
async function settled() {
  for (let times = 0; times < 3; times++) {
    globalThis.gc();
    await setTimeout(50);
  }
  return process.memoryUsage();
}

/** Turns of the event loop while the whole capture runs. */
async function pauses() {
  const collections = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  const nids = new Nids({ checksums: "verify" });
  nids.registerTcp(new CollectingCounter().callback);
  let running = true;
  const run = nids.run(new FileSource(prepareCapture(CAPTURE, false).path)).finally(() => (running = false));
  const turns = [];
  for (let before = mainThread(); running;) {
    await setImmediate();
    const now = mainThread();
    turns.push({ clock: now.clock - before.clock, cpu: now.cpu - before.cpu });
    before = now;
  }
  await run;
  await setTimeout(0); // the last collection is told a turn later
  const last = turns.pop();
  return {
    longestPauseMs: tenths(Math.max(...turns.map(({ clock }) => clock))),
    longestPauseCpuMs: tenths(Math.max(...turns.map(({ cpu }) => cpu))),
    longestCollectionMs: tenths(Math.max(0, ...collections.map((entry) => entry.duration))),
    lastPauseMs: tenths(last.clock),
    lastPauseCpuMs: tenths(last.cpu),
  };
}

/** Milliseconds by the clock, and CPU time of this thread so far: the first number there is nanoseconds. */
function mainThread() {
  const cpu = Number.parseInt(readFileSync("/proc/thread-self/schedstat", "latin1"), 10) / 1e6;
  return { clock: performance.now(), cpu };
}

function tenths(value) {
  return Number(value.toFixed(1));
}
