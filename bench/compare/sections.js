// The sections of docs/performance.md, by name: tables made of results.

import { arch, cpus, platform } from "node:os";
import { OURS, YARDSTICK } from "./peers.js";
import { fixed, ONE_CAPTURE_COLUMNS, resultTable, table, WALL_COLUMNS, WAY_COLUMNS } from "./table.js";

/** @typedef {Record<string, string>} Sections */

/** @param {number} rounds @param {import("./result.js").Result[]} results of all peers on all captures @returns {Sections} */
export function cpuSections(rounds, results) {
  const published = results.filter((result) => result.peer !== YARDSTICK);
  return { machine: machineText(rounds), summary: summaryTable(published), cpu: captureTables(published) };
}

/** @param {import("./result.js").Result[]} results @returns {Sections} */
export function wallSection(results) {
  return { wall: resultTable(results, WALL_COLUMNS) };
}

/** @param {import("./result.js").Result[]} results @returns {Sections} */
export function waysSection(results) {
  return { ways: resultTable(results, WAY_COLUMNS) };
}

/** @param {ReturnType<typeof import("./programs.js").measureFlows>} flows @returns {Sections} */
export function flowsSection(flows) {
  const rows = [
    ["memory per idle connection", `${flows.bytesPerFlow} bytes`],
    ["of it on the JavaScript heap", `${flows.heapBytesPerFlow} bytes`],
    ["longest pause of the event loop", `${flows.longestPauseMs} ms`],
    ["longest the main thread ran in one turn of it", `${flows.longestPauseCpuMs} ms`],
    ["longest collection of garbage", `${flows.longestCollectionMs} ms`],
    ["the last turn, in which the engine exits", `${flows.lastPauseMs} ms`],
    ["what the main thread ran of it", `${flows.lastPauseCpuMs} ms`],
  ];
  return { flows: figures(rows) };
}

/** @param {ReturnType<typeof import("./programs.js").measureStartUp>} startUp @returns {Sections} */
export function startUpSection({ runs, medianMs, leastMs }) {
  const rows = [
    [`median of ${runs}`, `${medianMs} ms`],
    ["least", `${leastMs} ms`],
  ];
  return { "start-up": figures(rows) };
}

/** @param {ReturnType<typeof import("./programs.js").measureWorkers>} lines @returns {Sections} */
export function workersSection(lines) {
  return { workers: workersTable(lines) };
}

function machineText(rounds) {
  const { model } = cpus()[0];
  const times = rounds === 1 ? "1 round" : `${rounds} rounds`;
  return `${times} on ${cpus().length} × ${model}, ${platform()} ${arch()}, Node ${process.versions.node}.\n`;
}

/** The engine beside the loop, libnids and the fastest peer that follows streams. */
function summaryTable(results) {
  const ours = results.filter((result) => result.peer === OURS);
  return table(ours, [
    { heading: "capture", cell: (result) => result.capture },
    { heading: "CPU ns/packet", cell: (result) => fixed(result.nsPerPacket, 0) },
    { heading: "of libpcap's loop", cell: (result) => fixed(result.ratioToLoop, 2) },
    { heading: "times as fast as libnids", cell: ({ ratioToLibnids }) => inverse(ratioToLibnids) },
    { heading: "as the fastest other peer", cell: (result) => fastestText(results, result.capture) },
    { heading: "fixed CPU s", cell: (result) => fixed(result.fixedSeconds, 2) },
  ]);
}

/** "3.1 (libtins)": those of the same kind left out. */
function fastestText(results, capture) {
  const others = results.filter(
    ({ peer, ratioToOurs, exactDirections, ...result }) =>
      result.capture === capture && !peer.startsWith(OURS) && exactDirections !== null && ratioToOurs > 0,
  );
  if (others.length === 0) return "-";
  const fastest = others.reduce((one, other) => (one.ratioToOurs < other.ratioToOurs ? one : other));
  return `${fastest.ratioToOurs.toFixed(2)} (${fastest.peer})`;
}

function captureTables(results) {
  const captures = [...new Set(results.map((result) => result.capture))];
  return captures
    .map((name) => {
      const ofCapture = results.filter((result) => result.capture === name);
      return `### ${name}\n\n${resultTable(ofCapture, ONE_CAPTURE_COLUMNS)}`;
    })
    .join("\n");
}

function figures(rows) {
  return table(rows, [
    { heading: "what", cell: ([what]) => what },
    { heading: "figure", cell: ([, figure]) => figure },
  ]);
}

function workersTable(lines) {
  return table(lines, [
    {
      heading: "callback",
      cell: ({ microsPerSegment }) => (microsPerSegment === 0 ? "empty" : `${microsPerSegment} µs`),
    },
    { heading: "workers", cell: ({ workers }) => String(workers) },
    { heading: "wall s of a pass", cell: ({ passWall }) => passWall.toFixed(2) },
    { heading: "CPU s of a pass", cell: ({ passCpu }) => passCpu.toFixed(2) },
    { heading: "times as fast as one", cell: ({ timesOneWorker }) => timesOneWorker.toFixed(2) },
    { heading: "with the start: wall s", cell: ({ wall }) => wall.toFixed(2) },
    { heading: "CPU s", cell: ({ cpu }) => cpu.toFixed(2) },
    { heading: "times as fast as one", cell: ({ timesOneWorkerWhole }) => timesOneWorkerWhole.toFixed(2) },
  ]);
}

function inverse(ratio) {
  return ratio === null || ratio === undefined ? "-" : (1 / ratio).toFixed(2);
}
