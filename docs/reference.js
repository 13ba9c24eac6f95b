/**
 * Makes docs/reference.md, the tables of all that can be set, raised, counted, thrown and asked: `npm run docs`.
 *
 *     values            @tsnids/nids: paramRules, alertCatalogue ──────────┐
 *     names, meanings   packages: declarations and their doc comments ─────┴─► readSections() ─► referenceText()
 *
 * test/reference.spec.ts fails when the committed page is not what comes out here.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { alertCatalogue, paramRules } from "@tsnids/nids";
import { membersOf } from "./declarations.js";

/**
 * A section of the page is a table. The cells of a row are named as the `columns` that show them; every row has at least
 * `name`, which comes first, and `meaning`.
 * @typedef {import("./declarations.js").Row} Row
 * @typedef {{ title: string, introduction: string, columns: Readonly<Record<string, string>>, rows: Row[] }} Section
 */

/**
 * Everything the page says, from the code.
 * @returns {Record<string, Section>}
 */
export function readSections() {
  const titled = (/** @type {string} */ heading) => ({ [heading]: "name", Meaning: "meaning" });
  return {
    parameters: {
      title: "Parameters",
      introduction:
        "Given as `new Nids({ name: value })`; what is no function or object, to the command as `--set name=value`.",
      columns: {
        ...{ Parameter: "name", "Type or choices": "type", Unit: "unit" },
        ...{ Default: "default", Range: "range", Meaning: "meaning" },
      },
      rows: membersOf("nids/src/params/params.ts", "NidsParams").map((member) => ({ ...member, ...ruleCells(member) })),
    },
    alerts: {
      title: "Alerts",
      introduction:
        'What `on("alert", …)` reports about the traffic. libnids: its number for the same event, where it has one.',
      columns: { Code: "name", Severity: "severity", Source: "source", libnids: "libnids", Text: "meaning" },
      rows: Object.entries(alertCatalogue).map(([name, { severity, source, libnids, text }]) => {
        return { name, severity, source, libnids: String(libnids ?? ""), meaning: text };
      }),
    },
    counters: {
      title: "Counters",
      introduction: 'What `statistics()` and `on("statistics", …)` give, counted since the engine was made.',
      columns: titled("Counter"),
      rows: membersOf("nids/src/stats.ts", "Statistics").filter(({ name }) => name !== "snapshot()"),
    },
    errors: {
      title: "Error codes",
      introduction: "`code` of a `NidsError`: a mistake of the caller. What is wrong with the traffic is never thrown.",
      columns: titled("Code"),
      rows: membersOf("nids/src/errors.ts", "NidsErrorCode"),
    },
    otherErrors: {
      title: "Error codes of the other packages",
      introduction: "`code` of what they throw. A `CaptureError` may also have the code of a `CaptureFormatError`.",
      columns: { Code: "name", Error: "error", Package: "package", Meaning: "meaning" },
      rows: errorUnions.flatMap(([error, file, union]) => {
        const [name = ""] = file.split("/");
        return membersOf(file, union).map((member) => ({ ...member, error: `\`${error}\``, package: name }));
      }),
    },
    exitCodes: {
      title: "Exit codes",
      introduction: "What `tsnids` ends with.",
      columns: titled("Code"),
      rows: membersOf("cli/src/exit-codes.ts", "ExitCode").map(({ type = "", meaning }) => ({ name: type, meaning })),
    },
    endReasons: {
      title: "End reasons",
      introduction: "`stream.endReason`: why a stream ended.",
      columns: titled("Reason"),
      rows: membersOf("nids/src/callbacks/reasons.ts", "EndReason"),
    },
    gapReasons: {
      title: "Gap reasons",
      introduction: "`half.gapReason`: why bytes are missing in a stream.",
      columns: titled("Reason"),
      rows: membersOf("nids/src/callbacks/reasons.ts", "GapReason"),
    },
    streamOrigins: {
      title: "Stream origins",
      introduction: "`stream.origin`: how a stream began, and so how sure it is which side is the client.",
      columns: titled("Origin"),
      rows: membersOf("nids/src/callbacks/reasons.ts", "StreamOrigin"),
    },
    ...Object.fromEntries(
      seenByCallbacks.map(([name, file, introduction]) => {
        const columns = { Member: "name", Type: "type", Meaning: "meaning" };
        const rows = membersOf(`nids/src/${file}`, name).map((row) => ({ ...row, type: `\`${row.type}\`` }));
        return [name, { title: name, introduction, columns, rows }];
      }),
    ),
  };
}

