// An expression as tokens. At each place the longest token is taken; among equally long ones a reserved word comes before
// an address, that before a number, and a name comes last. So "tcp-push" is one name of a number, "10-20" one name (of a
// port range), "10.1" the beginning of an address, and "len-1" an unknown name: write "len - 1".

import { FilterError } from "../filter-error.js";
import type { Place } from "../filter-error.js";
import { maximumExpressionLength } from "../limits.js";
import { macPattern, readIpv4, readIpv6 } from "./address.js";
import { numberNames, reservedWords } from "./keywords.js";

/** What a token is. The text of a "symbol" is its operator, with "and", "or" and "not" for their symbols. */
export type TokenKind = "word" | "symbol" | "number" | "name" | "ipv4" | "ipv6" | "mac" | "end";

/** A token and where it stands. */
export interface Token extends Place {
  readonly kind: TokenKind;
  readonly text: string;
  /** The value of a number, otherwise 0. */
  readonly value: number;
}

const blank = /[ \t\r\n]*/y;
const symbol = /&&|\|\||>=|<=|!=|==|<<|>>|[+\-*/%:[\]!<>()&|^=]/y;
const name = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y;
const escapedName = /\\[^ !()\n\t]+/y;
const digits = /0[xX][0-9A-Fa-f]+|[0-9]+/y;
const octets = /[0-9]+(?:\.[0-9]+){1,3}/y;
/** What an IPv6 address is made of, and one character more than the longest has. */
const groups = /[0-9A-Fa-f:.]{2,46}/y;

/** Symbols that are other ways to write a token. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ["&&", "and"],
  ["||", "or"],
  ["!", "not"],
  ["==", "="],
]);

/** All tokens of an expression, the last of kind "end". Throws FilterError for what is none. */
export function tokenize(expression: string): readonly Token[] {
  if (expression.length > maximumExpressionLength) {
    const place = { start: maximumExpressionLength, end: expression.length };
    throw new FilterError("too-long", expression, place, `longer than ${maximumExpressionLength} characters`);
  }
  const tokens: Token[] = [];
  let start = match(blank, expression, 0).length;
  while (start < expression.length) {
    const token = tokenAt(expression, start);
    tokens.push(token);
    start = token.end + match(blank, expression, token.end).length;
  }
  return [...tokens, { kind: "end", text: "", value: 0, start: expression.length, end: expression.length }];
}

function tokenAt(expression: string, start: number): Token {
  const operator = match(symbol, expression, start);
  // "::1" begins with a colon, which is a symbol too.
  const candidates: (readonly [TokenKind, string])[] = [
    ["word", match(name, expression, start)],
    ["mac", match(macPattern, expression, start)],
    ["number", match(digits, expression, start)],
    ["ipv4", match(octets, expression, start)],
    ["ipv6", ipv6At(expression, start)],
    ["symbol", operator],
    ["name", match(escapedName, expression, start)],
  ];
  const longest = Math.max(...candidates.map(([, text]) => text.length));
  const place = { start, end: start + longest };
  if (longest === 0) {
    throw new FilterError(
      "syntax",
      expression,
      { start, end: start + 1 },
      `"${expression.charAt(start)}" means nothing here`,
    );
  }
  const fitting = candidates.filter(([, text]) => text.length === longest);
  const text = fitting[0]![1];
  if (reservedWords.has(text)) {
    const isJoint = text === "and" || text === "or" || text === "not";
    return { kind: isJoint ? "symbol" : "word", text, value: 0, ...place };
  }
  const named = numberNames.get(text);
  if (named !== undefined) return { kind: "number", text, value: named, ...place };
  const kind = fitting.find(([candidate]) => candidate !== "word")?.[0] ?? "name";
  if (kind === "symbol") return { kind, text: synonyms.get(text) ?? text, value: 0, ...place };
  if (kind === "number") return { kind, text, value: readNumber(expression, text, place), ...place };
  if (kind === "ipv4" && readIpv4(text) === undefined) {
    throw new FilterError("invalid-value", expression, place, `${text} is no IPv4 address: an octet is 0 to 255`);
  }
  return { kind, text: text.startsWith("\\") ? text.slice(1) : text, value: 0, ...place };
}

/** An IPv6 address at this place; "" where there is none. */
function ipv6At(expression: string, start: number): string {
  const text = match(groups, expression, start);
  return readIpv6(text) === undefined ? "" : text;
}

/** Decimal, hexadecimal after 0x, octal after 0. */
function readNumber(expression: string, text: string, place: Place): number {
  const isOctal = /^0[0-9]/.test(text);
  if (isOctal && !/^[0-7]+$/.test(text)) {
    throw new FilterError("invalid-value", expression, place, `${text} is no octal number, though it begins with 0`);
  }
  const value = isOctal ? Number.parseInt(text, 8) : Number(text);
  if (value > 0xffffffff)
    throw new FilterError("invalid-value", expression, place, `${text} does not fit into 32 bits`);
  return value;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
