// An expression as a condition on frames of one link type. Primitives are taken from left to right, because encapsulations
// change the layout for what stands to the right of them, negated or not.

import type { Expression, Primitive } from "../language/syntax.js";
import type { Place as TextPlace } from "../filter-error.js";
import { Layout } from "../link/link-layer.js";
import type { LinkLayer } from "../link/link-layer.js";
import { after, all, equals, Register } from "../program/condition.js";
import type { Condition, Member } from "../program/condition.js";
import { addressCondition } from "./address.js";
import { relationCondition } from "./arithmetic.js";
import { Context } from "./context.js";
import type { Fragments } from "./context.js";
import { encapsulationCondition } from "./encapsulation.js";
import { castCondition, frameControlCondition, interfaceCondition, llcCondition, trafficCondition } from "./frame.js";
import { protocolCondition } from "./protocol.js";

/** An expression as conditions. */
export interface Generated {
  readonly condition: Condition;
  /**
   * True of frames with an IPv4 fragment whose first one the expression has to know; undefined where it never has to.
   */
  readonly search: Condition | undefined;
  /** The first register that neither uses. */
  readonly freeRegister: number;
}

/** PPI can carry anything; what filters look into is 802.11, whose number is at offset 4, the lowest byte first. */
const ppiCarriesWlan = equals({ register: Register.ZERO, offset: 4 }, 4, 105 * 2 ** 24);

/** Throws FilterError where the expression asks for what the link type does not have. */
export function generate(
  text: string,
  expression: Expression,
  link: LinkLayer,
  fragments: Fragments = "exact",
): Generated {
  const layout = new Layout(link);
  const context = new Context(text, layout, fragments);
  const condition = conditionOf(context, expression);
  const search = context.search.condition;
  const steps = layout.prologue(link).map((step): Condition => ({ kind: "step", step }));
  const checks = link.radio === "ppi" ? [ppiCarriesWlan] : [];
  return {
    condition: all(...checks, ...steps, condition),
    search: search === undefined ? undefined : all(...checks, ...steps, search),
    freeRegister: layout.freeRegister,
  };
}

function conditionOf(context: Context, expression: Expression): Condition {
  switch (expression.kind) {
    case "chain": {
      const first = conditionOf(context, expression.first);
      const rest = expression.rest.map(({ joint, operand }): Member => ({
        joint,
        operand: conditionOf(context, operand),
      }));
      return { kind: "chain", first, rest };
    }
    case "not": {
      context.isNegated = !context.isNegated;
      const operand = conditionOf(context, expression.operand);
      context.isNegated = !context.isNegated;
      return { kind: "not", operand };
    }
    default:
      return primitiveCondition(context, expression);
  }
}

function primitiveCondition(context: Context, primitive: Primitive & TextPlace): Condition {
  switch (primitive.kind) {
    case "address":
      return addressCondition(context, primitive.qualifiers, primitive.identifier);
    case "protocol":
      return protocolCondition(context, primitive.protocol, primitive);
    case "relation":
      return relationCondition(context, primitive);
    case "length": {
      const [left, right] = [{ kind: "length" } as const, { kind: "number", value: primitive.value } as const];
      return primitive.relation === "less"
        ? { kind: "comparison", relation: ">=", left: right, right: left }
        : { kind: "comparison", relation: ">=", left, right };
    }
    case "cast":
      return castCondition(context, primitive.cast, primitive.protocol, primitive);
    case "traffic":
      return trafficCondition(context, primitive.outbound, primitive);
    case "interface":
      return interfaceCondition(context, primitive.value, primitive);
    case "encapsulation":
      return encapsulationCondition(context, primitive.name, primitive.value, primitive);
    case "llc":
      return llcCondition(context, primitive.type, primitive);
    case "frame-control":
      return frameControlCondition(context, after(context.layout.header, primitive.octet), primitive);
  }
}
