// What a frame must fulfil, with all offsets known: the generator makes it from an expression and a link type, and the
// assembler makes a program of it. Numbers are unsigned 32-bit numbers.
//
// A place in a frame is an offset plus what a register holds; register 0 is always 0. Registers are for headers whose
// length differs from frame to frame.

/** Registers with a fixed purpose; further ones are handed out from `firstFree`. */
export const Register = {
  ZERO: 0,
  /** Length of the IPv4 header at hand, plus where it begins if that is in a register too. */
  TRANSPORT: 1,
  firstFree: 2,
} as const;

/** Where something begins. */
export interface Place {
  readonly register: number;
  readonly offset: number;
}

/** Bytes of a number in a frame, the most significant first. */
export type Size = 1 | 2 | 4;

/** A number to compare or to compute with. */
export type Value =
  | { readonly kind: "number"; readonly value: number }
  /** Bytes the frame had on the wire. */
  | { readonly kind: "length" }
  | { readonly kind: "register"; readonly register: number }
  /** A number in the frame. `index` is added to the place; `before` is done when the index is known. */
  | {
      readonly kind: "load";
      readonly size: Size;
      readonly place: Place;
      readonly index: Value | undefined;
      readonly before: Step | undefined;
    }
  | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: Value; readonly right: Value };

export type BinaryOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";

/** What radios put before an 802.11 frame. */
export type RadioHeader = "radiotap" | "ppi" | "prism" | "avs";

/** Something to be done on the way: it sets registers, or finds that the frame is too short. */
export type Step =
  /** TRANSPORT = register of `ip` + 4 * (low four bits of the byte at `ip`) */
  | { readonly kind: "ipv4-header"; readonly ip: Place }
  /** `register` = a place behind the end of every frame, until a header is found that it is for */
  | { readonly kind: "nowhere"; readonly register: number }
  /** `to` = the length of the radio's header that the frame begins with */
  | { readonly kind: "radio-header"; readonly radio: RadioHeader; readonly to: number }
  /** `to` = `frame` + the length of the 802.11 header there, which radiotap may say is padded */
  | { readonly kind: "wlan-header"; readonly frame: number; readonly to: number; readonly radiotap: boolean }
  /** What the Geneve header at `header` carries: where its type, its inner frame and what that carries begin */
  | {
      readonly kind: "geneve-header";
      readonly header: Place;
      readonly type: number;
      readonly frame: number;
      readonly payload: number;
    };

/** True or false of a frame. A byte behind the end of the frame makes the whole filter false, also under "not". */
export type Condition =
  | { readonly kind: "constant"; readonly value: boolean }
  /** (number at `place` & mask) = value */
  | {
      readonly kind: "field";
      readonly size: Size;
      readonly place: Place;
      readonly mask: number;
      readonly value: number;
    }
  | {
      readonly kind: "comparison";
      readonly relation: "=" | ">" | ">=";
      readonly left: Value;
      readonly right: Value;
    }
  /** The IPv4 packet at `ip` is a fragment, the first or a later one. The machine notes where it is. */
  | { readonly kind: "fragment"; readonly ip: Place }
  /** Always true. */
  | { readonly kind: "step"; readonly step: Step }
  /** Whether an IP header has `protocol` somewhere in its chain of headers. */
  | { readonly kind: "header-chain"; readonly ip: Place; readonly version: 4 | 6; readonly protocol: number }
  | { readonly kind: "not"; readonly operand: Condition }
  /** From left to right, "and" and "or" of the same rank. */
  | { readonly kind: "chain"; readonly first: Condition; readonly rest: readonly Member[] };

/** A further member of a chain. */
export interface Member {
  readonly joint: "and" | "or";
  readonly operand: Condition;
}

const everyBit = 0xffffffff;

export const always: Condition = { kind: "constant", value: true };
export const never: Condition = { kind: "constant", value: false };

/** A place `bytes` further on. */
export function after({ register, offset }: Place, bytes: number): Place {
  return { register, offset: offset + bytes };
}

/** The number at `place`, of its bits those of `mask`, is `value`. Where the mask has no bits, nothing is looked at. */
export function equals(place: Place, size: Size, value: number, mask: number = everyBit): Condition {
  return mask === 0 ? { kind: "constant", value: value === 0 } : { kind: "field", size, place, mask, value };
}

/** One of the bits of `mask` is set in the number at `place`. */
export function hasAny(place: Place, size: Size, mask: number): Condition {
  return not(equals(place, size, 0, mask));
}

/** The number at `place` is at least `value`. */
export function atLeast(place: Place, size: Size, value: number): Condition {
  return { kind: "comparison", relation: ">=", left: load(place, size), right: { kind: "number", value } };
}

/** The number at `place` is greater than `value`. */
export function greater(place: Place, size: Size, value: number): Condition {
  return { kind: "comparison", relation: ">", left: load(place, size), right: { kind: "number", value } };
}

/** The bytes at `place` are these. The last ones are looked at first, four at a time: a short frame fails as in libpcap. */
export function equalsBytes(place: Place, bytes: readonly number[]): Condition {
  const parts: Condition[] = [];
  for (let end = bytes.length; end > 0;) {
    const size: Size = end >= 4 ? 4 : end >= 2 ? 2 : 1;
    end -= size;
    const value = bytes.slice(end, end + size).reduce((sum, byte) => sum * 256 + byte, 0);
    parts.push(equals(after(place, end), size, value));
  }
  return all(...parts);
}

/** The number at a place. */
export function load(place: Place, size: Size, index?: Value, before?: Step): Value {
  return { kind: "load", size, place, index, before };
}

export function not(operand: Condition): Condition {
  return { kind: "not", operand };
}

/** All of them, looked at in this order until one fails. */
export function all(...conditions: readonly Condition[]): Condition {
  return chainOf("and", conditions, always);
}

/** One of them at least, looked at in this order until one holds. */
export function any(...conditions: readonly Condition[]): Condition {
  return chainOf("or", conditions, never);
}

function chainOf(joint: Member["joint"], [first, ...rest]: readonly Condition[], none: Condition): Condition {
  if (first === undefined) return none;
  return rest.length === 0 ? first : { kind: "chain", first, rest: rest.map((operand) => ({ joint, operand })) };
}
