// Filters for users: an expression, and what it says of a frame.

import { wrongArgument } from "./arguments.js";
import { FilterError } from "./filter-error.js";
import type { Fragments } from "./generator/context.js";
import { generate } from "./generator/generate.js";
import type { Generated } from "./generator/generate.js";
import { parseFilter } from "./language/parser.js";
import type { Expression } from "./language/syntax.js";
import { filterableLinkTypes, linkLayerOf } from "./link/table.js";
import { assemble } from "./program/assembler.js";
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
    if (typeof expression !== "string") throw wrongArgument("expression", "a string", expression);
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
    if (!Number.isInteger(linkType)) {
      throw wrongArgument("linkType", "a LINKTYPE_ number such as LinkType.ETHERNET", linkType, this.expression);
    }
    const machine = this.machine(linkType, "exact");
    const predicate: FramePredicate = (bytes, offset, capturedLength, originalLength) =>
      machine.accepts(bytes, offset, capturedLength, originalLength);
    this.#predicates.set(linkType, predicate);
    return predicate;
  }

  /**
   * A machine of its own, with later fragments taken in one of three ways. For sources; others want `predicate`.
   *
   * @internal
   */
  machine(linkType: number, fragments: Fragments): Machine {
    const generated = this.#generate(linkType, fragments);
    if (generated === undefined) return new Machine({ start: End.ACCEPT, registers: 0 });
    return new Machine(assemble(generated.condition, generated.freeRegister));
  }

  /**
   * A machine that accepts frames with an IPv4 fragment whose first one the filter has to know, and notes where it is;
   * undefined where it never has to.
   *
   * @internal
   */
  fragmentSearch(linkType: number): Machine | undefined {
    const generated = this.#generate(linkType, "exact");
    return generated?.search && new Machine(assemble(generated.search, generated.freeRegister));
  }

  /** What is wrong with it for Ethernet; undefined where it can be asked of frames of any link type. */
  #mistake(): FilterError | undefined {
    let first: FilterError | undefined;
    for (const linkType of filterableLinkTypes) {
      try {
        this.#generate(linkType, "exact");
        return undefined;
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
        first ??= error;
      }
    }
    return first;
  }

  /** Its conditions; undefined where every frame fulfils it. */
  #generate(linkType: number, fragments: Fragments): Generated | undefined {
    if (this.#tree === undefined) return undefined;
    return generate(this.expression, this.#tree, linkLayerOf(linkType), fragments);
  }
}

/** What a filter is compiled for. */
export interface CompileOptions {
  /** How frames begin: a LINKTYPE_ number (see LinkType of @tsnids/pcap). */
  readonly linkType: number;
}

/** Compiles an expression of pcap-filter(7) for frames of one link type. Throws FilterError. */
export function compileFilter(expression: string, options: CompileOptions): FramePredicate {
  const { linkType } = { ...options }; // undefined where a caller without types left them out
  return new Filter(expression).predicate(linkType);
}
