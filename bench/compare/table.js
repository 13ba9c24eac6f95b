// Results as a table for people and as JSON lines for programs.

/** Columns of the table: heading, and how a result's cell reads. */
const COLUMNS = [
  { heading: "capture", cell: (result) => result.capture },
  { heading: "peer", cell: (result) => result.peer },
  { heading: "CPU ns/packet", cell: (result) => result.cpuNsPerPacket.toFixed(0) },
  { heading: "GB/s", cell: (result) => result.gigabytesPerSecond.toFixed(2) },
  { heading: "x loop", cell: (result) => ratioText(result.ratioToLoop) },
  { heading: "x libnids", cell: (result) => ratioText(result.ratioToLibnids) },
  { heading: "faster than libnids", cell: (result) => ratioText(inverse(result.ratioToLibnids)) },
  { heading: "RSS MiB", cell: (result) => result.rssMiB.toFixed(0) },
  { heading: "fixed CPU s", cell: (result) => result.fixedSeconds.toFixed(2) },
  { heading: "totals", cell: (result) => result.verdict },
];

/**
 * @param {import("./result.js").Result[]} results
 * @returns {string} lines of the table in Markdown
 */
export function table(results) {
  const rows = [COLUMNS.map((column) => column.heading), ...results.map((each) => COLUMNS.map((c) => c.cell(each)))];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const lines = rows.map((row) => `| ${row.map((text, index) => text.padEnd(widths[index])).join(" | ")} |`);
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return `${lines.join("\n")}\n`;
}

/**
 * @param {import("./result.js").Result[]} results
 * @returns {string} a JSON line per result
 */
export function jsonLines(results) {
  const lines = results.map((result) =>
    JSON.stringify({
      capture: result.capture,
      peer: result.peer,
      cpuNsPerPacket: round(result.cpuNsPerPacket, 1),
      rssMB: round((result.rssMiB * 1024 * 1024) / 1e6, 1),
      exactDirections: result.exactDirections,
      directions: result.directions,
      ratioToLoop: round(result.ratioToLoop, 3),
      ratioToLibnids: round(result.ratioToLibnids, 3),
      fixedSeconds: round(result.fixedSeconds, 3),
    }),
  );
  return `${lines.join("\n")}\n`;
}

function inverse(ratio) {
  return ratio === null ? null : 1 / ratio;
}

function ratioText(ratio) {
  return ratio === null ? "-" : ratio.toFixed(2);
}

function round(value, digits) {
  return value === null ? null : Number(value.toFixed(digits));
}
