// Filters for users: an expression, and what it says of a frame.

import { linkTypeName } from "@tsnids/pcap";
import { FilterError } from "./filter-error.js";
import { generate } from "./generator/generate.js";
import type { Fragments } from "./generator/context.js";
import { parseFilter } from "./language/parser.js";
import type { Expression } from "./language/syntax.js";
import { filterableLinkTypes, findLinkLayer } from "./link/table.js";
import { assemble } from "./program/assembler.js";
import type { Program } from "./program/assembler.js";
import { End } from "./program/instruction.js";
import { Machine } from "./program/machine.js";

/**
 * Whether a frame fulfils an expression. The frame has `capturedLength` bytes from `offset` of `bytes` on, and had
 * `originalLength` bytes on the wire.
 */
export type FramePredicate = (
  bytes: Uint8Array,
  offset: number,
  capturedLength: number,
  originalLength: number,
) => boolean;

/** An expression of pcap-filter(7), to be asked about frames of any link type. */
export class Filter {
  /** The expression. */
  readonly expression: string;
  readonly #tree: Expression | undefined;
  readonly #predicates: Map<number, FramePredicate> = new Map();

  /**
   * Throws FilterError when it is no expression, or one that is wrong for frames of every link type: a name that is in
   * no table, say. An empty one accepts every frame.
   */
  constructor(expression: string) {
    this.expression = expression;
    this.#tree = parseFilter(expression);
    const error = this.#mistake();
    if (error !== undefined) throw error;
  }

  /**
   * The predicate for frames of a link type (a LINKTYPE_ number), compiled when it is asked for first. Throws FilterError
   * when the expression asks for something such frames do not have.
   */
  predicate(linkType: number): FramePredicate {
    const known = this.#predicates.get(linkType);
    if (known !== undefined) return known;
    const machine = this.machine(linkType, "exact");
    const predicate: FramePredicate = (bytes, offset, capturedLength, originalLength) =>
      machine.accepts(bytes, offset, capturedLength, originalLength);
    this.#predicates.set(linkType, predicate);
    return predicate;
  }

  /**
   * A machine of its own, with later fragments taken in one of two ways. For sources; others want `predicate`.
   *
   * @internal
   */
  machine(linkType: number, fragments: Fragments): Machine {
    return new Machine(this.#program(linkType, fragments));
  }

  /** What is wrong with it for Ethernet; undefined where it can be asked of frames of any link type. */
  #mistake(): FilterError | undefined {
    let first: FilterError | undefined;
    for (const linkType of filterableLinkTypes) {
      try {
        this.#program(linkType, "exact");
        return undefined;
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        first ??= error;
      }
    }
    return first;
  }

  #program(linkType: number, fragments: Fragments): Program {
    if (this.#tree === undefined) return { start: End.ACCEPT, registers: 0 };
    const link = findLinkLayer(linkType);
    if (link === undefined) {
      const what = `filters cannot look into frames of link type ${linkTypeName(linkType)}`;
      throw new FilterError("unsupported-link-type", this.expression, this.#tree, what);
    }
    const { condition, freeRegister } = generate(this.expression, this.#tree, link, fragments);
    return assemble(condition, freeRegister);
  }
}

/** What a filter is compiled for. */
export interface CompileOptions {
  /** How frames begin: a LINKTYPE_ number (see LinkType of @tsnids/pcap). */
  readonly linkType: number;
}

/** Compiles an expression of pcap-filter(7) for frames of one link type. Throws FilterError. */
export function compileFilter(expression: string, { linkType }: CompileOptions): FramePredicate {
  return new Filter(expression).predicate(linkType);
}
