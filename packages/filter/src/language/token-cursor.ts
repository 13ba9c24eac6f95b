// Where the parser stands among the tokens, and how deep it is.

import { FilterError } from "../filter-error.js";
import type { FilterErrorCode, Place } from "../filter-error.js";
import { maximumNesting } from "../limits.js";
import { tokenize } from "./lexer.js";
import type { Token } from "./lexer.js";

/** The tokens of one expression, read from left to right. */
export class TokenCursor {
  /** The whole expression. */
  readonly expression: string;
  readonly #tokens: readonly Token[];
  /** For each "(" the index of its ")". */
  readonly #closing: ReadonlyMap<number, number>;
  #index = 0;
  #depth = 0;

  /** Throws FilterError for what is no token. */
  constructor(expression: string) {
    this.expression = expression;
    this.#tokens = tokenize(expression);
    this.#closing = pairs(this.#tokens);
  }

  /** The token to be read next. */
  get token(): Token {
    return this.peek(0);
  }

  /** The end of what was read last. */
  get end(): number {
    return this.#tokens[this.#index - 1]?.end ?? 0;
  }

  /** A token further on; at the end always the end. */
  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!;
  }

  /** The token behind the ")" that closes the "(" to be read next; undefined where it is not closed. */
  behindParenthesis(): Token | undefined {
    const closing = this.#closing.get(this.#index);
    return closing === undefined ? undefined : this.#tokens[closing + 1];
  }

  /** Reads a token, whatever it is. */
  next(): Token {
    const { token } = this;
    this.#index++;
    return token;
  }

  /** True when the next token is this word or symbol. */
  is(...texts: readonly string[]): boolean {
    const { kind, text } = this.token;
    return (kind === "word" || kind === "symbol") && texts.includes(text);
  }

  /** Reads a word or symbol if it is the next one. */
  accept(...texts: readonly string[]): Token | undefined {
    return this.is(...texts) ? this.next() : undefined;
  }

  /** Reads this symbol; throws FilterError when there is something else. */
  require(text: string): Token {
    return this.accept(text) ?? this.fail(`"${text}"`);
  }

  /** Throws FilterError when there is something left. */
  requireEnd(): void {
    if (this.token.kind !== "end") this.fail("and, or, or the end");
  }

  /** Goes one level deeper for the time of a call. Throws FilterError below the deepest. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > maximumNesting) {
      throw this.error("too-deep", this.token, `nested more than ${maximumNesting} deep`);
    }
    const result = parse();
    this.#depth--;
    return result;
  }

  /** Throws: the next token is not what is expected. */
  fail(expected: string): never {
    const { token } = this;
    const what = token.kind === "end" ? "the expression ends too early" : `"${token.text}" cannot stand here`;
    throw this.error("syntax", token, what, expected);
  }

  /** An error about a part of the expression. */
  error(code: FilterErrorCode, place: Place, what: string, expected?: string): FilterError {
    return new FilterError(code, this.expression, place, what, expected);
  }
}

function pairs(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== "symbol") continue;
    if (text === "(") open.push(index);
    const start = text === ")" ? open.pop() : undefined;
    if (start !== undefined) closing.set(start, index);
  }
  return closing;
}
