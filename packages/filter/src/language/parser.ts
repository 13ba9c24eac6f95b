// The grammar of expressions, by recursive descent:
//
//     expression   term { (and | or) (identifier | term) }                   and, or: the same rank, from the left
//     term         not term | ( expression ) | relation | qualifiers identifier | primitive
//     identifier   not identifier | ( identifier { (and | or) identifier } ) | number | name | address
//
// An identifier without qualifiers takes those of the term to its left: "tcp port 80 or 443". That is why each term hands
// back what it leaves to the next one.

import { readIpv4, readIpv6, readMac } from "./address.js";
import { isArithmeticOperator, parseArithmetic } from "./arithmetic.js";
import { unsupportedWords } from "./keywords.js";
import { parsePrimitive } from "./primitive.js";
import { parseQualifiers } from "./qualifiers.js";
import type { Expression, Identifier, Link, Qualifiers, Relation } from "./syntax.js";
import { TokenCursor } from "./token-cursor.js";

/** An expression, and the qualifiers an identifier behind it would take; undefined where it cannot take any. */
type Parsed = readonly [Expression, Qualifiers | undefined];

/** What begins an expression, for messages. */
const beginnings = "a primitive such as tcp, host 10.0.0.1, port 80 or ip[8] < 5";

/** Reads an expression; undefined for an empty one, which all frames fulfil. Throws FilterError. */
export function parseFilter(text: string): Expression | undefined {
  const cursor = new TokenCursor(text);
  if (cursor.token.kind === "end") return undefined;
  const [expression] = parseExpression(cursor, undefined);
  cursor.requireEnd();
  return expression;
}

function parseExpression(cursor: TokenCursor, inherited: Qualifiers | undefined): Parsed {
  let [operand, qualifiers] = parseTerm(cursor, inherited);
  const first = operand;
  const rest: Link[] = [];
  for (let joint = acceptJoint(cursor); joint !== undefined; joint = acceptJoint(cursor)) {
    [operand, qualifiers] = startsIdentifier(cursor)
      ? [parseIdentifier(cursor, qualifiers), qualifiers]
      : parseTerm(cursor, qualifiers);
    rest.push({ joint, operand });
  }
  return [chain(first, rest), qualifiers];
}

function parseTerm(cursor: TokenCursor, inherited: Qualifiers | undefined): Parsed {
  const { token } = cursor;
  const { start } = token;
  if (cursor.is("not")) {
    return cursor.nested(() => {
      cursor.next();
      const [operand, qualifiers] = parseTerm(cursor, inherited);
      return [{ kind: "not", operand, start, end: cursor.end }, qualifiers];
    });
  }
  if (startsRelation(cursor)) return [parseRelation(cursor), undefined];
  if (cursor.is("(")) {
    return cursor.nested(() => {
      cursor.next();
      const [expression] = parseExpression(cursor, inherited);
      cursor.require(")");
      return [{ ...expression, start, end: cursor.end }, inherited];
    });
  }
  if (unsupportedWords.has(token.text) && token.kind === "word") {
    throw cursor.error("unsupported", token, `"${token.text}" is not supported`);
  }
  const primitive = parsePrimitive(cursor);
  if (primitive !== undefined) return [{ ...primitive, start, end: cursor.end }, undefined];
  const qualifiers = parseQualifiers(cursor);
  if (qualifiers === undefined) {
    return cursor.fail(
      token.kind === "word" || token.kind === "end" ? beginnings : `${beginnings}; or a qualifier before it`,
    );
  }
  return [parseIdentifier(cursor, qualifiers), qualifiers];
}

/** A number, a name or an address, one negated, or several in parentheses: all of them about the same qualifiers. */
function parseIdentifier(cursor: TokenCursor, qualifiers: Qualifiers | undefined): Expression {
  const { start } = cursor.token;
  if (cursor.is("not")) {
    return cursor.nested(() => {
      cursor.next();
      const operand = parseIdentifier(cursor, qualifiers);
      return { kind: "not", operand, start, end: cursor.end };
    });
  }
  if (cursor.is("(")) {
    return cursor.nested(() => {
      cursor.next();
      const first = parseIdentifier(cursor, qualifiers);
      const rest: Link[] = [];
      for (let joint = acceptJoint(cursor); joint !== undefined; joint = acceptJoint(cursor)) {
        rest.push({ joint, operand: parseIdentifier(cursor, qualifiers) });
      }
      cursor.require(")");
      return chain(first, rest);
    });
  }
  if (qualifiers === undefined) return cursor.fail("a qualifier before it, such as host or port");
  const identifier = readIdentifier(cursor, qualifiers);
  return { kind: "address", qualifiers, identifier, start: identifier.start, end: identifier.end };
}

