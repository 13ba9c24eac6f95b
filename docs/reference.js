/**
 * Makes docs/reference.md, the tables of all that can be set, raised, counted and thrown: `npm run docs`.
 *
 *     values            @tsnids/nids: paramRules, alertCatalogue ───────┐
 *     names, meanings   packages/nids/src: declarations and comments ───┴─► readSections() ─► referenceText()
 *
 * A declaration is read with the TypeScript compiler: its members in their order, each with the doc comment before it.
 * test/reference.spec.ts fails when the committed page is not what comes out here.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { alertCatalogue, paramRules } from "@tsnids/nids";
import ts from "typescript";

/**
 * A section of the page is a table. The cells of a row are named as the `columns` that show them; every row has at least
 * `name`, which comes first, and `meaning`.
 * @typedef {{ readonly name: string, readonly meaning: string, readonly [cell: string]: string }} Row
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
      rows: membersOf("params.ts", "NidsParams").map((member) => ({ ...member, ...ruleCells(member) })),
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
      rows: membersOf("stats.ts", "Statistics"),
    },
    errors: {
      title: "Error codes",
      introduction: "`code` of a `NidsError`: a mistake of the caller. What is wrong with the traffic is never thrown.",
      columns: titled("Code"),
      rows: membersOf("errors.ts", "NidsErrorCode"),
    },
    endReasons: {
      title: "End reasons",
      introduction: "`stream.endReason`: why a stream ended.",
      columns: titled("Reason"),
      rows: membersOf("callbacks/reasons.ts", "EndReason"),
    },
    gapReasons: {
      title: "Gap reasons",
      introduction: "`half.gapReason`: why bytes are missing in a stream.",
      columns: titled("Reason"),
      rows: membersOf("callbacks/reasons.ts", "GapReason"),
    },
    streamOrigins: {
      title: "Stream origins",
      introduction: "`stream.origin`: how a stream began, and so how sure it is which side is the client.",
      columns: titled("Origin"),
      rows: membersOf("callbacks/reasons.ts", "StreamOrigin"),
    },
  };
}

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

/**
 * The properties of an interface or class, or the strings of a union, in their order.
 * @param {string} file in packages/nids/src
 * @param {string} name of the declaration
 * @returns {Row[]}
 */
function membersOf(file, name) {
  const path = fileURLToPath(new URL(`../packages/nids/src/${file}`, import.meta.url));
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  const members = source.statements.map((statement) => declaredMembers(statement, name)).find(Boolean);
  if (members === undefined) throw new Error(`${file} has no interface, class or union ${name}`);
  return members.flatMap((member, i) => {
    // Members of a union have no doc comments in the tree, so the text before each member is looked at.
    const meaning = docComment(source.text, members[i - 1]?.end ?? members.pos);
    if (ts.isLiteralTypeNode(member)) return [{ name: member.literal.getText(source).slice(1, -1), meaning }];
    if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return [];
    return [{ name: member.name.getText(source), type: member.type?.getText(source) ?? "", meaning }];
  });
}

/**
 * The members of an interface, class or union, if this statement declares it.
 * @param {ts.Statement} statement
 * @param {string} name
 * @returns {ts.NodeArray<ts.Node> | undefined}
 */
function declaredMembers(statement, name) {
  if (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name?.text === name ? statement.members : undefined;
  }
  if (!ts.isTypeAliasDeclaration(statement) || !ts.isUnionTypeNode(statement.type)) return undefined;
  return statement.name.text === name ? statement.type.types : undefined;
}

/**
 * The last doc comment between this position and the next token, as one line; empty where there is none.
 * @param {string} text
 * @param {number} position
 */
function docComment(text, position) {
  const comments = (ts.getLeadingCommentRanges(text, position) ?? []).map(({ pos, end }) => text.slice(pos, end));
  const comment = comments.findLast((each) => each.startsWith("/**")) ?? "";
  return comment
    .replace(/^\/\*\*|\*\/$|^\s*\*(?!\/)/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("reference.md", import.meta.url), referenceText(readSections()));
}
