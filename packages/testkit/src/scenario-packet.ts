/**
 * One packet line of a scenario page:
 *
 *     line    = time ( "tick" | name ">" name item… ) [ "#" comment ]
 *     time    = decimal seconds since the start of the page
 *     name    = "C" | "S", with the connection's number behind it unless it is the first
 *     item    = flags | "UDP" | string | "<" option { "," option } ">" | attribute | word
 *     flags   = flag { "," flag } of SYN ACK FIN RST PSH URG ECE CWR, or NONE
 *     string  = "bytes" [ "*" times ]                        see event-log.ts
 *     option  = mss N | wscale N | sackok | sack L-R/L-R… | ts N/N | nop
 *     word    = badsum | badipsum | stray
 *
 *     seq=N +N -N    sequence number, or relative to the next one of the side       default: the next one
 *     ack=N +N -N    acknowledgment, or relative to what the other side has sent     default: all of it
 *     win=N  urg=N  doff=N  ts=N/N      header fields; urg also sets URG, ts adds the option
 *     vlan=N,N  pad=N                   tags, outermost first; shortest frame in bytes
 *     snap=N  cut=N                     bytes of the frame captured; bytes at its end that were not
 *     frag=N,N                          cut the IP payload at these offsets, in bytes
 *
 * Flags: ACK without data, PSH and ACK with data; whatever is written replaces that.
 */
import type { SegmentOptions, Side } from "./conversation.js";
import { TestkitError, ScenarioError } from "./errors.js";
import { unquoteBytes } from "./event-log.js";
import { advance } from "./sequence.js";
import {
  maximumSegmentSize,
  noOperation,
  sackPermitted,
  selectiveAck,
  timestamps,
  windowScale,
  type TcpOption,
} from "./tcp-options.js";
import { TcpFlag } from "./tcp.js";
import { time, type Time } from "./time.js";

/** A sequence number: as the page counts, or relative to the next one. */
export interface ScenarioNumber {
  /** True for a distance from the side's next number; false for a number as the page counts. */
  readonly relative: boolean;
  /** The number or the distance. */
  readonly value: number;
}

/** Makes a TCP option; the numbers of SACK move with the other side's ISN, by `ackShift`. */
export type ScenarioOption = (ackShift: number) => TcpOption;

/** One packet line, read. Attributes that were not written are absent. */
export interface ScenarioPacket {
  /** Line of the page, counted from 1. */
  readonly line: number;
  /** Since the start of the scenario. */
  readonly time: Time;
  /** A tick is a packet of bystanders: it moves the packet clock and nothing else. */
  readonly kind: "tcp" | "udp" | "tick";
  /** Who sends it. */
  readonly from: Side;
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** The payload; empty where none was written. */
  readonly data: Uint8Array;
  /** Letters as `tcpFlags` takes them. */
  readonly flags: string;
  /** Sequence number. */
  readonly seq?: ScenarioNumber;
  /** Acknowledgment number. */
  readonly ack?: ScenarioNumber;
  /** TCP options, in order. */
  readonly options: readonly ScenarioOption[];
  /** What goes to the packet's builder as it is. */
  readonly segment: ScenarioSegment;
  /** Bytes of the frame captured. */
  readonly snapLength?: number;
  /** Bytes at the end of the frame that were not captured. */
  readonly cut?: number;
  /** IP payload offsets to fragment at. The frames of all fragments are cut alike. */
  readonly fragments?: readonly number[];
  /** True for a wrong checksum in the IPv4 header. */
  readonly badIpChecksum?: boolean;
}

/** Attributes that need no translation. */
export type ScenarioSegment = Pick<
  SegmentOptions,
  "window" | "urgentPointer" | "dataOffset" | "checksum" | "vlan" | "padTo" | "stray"
>;

/** What one item of a line adds to the packet. */
type Part = Partial<ScenarioPacket>;

const headPattern =
  /^(\d+(?:\.\d{1,9})?)\s+(?:(tick)\b|([CS])([1-9]\d{0,3})?\s*>\s*([CS])([1-9]\d{0,3})?(?=\s|$))\s*(.*)$/;
const itemPattern = /"(?:[^"\\]|\\.)*"(?:\*\d+)?(?=\s|$)|<[^>]*>|#.*|\S+/g;
const attributePattern = /^([a-z]+)=(.*)$/;

/** The name of each flag and the letter that `tcpFlags` knows it by. */
const letterOfFlag: ReadonlyMap<string, string> = new Map(Object.keys(TcpFlag).map((name) => [name, name.slice(0, 1)]));

function refuse(message: string): never {
  throw new TestkitError("bad-scenario", message);
}

function number(text: string): number {
  if (!/^\d{1,10}$/.test(text)) refuse(`"${text}" is not a number`);
  return Number(text);
}

function numbers(text: string, separator: string): number[] {
  return text.split(separator).map(number);
}

function scenarioNumber(text: string): ScenarioNumber {
  const sign = /^[+-]/.exec(text)?.[0];
  const value = number(sign === undefined ? text : text.slice(1));
  return { relative: sign !== undefined, value: sign === "-" ? -value : value };
}

/** The two numbers of `L-R` or `N/N`. */
function pair(text: string, separator: string): [number, number] {
  const [first, second, ...more] = numbers(text, separator);
  if (first === undefined || second === undefined || more.length > 0) return refuse(`"${text}" is not N${separator}N`);
  return [first, second];
}

const optionByName = new Map<string, (value: string) => ScenarioOption>([
  ["mss", (value) => fixed(maximumSegmentSize(number(value)))],
  ["wscale", (value) => fixed(windowScale(number(value)))],
  ["sackok", () => fixed(sackPermitted())],
  ["nop", () => fixed(noOperation())],
  ["ts", (value) => fixed(timestamps(...pair(value, "/")))],
  ["sack", sackOption],
]);

