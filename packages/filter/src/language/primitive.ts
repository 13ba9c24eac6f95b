// Primitives that are not about an identifier: protocols alone, broadcast and multicast, lengths, encapsulations, and what
// there is of 802.2 and 802.11.

import { directionNames, frameTypes, llcTypes } from "./frame-types.js";
import { protocolWords } from "./keywords.js";
import type { Primitive } from "./syntax.js";
import type { TokenCursor } from "./token-cursor.js";

/** Encapsulations, and the greatest number each can be asked for; 0 where it takes none. */
const encapsulations: ReadonlyMap<string, readonly [what: string, greatest: number]> = new Map([
  ["vlan", ["VLAN identifier", 0xfff]],
  ["mpls", ["MPLS label", 0xfffff]],
  ["pppoed", ["", 0]],
  ["pppoes", ["PPPoE session", 0xffff]],
  ["geneve", ["Geneve network identifier", 0xffffff]],
]);

/** Reads a primitive; undefined where qualifiers come, or nothing known. Throws FilterError. */
export function parsePrimitive(cursor: TokenCursor): Primitive | undefined {
  const { token } = cursor;
  if (token.kind !== "word") return undefined;
  const { text } = token;
  const encapsulation = encapsulations.get(text);
  if (encapsulation !== undefined) return parseEncapsulation(cursor, ...encapsulation);
  const protocol = protocolWords.get(text);
  if (protocol !== undefined) return parseOfProtocol(cursor, protocol);
  switch (text) {
    case "broadcast":
    case "multicast":
    case "type":
    case "subtype":
    case "dir":
    case "direction":
      return parseOfFrame(cursor, "default");
    case "less":
    case "greater":
      cursor.next();
      return { kind: "length", relation: text, value: plainNumber(cursor, "a length in bytes") };
    case "inbound":
    case "outbound":
      cursor.next();
      return { kind: "traffic", outbound: text === "outbound" };
    case "ifindex":
      cursor.next();
      return { kind: "interface", value: plainNumber(cursor, "the index of an interface") };
    case "llc":
      cursor.next();
      return { kind: "llc", type: parseLlcType(cursor) };
    default:
      return undefined;
  }
}

/** What can begin with a protocol and has no identifier: nothing but the protocol, or something of a frame behind it. */
function parseOfProtocol(cursor: TokenCursor, protocol: string): Primitive | undefined {
  const { kind, text } = cursor.peek(1);
  if (kind === "word" && ["broadcast", "multicast", "type", "subtype", "dir", "direction"].includes(text)) {
    cursor.next();
    return parseOfFrame(cursor, protocol);
  }
  if (kind !== "end" && !(kind === "symbol" && ["and", "or", ")"].includes(text))) return undefined;
  cursor.next();
  return { kind: "protocol", protocol };
}

function parseOfFrame(cursor: TokenCursor, protocol: string): Primitive {
  const { text } = cursor.next();
  if (text === "broadcast" || text === "multicast") return { kind: "cast", cast: text, protocol };
  if (text === "subtype") {
    const [type, subtype] = frameTypes.flatMap((type) => {
      const subtype = cursor.token.kind === "name" ? type.subtypes.get(cursor.token.text.toLowerCase()) : undefined;
      return subtype === undefined ? [] : [type.value, subtype];
    });
    if (type === undefined || subtype === undefined) return cursor.fail("the name of a subtype such as beacon");
    cursor.next();
    return { kind: "frame-control", octet: 0, mask: 0xfc, value: type | subtype };
  }
  if (text === "type") return parseFrameType(cursor);
  const value = nameOrNumber(cursor, directionNames) ?? cursor.fail("nods, tods, fromds or dstods");
  return { kind: "frame-control", octet: 1, mask: 0x03, value };
}

/** "type mgt", or "type mgt subtype beacon" */
function parseFrameType(cursor: TokenCursor): Primitive {
  const names = new Map(frameTypes.flatMap(({ names, value }) => names.map((name) => [name, value] as const)));
  const type = nameOrNumber(cursor, names) ?? cursor.fail("mgt, ctl or data");
  if (cursor.accept("subtype") === undefined) return { kind: "frame-control", octet: 0, mask: 0x0c, value: type };
  const subtypes = frameTypes.find(({ value }) => value === type)?.subtypes ?? new Map<string, number>();
  const subtype = nameOrNumber(cursor, subtypes) ?? cursor.fail("a subtype of this type, such as beacon for mgt");
  return { kind: "frame-control", octet: 0, mask: 0xfc, value: type | subtype };
}

function parseLlcType(cursor: TokenCursor): string | undefined {
  const { kind, text, start, end } = cursor.token;
  if (kind !== "name" && !(kind === "word" && text === "rnr")) return undefined;
  if (!llcTypes.has(text)) {
    const expected = [...llcTypes.keys()].join(", ");
    throw cursor.error("unknown-name", { start, end }, `"${text}" is no LLC frame type`, expected);
  }
  return cursor.next().text;
}

function parseEncapsulation(cursor: TokenCursor, what: string, greatest: number): Primitive {
  const name = cursor.next().text;
  if (greatest === 0 || !startsNumber(cursor)) return { kind: "encapsulation", name, value: undefined };
  const place = cursor.token;
  const value = requireNumber(cursor, `a ${what}`);
  if (value > greatest) throw cursor.error("invalid-value", place, `a ${what} is at most ${greatest}`);
  return { kind: "encapsulation", name, value };
}

function startsNumber(cursor: TokenCursor): boolean {
  let ahead = 0;
  for (; cursor.peek(ahead).kind === "symbol" && cursor.peek(ahead).text === "("; ahead++);
  return cursor.peek(ahead).kind === "number";
}

/** A number, perhaps in parentheses. */
function requireNumber(cursor: TokenCursor, expected: string): number {
  if (cursor.is("(")) {
    return cursor.nested(() => {
      cursor.next();
      const value = requireNumber(cursor, expected);
      cursor.require(")");
      return value;
    });
  }
  return plainNumber(cursor, expected);
}

function plainNumber(cursor: TokenCursor, expected: string): number {
  return cursor.token.kind === "number" ? cursor.next().value : cursor.fail(expected);
}

function nameOrNumber(cursor: TokenCursor, names: ReadonlyMap<string, number>): number | undefined {
  const { kind, text, value } = cursor.token;
  const found = kind === "number" ? value : kind === "name" ? names.get(text.toLowerCase()) : undefined;
  if (found !== undefined) cursor.next();
  return found;
}
