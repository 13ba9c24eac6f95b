// Relations between numbers. Constants are computed here. Numbers in headers come with conditions, that the header is
// there; they all must hold, whatever the relation: "tcp[0] != 1" is a TCP packet whose first byte is not 1.

import type { Place as TextPlace } from "../filter-error.js";
import type { Arithmetic, ArithmeticOperator, Primitive } from "../language/syntax.js";
import { EtherType } from "../language/protocols.js";
import { after, all, equals, load, not, Register } from "../program/condition.js";
import type { Condition, Place, Size, Value } from "../program/condition.js";
import { compute } from "../program/machine.js";
import { linkProtocolOf } from "./address.js";
import type { Context } from "./context.js";
import { ipProtocolOf, protocolCondition } from "./protocol.js";

/** A number, and what must hold before it can be loaded. */
interface Conditional {
  readonly value: Value;
  readonly checks: readonly Condition[];
  /** True when it is found behind an IPv4 header. */
  readonly inTransport: boolean;
}

/** The condition of a relation. */
export function relationCondition(context: Context, relation: Primitive & TextPlace & { kind: "relation" }): Condition {
  const left = conditional(context, relation.left);
  const right = conditional(context, relation.right);
  const condition = compare(relation.relation, left.value, right.value);
  const checks = [...left.checks, ...right.checks];
  return left.inTransport || right.inTransport
    ? all(...checks, context.inFirstFragment(condition, relation))
    : all(...checks, condition);
}

function compare(relation: (Primitive & { kind: "relation" })["relation"], left: Value, right: Value): Condition {
  switch (relation) {
    case "=":
      return isEqual(left, right);
    case "!=":
      return not(isEqual(left, right));
    case ">":
    case ">=":
      return { kind: "comparison", relation, left, right };
    case "<":
      return not({ kind: "comparison", relation: ">=", left, right });
    case "<=":
      return not({ kind: "comparison", relation: ">", left, right });
  }
}

/** A number in the frame, under a mask or not, against a constant is one instruction. */
function isEqual(left: Value, right: Value): Condition {
  let [field, mask] = [left, 0xffffffff];
  if (left.kind === "binary" && left.operator === "&" && left.right.kind === "number" && left.right.value > 0) {
    [field, mask] = [left.left, left.right.value];
  }
  if (right.kind !== "number" || field.kind !== "load" || field.index !== undefined) {
    return { kind: "comparison", relation: "=", left, right };
  }
  const condition = equals(field.place, field.size, right.value, mask);
  return field.before === undefined ? condition : all({ kind: "step", step: field.before }, condition);
}

function conditional(context: Context, arithmetic: Arithmetic): Conditional {
  const simple = (value: Value): Conditional => ({ value, checks: [], inTransport: false });
  switch (arithmetic.kind) {
    case "number":
      return simple({ kind: "number", value: arithmetic.value });
    case "length":
      return simple({ kind: "length" });
    case "negation": {
      const operand = conditional(context, arithmetic.operand);
      return { ...operand, value: binary("-", { kind: "number", value: 0 }, operand.value) };
    }
    case "binary": {
      const left = conditional(context, arithmetic.left);
      const right = conditional(context, arithmetic.right);
      checkRight(context, arithmetic.operator, arithmetic.right);
      // As in libpcap, a header that only the right side asks for is not checked for: "1 + tcp[0]" takes it
      // that there is one.
      return { ...left, value: binary(arithmetic.operator, left.value, right.value) };
    }
    case "bytes":
      return bytes(context, arithmetic);
  }
}

/** What nobody can mean. What only comes out as such is no error: it divides by zero, or shifts everything out. */
function checkRight(context: Context, operator: ArithmeticOperator, right: Arithmetic): void {
  if (right.kind !== "number") return;
  const { value } = right;
  if (value === 0 && (operator === "/" || operator === "%")) context.fail("invalid-value", right, "division by zero");
  if (value > 31 && (operator === "<<" || operator === ">>")) {
    context.fail("invalid-value", right, "shifted by more than 31 bits");
  }
}

function binary(operator: ArithmeticOperator, left: Value, right: Value): Value {
  const divides = operator === "/" || operator === "%";
  if (left.kind === "number" && right.kind === "number" && !(divides && right.value === 0)) {
    return { kind: "number", value: compute(operator, left.value, right.value) >>> 0 };
  }
  return { kind: "binary", operator, left, right };
}

/** protocol[index:size] */
function bytes(context: Context, arithmetic: Arithmetic & { kind: "bytes" }): Conditional {
  const { layout } = context;
  const { protocol } = arithmetic;
  const index = conditional(context, arithmetic.index);
  const size = arithmetic.size as Size;
  const at = (place: Place, checks: readonly Condition[]): Conditional => ({
    value: index.value.kind === "number" ? load(moved(place, index.value.value), size) : load(place, size, index.value),
    checks,
    inTransport: index.inTransport,
  });
  if (protocol === "radio") {
    if (layout.link.radio === undefined) {
      return context.fail("unsupported-link-type", arithmetic, `${layout.link.name} frames have no radio header`);
    }
    return at({ register: Register.ZERO, offset: 0 }, index.checks);
  }
  if (protocol === "link") return at(layout.header, index.checks);
  const ofLink = protocol === "aarp" ? undefined : linkProtocolOf(protocol);
  if (ofLink !== undefined && ofLink > 0xff) {
    return at(layout.packet, [...index.checks, context.carries(ofLink, arithmetic)]);
  }
  if (protocol === "icmp6") {
    const isIcmp6 = equals(after(layout.packet, 6), 1, ipProtocolOf(protocol)!);
    const checks = [...index.checks, context.carries(EtherType.ip6, arithmetic), isIcmp6];
    return at(after(layout.packet, 40), checks);
  }
  if (ipProtocolOf(protocol) === undefined || protocol === "ah" || protocol === "esp") {
    return context.fail("unsupported", arithmetic, `${protocol}[ ] is not possible`);
  }
  return transport(context, arithmetic, index, size);
}

/** Bytes of what an IPv4 header is followed by. */
function transport(
  context: Context,
  arithmetic: Arithmetic & { kind: "bytes" },
  index: Conditional,
  size: Size,
): Conditional {
  const { packet } = context.layout;
  const place: Place = { register: Register.TRANSPORT, offset: packet.offset };
  const before = { kind: "ipv4-header", ip: packet } as const;
  const value =
    index.value.kind === "number"
      ? load(moved(place, index.value.value), size, undefined, before)
      : load(place, size, index.value, before);
  const checks = [
    context.carries(EtherType.ip, arithmetic),
    ...index.checks,
    protocolCondition(context, arithmetic.protocol, arithmetic),
  ];
  return { value, checks, inTransport: true };
}

/** The place by a constant further on; offsets wrap around, so that "ip[-1]" is the byte before the header. */
function moved({ register, offset }: Place, index: number): Place {
  return { register, offset: (offset + index) >>> 0 };
}
