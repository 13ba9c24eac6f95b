// Arithmetic: numbers, len, protocol[index:size], the operators, and a sign. Operators bind as in C, but with the two
// irregularities of libpcap's grammar: & binds tighter than |, and shifts less than +, as in C, while % and ^ were never
// given a rank, so that whatever stands to the right of one, or is one, belongs together first:
//
//     2 * 5 % 3  =  2 * (5 % 3)          2 ^ 3 + 1  =  2 ^ (3 + 1)          10 - 4 ^ 1  =  10 - (4 ^ 1)

import { maximumNesting } from "../limits.js";
import type { Arithmetic, ArithmeticOperator } from "./syntax.js";
import { protocolWords } from "./keywords.js";
import type { Token } from "./lexer.js";
import type { TokenCursor } from "./token-cursor.js";

/** How tightly an operator binds; undefined for those without a rank. */
const rank: Readonly<Record<ArithmeticOperator | "sign", number | undefined>> = {
  "|": 1,
  "&": 2,
  "<<": 3,
  ">>": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  sign: 6,
  "%": undefined,
  "^": undefined,
};

/** Whether a token is an operator between two numbers. */
export function isArithmeticOperator({ kind, text }: Token): boolean {
  return kind === "symbol" && Object.hasOwn(rank, text);
}

/** What waits for its right side: an operator, or a sign where `left` is undefined. */
interface Waiting {
  readonly operator: ArithmeticOperator | "sign";
  readonly left: Arithmetic | undefined;
  readonly start: number;
}

/** Reads an arithmetic expression as far as it goes. Throws FilterError. */
export function parseArithmetic(cursor: TokenCursor): Arithmetic {
  const waiting: Waiting[] = [];
  for (let operators = 0; ; operators++) {
    if (operators > maximumNesting) {
      throw cursor.error("too-deep", cursor.token, `more than ${maximumNesting} operators in one number`);
    }
    const sign = cursor.accept("-");
    if (sign !== undefined) {
      waiting.push({ operator: "sign", left: undefined, start: sign.start });
      continue;
    }
    let value = parseOperand(cursor);
    const next = isArithmeticOperator(cursor.token) ? (cursor.token.text as ArithmeticOperator) : undefined;
    while (waiting.length > 0 && (next === undefined || bindsFirst(waiting.at(-1)!.operator, next))) {
      value = complete(waiting.pop()!, value);
    }
    if (next === undefined) return value;
    cursor.next();
    waiting.push({ operator: next, left: value, start: value.start });
  }
}

function bindsFirst(waiting: ArithmeticOperator | "sign", next: ArithmeticOperator): boolean {
  const [left, right] = [rank[waiting], rank[next]];
  return left !== undefined && right !== undefined && left >= right;
}

function complete({ operator, left, start }: Waiting, right: Arithmetic): Arithmetic {
  const place = { start, end: right.end };
  if (operator === "sign" || left === undefined) return { kind: "negation", operand: right, ...place };
  return { kind: "binary", operator, left, right, ...place };
}

function parseOperand(cursor: TokenCursor): Arithmetic {
  const { token } = cursor;
  const { start, end } = token;
  if (token.kind === "number") return { kind: "number", value: cursor.next().value, start, end };
  if (cursor.accept("len", "length") !== undefined) return { kind: "length", start, end };
  if (cursor.is("(")) {
    return cursor.nested(() => {
      cursor.next();
      const value = parseArithmetic(cursor);
      cursor.require(")");
      return value;
    });
  }
  const protocol = token.kind === "word" ? protocolWords.get(token.text) : undefined;
  if (protocol === undefined) return cursor.fail("a number, len, or a protocol with brackets");
  cursor.next();
  return cursor.nested(() => {
    cursor.require("[");
    const index = parseArithmetic(cursor);
    const size = cursor.accept(":") === undefined ? 1 : parseSize(cursor);
    const { end } = cursor.require("]");
    return { kind: "bytes", protocol, index, size, start, end };
  });
}

function parseSize(cursor: TokenCursor): number {
  const { token } = cursor;
  if (token.kind !== "number") return cursor.fail("1, 2 or 4 bytes");
  if (![1, 2, 4].includes(token.value)) {
    throw cursor.error("invalid-value", token, `${token.text} bytes cannot be compared`, "1, 2 or 4");
  }
  return cursor.next().value;
}
