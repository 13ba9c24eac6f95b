// What is wrong with an expression, and where: the message shows the expression with a line of carets under the place.
//
//     the port "foo" is not known; expected a number
//       tcp port foo
//                ^^^

/** Which mistake it is. Texts may change, codes do not. */
export type FilterErrorCode =
  /** The words do not make an expression. */
  | "syntax"
  /** A name of a port, protocol or type is in no table; host names are never looked up. */
  | "unknown-name"
  /** A number, an address or a mask is not possible there. */
  | "invalid-value"
  /** The primitive exists, but not with these qualifiers, or not in this implementation. */
  | "unsupported"
  /** The frames of this link type do not have what the primitive asks for. */
  | "unsupported-link-type"
  /** The expression is longer than `maximumExpressionLength` characters. */
  | "too-long"
  /** Parentheses, negations or arithmetic are nested deeper than `maximumNesting`. */
  | "too-deep"
  /** An argument or option is not what it has to be, or there is none of this name; the message names it. */
  | "invalid-argument";

/** A part of an expression, in characters. */
export interface Place {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

/** Characters of an expression that the message shows at most, around the place. */
const shownCharacters = 100;

/** An expression cannot be compiled. */
export class FilterError extends Error {
  override name = "FilterError";
  /** Which mistake it is. */
  readonly code: FilterErrorCode;
  /** The whole expression. */
  readonly expression: string;
  /** Index in the expression of the first character that is wrong; its length where it ends too early. */
  readonly position: number;
  /** What could stand there; undefined where that is not the question. */
  readonly expected: string | undefined;

  /** Without a place it is about no part of the expression. */
  constructor(code: FilterErrorCode, expression: string, place: Place | undefined, what: string, expected?: string) {
    const problem = expected === undefined ? what : `${what}; expected ${expected}`;
    super(place === undefined ? problem : `${problem}\n${picture(expression, place)}`);
    this.code = code;
    this.expression = expression;
    this.position = place?.start ?? 0;
    this.expected = expected;
  }
}

/** The expression on one line, and carets under the place; long ones are cut on both sides. */
function picture(expression: string, { start, end }: Place): string {
  const from = Math.max(0, Math.min(start - shownCharacters / 2, expression.length - shownCharacters));
  const to = Math.min(expression.length, from + shownCharacters);
  const before = from > 0 ? "... " : "";
  const after = to < expression.length ? " ..." : "";
  const shown = expression.slice(from, to).replaceAll(/[^\x20-\x7e]/g, " ");
  const carets = "^".repeat(Math.max(1, Math.min(end, to) - start));
  return `  ${before}${shown}${after}\n  ${" ".repeat(before.length + start - from)}${carets}`;
}
