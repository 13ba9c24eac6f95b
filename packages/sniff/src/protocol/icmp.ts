// ICMP (RFC 792) and ICMPv6 (RFC 4443, RFC 4861): four bytes that all messages have, and four whose meaning
// depends on the type.
//
//   │ type 1 │ code 1 │ checksum 2 │ identifier 2, sequence 2, or something else 4 │ data …

import type { Cursor } from "./cursor.js";
import { hex, Layer, named } from "./layer.js";
import type { Field } from "./layer.js";

const headerBytes = 8;

const icmpTypes: ReadonlyMap<number, string> = new Map([
  [0, "echo reply"],
  [3, "destination unreachable"],
  [5, "redirect"],
  [8, "echo request"],
  [9, "router advertisement"],
  [10, "router solicitation"],
  [11, "time exceeded"],
  [12, "parameter problem"],
  [13, "timestamp request"],
  [14, "timestamp reply"],
]);

const icmpv6Types: ReadonlyMap<number, string> = new Map([
  [1, "destination unreachable"],
  [2, "packet too big"],
  [3, "time exceeded"],
  [4, "parameter problem"],
  [128, "echo request"],
  [129, "echo reply"],
  [130, "multicast listener query"],
  [131, "multicast listener report"],
  [132, "multicast listener done"],
  [133, "router solicitation"],
  [134, "router advertisement"],
  [135, "neighbor solicitation"],
  [136, "neighbor advertisement"],
  [137, "redirect"],
  [143, "multicast listener report v2"],
]);

/** Types that have an identifier and a sequence number: the echoes. */
const echoes: Readonly<Record<4 | 6, readonly number[]>> = { 4: [0, 8], 6: [128, 129] };

/** The header of an ICMP or ICMPv6 message. */
export class Icmp extends Layer {
  readonly protocol: "ICMP" | "ICMPv6";
  /** 4 or 6: the same type means different things. */
  readonly family: 4 | 6;

  constructor(bytes: Uint8Array, family: 4 | 6) {
    super(bytes);
    this.family = family;
    this.protocol = family === 4 ? "ICMP" : "ICMPv6";
  }

  /** Takes the header off. */
  static read(cursor: Cursor, family: 4 | 6): Icmp {
    return new Icmp(cursor.take(family === 4 ? "ICMP" : "ICMPv6", headerBytes), family);
  }

  /** What kind of message it is (IANA). */
  get type(): number {
    return this.bytes[0]!;
  }

  /** What kind within the type. */
  get code(): number {
    return this.bytes[1]!;
  }

  /** The checksum as in the header; it is not verified. */
  get checksum(): number {
    return this.view.getUint16(2);
  }

  /** Of an echo request or reply; else undefined. */
  get identifier(): number | undefined {
    return echoes[this.family].includes(this.type) ? this.view.getUint16(4) : undefined;
  }

  /** Of an echo request or reply; else undefined. */
  get sequence(): number | undefined {
    return echoes[this.family].includes(this.type) ? this.view.getUint16(6) : undefined;
  }

  fields(): readonly Field[] {
    const { identifier, sequence } = this;
    const names = this.family === 4 ? icmpTypes : icmpv6Types;
    return [
      ["type", named(this.type, names.get(this.type))],
      ["code", this.code],
      ["checksum", hex(this.checksum, 4)],
      ...(identifier === undefined || sequence === undefined
        ? [["rest", hex(this.view.getUint32(4), 8)] as const]
        : [["identifier", identifier] as const, ["sequence", sequence] as const]),
    ];
  }
}