/**
 * What is thrown besides NidsError: its name, and the union of its codes.
 * @type {readonly (readonly [error: string, file: string, union: string])[]}
 */
const errorUnions = [
  ["CaptureFormatError", "pcap/src/errors.ts", "CaptureFormatErrorCode"],
  ["CaptureArgumentError", "pcap/src/errors.ts", "CaptureArgumentErrorCode"],
  ["CaptureError", "capture/src/capture-error.ts", "CaptureErrorCode"],
  ["CaptureError", "capture/src/live/live-errors.ts", "LiveErrorCode"],
  ["RecordError", "capture/src/record/record-error.ts", "RecordErrorCode"],
  ["FilterError", "filter/src/filter-error.ts", "FilterErrorCode"],
  ["OutputError", "output/src/errors.ts", "OutputErrorCode"],
  ["SniffError", "sniff/src/errors.ts", "SniffErrorCode"],
  ["PacketError", "sniff/src/errors.ts", "PacketErrorCode"],
  ["WorkerError", "workers/src/errors.ts", "WorkerErrorCode"],
  ["TestkitError", "testkit/src/errors.ts", "TestkitErrorCode"],
];

/**
 * The objects callbacks are given: class, file, what it is.
 * @type {readonly (readonly [name: string, file: string, introduction: string])[]}
 */
const seenByCallbacks = [
  ["TcpStream", "callbacks/tcp-stream.ts", "What a tcp callback is given: one connection."],
  [
    "HalfStream",
    "callbacks/half-stream.ts",
    "`stream.client`, `stream.server`: what one side of a connection receives.",
  ],
  ["UdpDatagram", "udp/udp-datagram.ts", "What a udp callback is given."],
  ["IcmpMessage", "icmp/icmp-message.ts", "What an icmp callback is given."],
  ["IpPacket", "ip/ip-packet.ts", "What ip callbacks are given, and `ip` of datagrams and messages."],
];

/**
 * The page, as Markdown.
 * @param {Record<string, Section>} sections
 */
export function referenceText(sections) {
  const tables = Object.values(sections).map(({ title, introduction, columns, rows }) => {
    const line = (/** @type {string[]} */ cells) =>
      `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    const body = rows.map((row) => {
      return line(Object.values(columns).map((cell) => (cell === "name" ? `\`${row.name}\`` : (row[cell] ?? ""))));
    });
    const head = [line(Object.keys(columns)), `|${"---|".repeat(Object.keys(columns).length)}`];
    return `## ${title}\n\n${introduction}\n\n${[...head, ...body].join("\n")}\n`;
  });
  return `# Reference\n\nMade from the code by \`npm run docs\`.\n\n${tables.join("\n")}`;
}

/**
 * What the rule of a parameter says.
 * @param {Row} parameter
 */
function ruleCells({ name, type = "" }) {
  const rule = paramRules[/** @type {keyof import("@tsnids/nids").NidsParams} */ (name)];
  const code = (/** @type {unknown} */ value) => `\`${typeof value === "number" ? grouped(value) : value}\``;
  const choices = rule.choices?.map(code).join(", ") ?? code(type.replace(" | undefined", "").replace("readonly ", ""));
  const list = (/** @type {readonly unknown[]} */ values) =>
    values.length === (rule.choices?.length ?? Infinity) ? "all" : values.map((value) => `\`${value}\``).join(", ");
  return {
    type:
      { choices: `list of ${choices}`, ports: "list of port numbers", "network-list": "list of networks" }[
        /** @type {string} */ (rule.kind)
      ] ?? choices,
    unit: rule.kind === "amount" ? (rule.unit ?? "") : "",
    default:
      Array.isArray(rule.default) && rule.default.length > 0
        ? list(rule.default)
        : rule.default === undefined || Array.isArray(rule.default)
          ? "none"
          : code(rule.default),
    range: rule.kind === "amount" || rule.kind === "ports" ? `${code(rule.minimum)} to ${code(rule.maximum)}` : "",
  };
}

/** A whole number as it can be written in a program: 1_048_576. */
function grouped(/** @type {number} */ amount) {
  return amount.toLocaleString("en-US").replaceAll(",", "_");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("reference.md", import.meta.url), referenceText(readSections()));
}