function fixed(option: TcpOption): ScenarioOption {
  return () => option;
}

function sackOption(value: string): ScenarioOption {
  const blocks = value.split("/").map((block) => pair(block, "-"));
  return (shift) => selectiveAck(blocks.map(([left, right]) => [advance(left, shift), advance(right, shift)] as const));
}

function tcpOptions(list: string): ScenarioOption[] {
  return list.split(",").map((text) => {
    const [name = "", value = ""] = text.trim().split(/\s+/);
    const option =
      optionByName.get(name) ?? refuse(`"${name}" is no TCP option; known: ${[...optionByName.keys()].join(" ")}`);
    return option(value);
  });
}

const attributeByName = new Map<string, (value: string) => Part>([
  ["seq", (value) => ({ seq: scenarioNumber(value) })],
  ["ack", (value) => ({ ack: scenarioNumber(value) })],
  ["win", (value) => ({ segment: { window: number(value) } })],
  ["urg", (value) => ({ segment: { urgentPointer: number(value) } })],
  ["doff", (value) => ({ segment: { dataOffset: number(value) } })],
  ["ts", (value) => ({ options: [fixed(timestamps(...pair(value, "/")))] })],
  ["vlan", (value) => ({ segment: { vlan: numbers(value, ",") } })],
  ["pad", (value) => ({ segment: { padTo: number(value) } })],
  ["snap", (value) => ({ snapLength: number(value) })],
  ["cut", (value) => ({ cut: number(value) })],
  ["frag", (value) => ({ fragments: numbers(value, ",") })],
]);
const wordByName = new Map<string, Part>([
  ["badsum", { segment: { checksum: "bad" } }],
  ["badipsum", { badIpChecksum: true }],
  ["stray", { segment: { stray: true } }],
  ["UDP", { kind: "udp" }],
]);

/** Letters of "SYN,ACK" or "NONE"; undefined when the text is not flags. */
function flagLetters(text: string): string | undefined {
  if (text === "NONE") return "";
  const letters = text.split(",").map((name) => letterOfFlag.get(name));
  return letters.includes(undefined) ? undefined : letters.join("");
}

function readAttribute(name: string, value: string): Part {
  const read = attributeByName.get(name);
  if (read === undefined) return refuse(`"${name}" is no attribute; known: ${[...attributeByName.keys()].join(" ")}`);
  return read(value);
}

function readItem(item: string): Part {
  if (item.startsWith('"')) return { data: unquoteBytes(item) };
  if (item.startsWith("<") && item.endsWith(">")) return { options: tcpOptions(item.slice(1, -1)) };
  const [, name, value] = attributePattern.exec(item) ?? [];
  if (name !== undefined && value !== undefined) return readAttribute(name, value);
  const word = wordByName.get(item);
  if (word !== undefined) return word;
  const flags = flagLetters(item);
  if (flags !== undefined) return { flags };
  const words = [...wordByName.keys()].join(" ");
  return refuse(`"${item}" is neither flags, a string, <options>, an attribute nor one of ${words}`);
}

/** The parts as one. Options and segment fields add up; nothing else may be said twice. */
function join(parts: readonly Part[]): Part & Pick<ScenarioPacket, "options" | "segment"> {
  const single = parts.flatMap(Object.keys).filter((key) => key !== "options" && key !== "segment");
  const twice = single.find((key, index) => single.indexOf(key) < index);
  if (twice !== undefined) refuse(`${twice} is given twice`);
  return {
    ...parts.reduce<Part>((whole, part) => ({ ...whole, ...part }), {}),
    options: parts.flatMap((part) => part.options ?? []),
    segment: parts.reduce<ScenarioSegment>((segment, part) => ({ ...segment, ...part.segment }), {}),
  };
}

function withUrgent(flags: string, urgentPointer: number | undefined): string {
  return urgentPointer === undefined || flags.includes("U") ? flags : `${flags}U`;
}

function readPacket(text: string, line: number): ScenarioPacket {
  const head = headPattern.exec(text);
  if (head === null) return refuse(`expected "TIME C > S …", "TIME S > C …" or "TIME tick", not "${text}"`);
  const [, moment = "", tick, sender, connection = "", receiver, otherConnection, rest = ""] = head;
  const items = Array.from(rest.matchAll(itemPattern), ([item]) => item);
  const comment = items.findIndex((item) => item.startsWith("#"));
  const written = comment < 0 ? items : items.slice(0, comment);
  if (tick !== undefined && written.length > 0) refuse("a tick has no more to say");
  if (sender === receiver && tick === undefined) refuse(`from ${sender} to itself`);
  if (connection !== (otherConnection ?? "")) refuse("both sides must have the same connection number");
  const packet = join(written.map(readItem));
  const data = packet.data ?? new Uint8Array(0);
  return {
    ...packet,
    line,
    time: time(moment),
    kind: tick === undefined ? (packet.kind ?? "tcp") : "tick",
    from: sender === "S" ? "server" : "client",
    connection: connection === "" ? 1 : number(connection),
    data,
    flags: withUrgent(packet.flags ?? (data.length > 0 ? "PA" : "A"), packet.segment.urgentPointer),
  };
}

/** Reads one packet line. Throws ScenarioError naming `line`. */
export function parsePacketLine(text: string, line: number): ScenarioPacket {
  try {
    return readPacket(text.trim(), line);
  } catch (error) {
    throw error instanceof TestkitError ? new ScenarioError(line, error.message) : error;
  }
}
