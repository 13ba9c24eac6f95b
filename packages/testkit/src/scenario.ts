/**
 * Scenario pages: Markdown for people, packets and the exact expected event log for the runner.
 *
 *     # A late segment fills the hole               a heading names the scenario
 *     Any prose.
 *     ```packets
 *     policy: linux                                 parameters, if any, come first
 *     0.000  C > S  SYN seq=100                     see scenario-packet.ts
 *     …
 *     ```
 *     ```events
 *     open   C>S handshake                          see event-log.ts
 *     …
 *     ```
 *
 * A heading of any depth begins a scenario; one without a packets block is prose. Blank lines and lines that begin with
 * `#` inside the blocks mean nothing. Other code blocks are prose too.
 */
import { ScenarioError, TestkitError } from "./errors.js";
import { normalLine } from "./event-log.js";
import { parsePacketLine, type ScenarioPacket } from "./scenario-packet.js";

/** One scenario of a page. */
export interface Scenario {
  /** Its heading. */
  readonly title: string;
  /** Line of the heading, counted from 1. */
  readonly line: number;
  /** What its `key: value` lines say, as text. `link`, `vlan` and `only` are the test kit's; the others the runner's. */
  readonly parameters: Readonly<Record<string, string>>;
  /** In the order of the page. */
  readonly packets: readonly ScenarioPacket[];
  /** Expected event log, each line in its normal form. */
  readonly expected: readonly string[];
}

/** A line of the page and its number. */
interface NumberedLine {
  readonly text: string;
  readonly number: number;
}

/** A fenced code block. */
interface Block {
  readonly language: string;
  readonly fence: NumberedLine;
  readonly lines: readonly NumberedLine[];
}

/** A heading and the blocks below it. */
interface Section {
  readonly title: string;
  readonly line: number;
  readonly blocks: Block[];
}

const headingPattern = /^#{1,6}\s+(.*?)\s*#*$/;
const fencePattern = /^(`{3,}|~{3,})\s*(\S*)/;
const parameterPattern = /^([A-Za-z][\w-]*):\s+(.+)$/;

/** Headings with their code blocks, in order. Blocks before the first heading are prose. */
function sections(lines: readonly NumberedLine[]): Section[] {
  const found: Section[] = [];
  let at = 0;
  while (at < lines.length) {
    const { text, number } = lines[at] ?? { text: "", number: 0 };
    const heading = headingPattern.exec(text);
    const fence = fencePattern.exec(text);
    if (heading !== null) found.push({ title: heading[1] ?? "", line: number, blocks: [] });
    if (fence !== null) {
      const end = lines.findIndex((line, index) => index > at && line.text.trimEnd() === fence[1]);
      if (end < 0) throw new ScenarioError(number, `the code block is not closed by ${fence[1]}`);
      found.at(-1)?.blocks.push({
        language: fence[2] ?? "",
        fence: { text, number },
        lines: lines.slice(at + 1, end).filter(({ text: inside }) => !/^\s*(#|$)/.test(inside)),
      });
      at = end;
    }
    at += 1;
  }
  return found;
}

/** The only block of this language, or none. */
function onlyBlock(section: Section, language: string): Block | undefined {
  const [block, second] = section.blocks.filter((candidate) => candidate.language === language);
  if (second !== undefined)
    throw new ScenarioError(second.fence.number, `"${section.title}" has a second ${language} block`);
  return block;
}

/** Parameter lines at the top of the block, then packet lines. */
function readPackets(block: Block): Pick<Scenario, "parameters" | "packets"> {
  const parameters: Record<string, string> = {};
  const packets: ScenarioPacket[] = [];
  for (const { text, number } of block.lines) {
    const [, key, value] = parameterPattern.exec(text.trim()) ?? [];
    if (key === undefined || value === undefined) packets.push(parsePacketLine(text, number));
    else if (packets.length > 0) throw new ScenarioError(number, `parameter "${key}" must come before the packets`);
    else if (Object.hasOwn(parameters, key)) throw new ScenarioError(number, `parameter "${key}" is given twice`);
    else parameters[key] = value;
  }
  return { parameters, packets };
}

function readExpected(block: Block): string[] {
  return block.lines.map(({ text, number }) => {
    try {
      return normalLine(text);
    } catch (error) {
      throw error instanceof TestkitError ? new ScenarioError(number, error.message) : error;
    }
  });
}

/** All scenarios of a page. Throws ScenarioError, whose message names the line, for anything it cannot read. */
export function parseScenario(markdown: string): Scenario[] {
  const lines = markdown.split(/\r?\n/).map((text, index) => ({ text, number: index + 1 }));
  return sections(lines).flatMap((section) => {
    const packets = onlyBlock(section, "packets");
    const events = onlyBlock(section, "events");
    if (packets === undefined && events === undefined) return [];
    if (packets === undefined)
      throw new ScenarioError(section.line, `"${section.title}" has an events block but no packets block`);
    if (events === undefined)
      throw new ScenarioError(section.line, `"${section.title}" has a packets block but no events block`);
    return [{ title: section.title, line: section.line, ...readPackets(packets), expected: readExpected(events) }];
  });
}
