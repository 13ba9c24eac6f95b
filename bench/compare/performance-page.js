// docs/performance.md: what is measured stands between markers and is written anew, the prose around them is kept.
//
//     <!-- measured: NAME -->  …  <!-- end -->

import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";
import { OURS, YARDSTICK } from "./peers.js";
import { BenchError } from "../command/bench-error.js";
import { ONE_CAPTURE_COLUMNS, resultTable, table, WALL_COLUMNS, WAY_COLUMNS } from "./table.js";

const PAGE = join(import.meta.dirname, "..", "..", "docs", "performance.md");

/**
 * @typedef {object} Measured
 * @property {number} rounds
 * @property {import("./result.js").Result[]} results CPU time of all peers on all captures
 * @property {import("./result.js").Result[]} wall
 * @property {import("./result.js").Result[]} ways
 * @property {ReturnType<typeof import("./programs.js").measureFlows>} flows
 * @property {ReturnType<typeof import("./programs.js").measureStartUp>} startUp
 * @property {ReturnType<typeof import("./programs.js").measureWorkers>} workers
 */

/** @param {Measured} measured @throws {BenchError} `page-markers` */
export function writePerformancePage({ rounds, results, wall, ways, flows, startUp, workers }) {
  const published = results.filter((result) => result.peer !== YARDSTICK);
  const sections = {
    machine: machineText(rounds),
    summary: summaryTable(published),
    cpu: captureTables(published),
    wall: resultTable(wall, WALL_COLUMNS),
    ways: resultTable(ways, WAY_COLUMNS),
    flows: figures([
      ["memory per idle connection", `${flows.bytesPerFlow} bytes`],
      ["of it on the JavaScript heap", `${flows.heapBytesPerFlow} bytes`],
      ["longest pause of the event loop", `${flows.longestPauseMs} ms`],
      ["longest the main thread ran in one turn of it", `${flows.longestPauseCpuMs} ms`],
      ["longest collection of garbage", `${flows.longestCollectionMs} ms`],
      ["the last turn, in which the engine exits", `${flows.lastPauseMs} ms`],
      ["what the main thread ran of it", `${flows.lastPauseCpuMs} ms`],
    ]),
    "start-up": figures([
      [`median of ${startUp.runs}`, `${startUp.medianMs} ms`],
      ["least", `${startUp.leastMs} ms`],
    ]),
    workers: workersTable(workers),
  };
  const before = readFileSync(PAGE, "utf8");
  writeFileSync(PAGE, Object.entries(sections).reduce(withSection, before));
  process.stderr.write("bench: docs/performance.md has the new figures\n");
}

/** The page with one section written anew. */
function withSection(page, [name, text]) {
  const begin = `<!-- measured: ${name} -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf("<!-- end -->", from);
  if (from < 0 || to < 0) {
    throw new BenchError("page-markers", `docs/performance.md has no "${begin.trim()}" with "<!-- end -->" behind it`);
  }
  return `${page.slice(0, from)}${begin}\n${text}\n${page.slice(to)}`;
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
    { heading: "CPU ns/packet", cell: (result) => result.nsPerPacket?.toFixed(0) ?? "-" },
    { heading: "of libpcap's loop", cell: (result) => result.ratioToLoop?.toFixed(2) ?? "-" },
    { heading: "times as fast as libnids", cell: ({ ratioToLibnids }) => inverse(ratioToLibnids) },
    { heading: "as the fastest other peer", cell: (result) => fastestText(results, result.capture) },
    { heading: "fixed CPU s", cell: (result) => result.fixedSeconds?.toFixed(2) ?? "-" },
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
