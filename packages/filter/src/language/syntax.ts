// The tree of an expression, as the parser makes it and the generator reads it. It knows nothing of link types.
//
//     tcp port 80 or 443 and not (ip[0] & 0xf = 5)
//
//     chain ─┬─    address { tcp, port, 80 }
//            ├─ or  address { tcp, port, 443 }          an identifier alone takes the qualifiers of the one before
//            └─ and not ── relation { =, binary { &, bytes { ip, 0 }, 15 }, 5 }

import type { Place } from "../filter-error.js";

/** Which of two things an address or a port is compared with. "default" is either. */
export type Direction =
  "default" | "src" | "dst" | "src or dst" | "src and dst" | "addr1" | "addr2" | "addr3" | "addr4" | "ra" | "ta";

/** What kind of identifier follows. "default" is host. */
export type AddressType = "default" | "host" | "net" | "port" | "portrange" | "proto" | "protochain" | "gateway";

/** The words before an identifier. */
export interface Qualifiers {
  /** A protocol word; "default" where there is none. */
  readonly protocol: string;
  readonly direction: Direction;
  readonly type: AddressType;
  /** Where they stand. */
  readonly place: Place;
}

/** An identifier: what the qualifiers are about. */
export type Identifier = Place &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "name"; readonly text: string }
    | { readonly kind: "mac"; readonly octets: readonly number[] }
    /** `mask` is what is written behind the address: a prefix length, a mask, or nothing. */
    | { readonly kind: "ipv4"; readonly value: number; readonly bits: number; readonly mask: Mask | undefined }
    | { readonly kind: "ipv6"; readonly words: readonly number[]; readonly length: number | undefined }
  );

/** A mask of an IPv4 network, as 32 bits. */
export interface Mask {
  readonly value: number;
}

export type Relation = "=" | "!=" | ">" | "<" | ">=" | "<=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";

/** An arithmetic expression of unsigned 32-bit numbers. */
export type Arithmetic =
  | ({ readonly kind: "number"; readonly value: number } & Place)
  | ({ readonly kind: "length" } & Place)
  | ({ readonly kind: "negation"; readonly operand: Arithmetic } & Place)
  | ({
      readonly kind: "binary";
      readonly operator: ArithmeticOperator;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
    } & Place)
  /** protocol[index:size] */
  | ({ readonly kind: "bytes"; readonly protocol: string; readonly index: Arithmetic; readonly size: number } & Place);

/** One thing that is true or false of a frame. */
export type Primitive =
  | { readonly kind: "address"; readonly qualifiers: Qualifiers; readonly identifier: Identifier }
  | { readonly kind: "protocol"; readonly protocol: string }
  | { readonly kind: "relation"; readonly relation: Relation; readonly left: Arithmetic; readonly right: Arithmetic }
  | { readonly kind: "cast"; readonly cast: "broadcast" | "multicast"; readonly protocol: string }
  | { readonly kind: "length"; readonly relation: "less" | "greater"; readonly value: number }
  | { readonly kind: "traffic"; readonly outbound: boolean }
  | { readonly kind: "interface"; readonly value: number }
  /** vlan, mpls, pppoed, pppoes and geneve, with what they ask for */
  | { readonly kind: "encapsulation"; readonly name: string; readonly value: number | undefined }
  | { readonly kind: "llc"; readonly type: string | undefined }
  /** The bits of the 802.11 frame control field: `value` under `mask` in its byte `octet` */
  | { readonly kind: "frame-control"; readonly octet: number; readonly mask: number; readonly value: number };

/** A boolean expression. */
export type Expression =
  | (Primitive & Place)
  | ({ readonly kind: "not"; readonly operand: Expression } & Place)
  /** Evaluated from left to right: "and" and "or" bind equally. */
  | ({ readonly kind: "chain"; readonly first: Expression; readonly rest: readonly Link[] } & Place);

/** A further member of a chain. */
export interface Link {
  readonly joint: "and" | "or";
  readonly operand: Expression;
}
