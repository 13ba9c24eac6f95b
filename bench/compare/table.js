// Results as tables in Markdown, and as JSON lines for programs.

/**
 * @typedef {object} Column
 * @property {string} heading
 * @property {(row: import("./result.js").Result) => string} cell
 */

/** @type {Record<string, Column>} */
const COLUMNS = {
  capture: { heading: "capture", cell: (result) => result.capture },
  peer: { heading: "peer", cell: (result) => result.peer },
  cpu: { heading: "CPU ns/packet", cell: (result) => fixed(result.nsPerPacket, 0) },
  wall: { heading: "wall ns/packet", cell: (result) => fixed(result.nsPerPacket, 0) },
  speed: { heading: "GB/s", cell: (result) => fixed(result.gigabytesPerSecond, 2) },
  loop: { heading: "of the loop", cell: (result) => fixed(result.ratioToLoop, 2) },
  libnids: { heading: "of libnids", cell: (result) => fixed(result.ratioToLibnids, 2) },
  ours: { heading: "of tsnids", cell: (result) => fixed(result.ratioToOurs, 2) },
  memory: { heading: "RSS MiB", cell: (result) => fixed(result.rssMiB, 0) },
  fixed: { heading: "fixed CPU s", cell: (result) => fixed(result.fixedSeconds, 2) },
  exact: { heading: "directions right", cell: exactText },
};

/** What everything there is to say about CPU time takes. */
export const CPU_COLUMNS = ["capture", "peer", "cpu", "speed", "loop", "libnids", "ours", "memory", "fixed", "exact"];
/** The same where all results are of one capture. */
export const ONE_CAPTURE_COLUMNS = CPU_COLUMNS.slice(1);
/** For wall time. */
export const WALL_COLUMNS = ["capture", "peer", "wall", "speed", "loop"];
/** For ways of using the engine. */
export const WAY_COLUMNS = ["capture", "peer", "cpu", "loop", "ours", "memory"];

/**
 * @param {import("./result.js").Result[]} results
 * @param {string[]} columns names in COLUMNS
 * @returns {string} lines of the table in Markdown
 */
export function resultTable(results, columns) {
  return table(
    results,
    columns.map((name) => COLUMNS[name]),
  );
}

/**
 * @param {object[]} items a row each
 * @param {Column[]} columns
 * @returns {string} lines of the table in Markdown
 */
export function table(items, columns) {
  const rows = [
    columns.map((column) => column.heading),
    ...items.map((item) => columns.map((each) => each.cell(item).replaceAll("|", "\\|"))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const lines = rows.map((row) => `| ${row.map((text, index) => text.padEnd(widths[index])).join(" | ")} |`);
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return `${lines.join("\n")}\n`;
}

/**
 * @param {import("./result.js").Result[]} results
 * @returns {string} a JSON line per result; null for what a peer that failed has not
 */
export function jsonLines(results) {
  const lines = results.map(({ capture, peer, nsPerPacket, rssMiB, exactDirections, directions }) =>
    JSON.stringify({
      capture,
      peer,
      cpuNsPerPacket: nsPerPacket === undefined ? null : rounded(nsPerPacket),
      rssMB: rssMiB === undefined ? null : rounded((rssMiB * 1024 * 1024) / 1e6),
      exactDirections,
      directions,
    }),
  );
  return `${lines.join("\n")}\n`;
}

function exactText({ failure, exactDirections, directions, rightTotals }) {
  if (failure !== undefined) return failure;
  const wrong = rightTotals ? "" : ", wrong totals";
  if (exactDirections === null) return `-${wrong}`;
  if (exactDirections === directions) return `all ${directions}${wrong}`;
  const percent = Math.min(99.99, (100 * exactDirections) / directions).toFixed(2);
  return `${exactDirections} of ${directions} (${percent} %)`;
}

/** @param {number | null | undefined} value @param {number} digits @returns {string} "-" for what there is not */
export function fixed(value, digits) {
  return value === null || value === undefined ? "-" : value.toFixed(digits).replace(/^-(0\.0*)$/, "$1");
}

function rounded(value) {
  return Number(value.toFixed(1));
}