function readIdentifier(cursor: TokenCursor, { type }: Qualifiers): Identifier {
  const { kind, text, value, start } = cursor.token;
  switch (kind) {
    case "number":
      return { kind, value, start, end: cursor.next().end };
    case "name":
      return { kind, text, start, end: cursor.next().end };
    case "mac":
      return { kind, octets: readMac(text), start, end: cursor.next().end };
    case "ipv6": {
      cursor.next();
      const length = cursor.accept("/") === undefined ? undefined : readPrefixLength(cursor, 128);
      return { kind, words: readIpv6(text)!, length, start, end: cursor.end };
    }
    case "ipv4": {
      cursor.next();
      const length = cursor.accept("/") === undefined ? undefined : readPrefixLength(cursor, 32);
      const mask = length === undefined ? readMask(cursor) : 2 ** 32 - 2 ** (32 - length);
      return {
        kind,
        ...readIpv4(text)!,
        mask: mask === undefined ? undefined : { value: mask },
        start,
        end: cursor.end,
      };
    }
    default:
      return cursor.fail(expectedIdentifier[type]);
  }
}

const expectedIdentifier: Readonly<Record<Qualifiers["type"], string>> = {
  default: "an address",
  host: "an address",
  net: "a network such as 10.0.0.0/8",
  port: "a port",
  portrange: "a range of ports such as 6000-6008",
  proto: "a number, or a name with a backslash before it if it is a word of the language, such as \\tcp",
  protochain: "a number, or a name with a backslash before it if it is a word of the language, such as \\tcp",
  gateway: "a name",
};

function readPrefixLength(cursor: TokenCursor, most: number): number {
  const { token } = cursor;
  if (token.kind !== "number") return cursor.fail(`a prefix length of 0 to ${most}`);
  if (token.value > most) throw cursor.error("invalid-value", token, `a prefix has at most ${most} bits`);
  return cursor.next().value;
}

/** "mask 255.255.0.0" */
function readMask(cursor: TokenCursor): number | undefined {
  if (cursor.accept("mask") === undefined) return undefined;
  if (cursor.token.kind !== "ipv4") return cursor.fail("a mask such as 255.255.0.0");
  return readIpv4(cursor.next().text)!.value;
}

function parseRelation(cursor: TokenCursor): Expression {
  const left = parseArithmetic(cursor);
  const relation = cursor.accept("=", "!=", ">", "<", ">=", "<=");
  if (relation === undefined) return cursor.fail("a comparison: = != < > <= >=");
  const right = parseArithmetic(cursor);
  return { kind: "relation", relation: relation.text as Relation, left, right, start: left.start, end: right.end };
}

/** Whether arithmetic comes next: something that is only a number, or parentheses that are compared or computed with. */
function startsRelation(cursor: TokenCursor): boolean {
  const { token } = cursor;
  if (token.kind === "number" || cursor.is("len", "length", "-")) return true;
  if (token.kind === "word") return isSymbol(cursor.peek(1), "[");
  const behind = cursor.is("(") ? cursor.behindParenthesis() : undefined;
  return behind !== undefined && (isArithmeticOperator(behind) || isComparison(behind));
}

/** Whether an identifier without qualifiers comes next, perhaps negated or in parentheses, and not arithmetic or a term. */
function startsIdentifier(cursor: TokenCursor): boolean {
  let ahead = 0;
  let open = 0;
  for (; isSymbol(cursor.peek(ahead), "(", "not"); ahead++) if (isSymbol(cursor.peek(ahead), "(")) open++;
  const { kind } = cursor.peek(ahead);
  if (kind === "name" || kind === "ipv4" || kind === "ipv6" || kind === "mac") return true;
  if (kind !== "number") return false;
  ahead++;
  for (; open > 0 && isSymbol(cursor.peek(ahead), ")"); ahead++) open--;
  const behind = cursor.peek(ahead);
  return !isArithmeticOperator(behind) && !isComparison(behind);
}

function isSymbol({ kind, text }: { readonly kind: string; readonly text: string }, ...texts: string[]): boolean {
  return kind === "symbol" && texts.includes(text);
}

function isComparison(token: { readonly kind: string; readonly text: string }): boolean {
  return isSymbol(token, "=", "!=", ">", "<", ">=", "<=");
}

function acceptJoint(cursor: TokenCursor): Link["joint"] | undefined {
  return cursor.accept("and", "or")?.text as Link["joint"] | undefined;
}

function chain(first: Expression, rest: readonly Link[]): Expression {
  const last = rest.at(-1);
  return last === undefined ? first : { kind: "chain", first, rest, start: first.start, end: last.operand.end };
}
