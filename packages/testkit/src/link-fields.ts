/**
 * What a link header is made from, and the part many of them share: tags and the EtherType, then what stands between that
 * and the IP packet.
 *
 *     [802.1Q tag]… type [PPPoE header, PPP protocol] [MPLS label]…
 */
import type { AddressPair } from "./checksum.js";
import { TestkitError } from "./errors.js";
import { concat, fit, octets, viewOf } from "./octets.js";

/** A VLAN tag (IEEE 802.1Q §9.6): the VLAN identifier alone, or with its other fields. */
export type VlanTag =
  | number
  | {
      /** 0..4095. */
      readonly id: number;
      /** Default 0x88a8 for all tags but the innermost, which has 0x8100. */
      readonly tagProtocol?: number;
      /** 0..7, default 0. */
      readonly priority?: number;
    };

/** What a link header is made from. */
export interface LinkFields extends AddressPair {
  /** Outermost first. */
  readonly vlan: readonly VlanTag[];
  /** MPLS labels, outermost first. */
  readonly mpls: readonly number[];
  /** PPPoE session. */
  readonly pppoe: number | undefined;
  /** Ethernet with a length, LLC and SNAP instead of a type. */
  readonly llc: boolean;
  /** Bytes of the IP packet. */
  readonly packetLength: number;
}

const etherTypeIpv4 = 0x0800;
const etherTypeIpv6 = 0x86dd;
const etherTypeMpls = 0x8847;
const etherTypePppoe = 0x8864;
const pppIpv4 = 0x0021;
const pppIpv6 = 0x0057;
const pppMpls = 0x0281;

/** True for an IPv6 packet. */
export function isIpv6(fields: AddressPair): boolean {
  return fields.source.length === 16;
}

/** 02:00 and the last four bytes of the address. */
export function macAddress(address: Uint8Array): Uint8Array {
  return concat(octets([2, 0]), address.subarray(-4));
}

/** Two bytes. */
export function word(value: number): Uint8Array {
  return octets([value >>> 8, value & 0xff]);
}

/** Four bytes. */
export function longWord(value: number, littleEndian = false): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, littleEndian);
  return bytes;
}

/** A label stack (RFC 3032 §2.1), time to live 64; empty without labels. */
export function labelStack(labels: readonly number[]): Uint8Array {
  const entries = labels.map((label, index) => {
    const isBottom = index === labels.length - 1;
    return longWord(fit("mpls", label, 20) * 2 ** 12 + (isBottom ? 0x100 : 0) + 64);
  });
  return concat(...entries);
}

/** The EtherType of what follows the tags. */
export function etherType(fields: LinkFields): number {
  if (fields.pppoe !== undefined) return etherTypePppoe;
  if (fields.mpls.length > 0) return etherTypeMpls;
  return isIpv6(fields) ? etherTypeIpv6 : etherTypeIpv4;
}

/** The PPP protocol number of what follows, and the labels it may announce. */
export function pppProtocol(fields: LinkFields): Uint8Array {
  const protocol = fields.mpls.length > 0 ? pppMpls : isIpv6(fields) ? pppIpv6 : pppIpv4;
  return concat(word(protocol), labelStack(fields.mpls));
}

/** What stands between the EtherType and the IP packet. */
export function behindType(fields: LinkFields): Uint8Array {
  if (fields.pppoe === undefined) return labelStack(fields.mpls);
  const ppp = pppProtocol(fields);
  const session = word(fit("pppoe", fields.pppoe, 16));
  return concat(octets([0x11, 0]), session, word(ppp.length + fields.packetLength), ppp);
}

/** Per tag its protocol identifier and its control word; then the type. */
export function tagsAndType(fields: LinkFields): Uint8Array {
  const tags = fields.vlan.map((tag, index) => {
    const { id, tagProtocol, priority } = typeof tag === "number" ? { id: tag } : tag;
    const isInnermost = index === fields.vlan.length - 1;
    const control = (fit("priority", priority ?? 0, 3) << 13) | fit("vlan", id, 12);
    return concat(word(fit("tagProtocol", tagProtocol ?? (isInnermost ? 0x8100 : 0x88a8), 16)), word(control));
  });
  return concat(...tags, word(etherType(fields)));
}

/** LLC and SNAP (RFC 1042), the type, and what stands behind it. */
export function llcSnap(fields: LinkFields): Uint8Array {
  return concat(octets([0xaa, 0xaa, 3, 0, 0, 0]), word(etherType(fields)), behindType(fields));
}

/** Throws TestkitError `bad-link` where the link type has no room for these. */
export function refuse(fields: LinkFields, ...names: readonly ("vlan" | "mpls" | "pppoe")[]): void {
  const given = { vlan: fields.vlan.length > 0, mpls: fields.mpls.length > 0, pppoe: fields.pppoe !== undefined };
  for (const name of names) {
    if (given[name]) throw new TestkitError("bad-link", `${name}: this link type has no room for it`);
  }
}
