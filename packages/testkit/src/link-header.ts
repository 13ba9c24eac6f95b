/**
 * Link-layer headers in front of an IP packet, by LINKTYPE number (tcpdump.org "Link-layer header types").
 *
 *     Ethernet   destination(6) source(6) [802.1Q tag(4)]… type(2)
 *     SLL        direction(2) hardware(2) length(2) address(8) [tag(4)]… type(2)
 *     SLL2       type(2) reserved(2) interface(4) hardware(2) direction(1) length(1) address(8) [tag(4)]…
 *     NULL       family(4), in the byte order of the capturing machine
 *     LOOP       family(4), big-endian
 *     RAW …      nothing
 *
 * MAC addresses are made from the last four bytes of the IP addresses, so that two hosts differ: 02:00:0a:00:00:01.
 */
import { LinkType } from "@tsnids/pcap";
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
}

const etherTypeIpv4 = 0x0800;
const etherTypeIpv6 = 0x86dd;
const ethernetHardware = 1;

/** Address family numbers: AF_INET is 2 everywhere; AF_INET6 is 30 on macOS and 24 on OpenBSD, where LOOP is from. */
const familyIpv4 = 2;
const familyIpv6OnMacos = 30;
const familyIpv6OnOpenbsd = 24;

function isIpv6(fields: AddressPair): boolean {
  return fields.source.length === 16;
}

function macAddress(address: Uint8Array): Uint8Array {
  return concat(octets([2, 0]), address.subarray(-4));
}

function word(value: number): Uint8Array {
  return octets([value >>> 8, value & 0xff]);
}

/** Type field, then per tag its control word and the type of what follows it. */
function typeAndTags(fields: LinkFields): Uint8Array {
  const tags = fields.vlan.map((tag, index) => {
    const { id, tagProtocol, priority } = typeof tag === "number" ? { id: tag } : tag;
    const isInnermost = index === fields.vlan.length - 1;
    const control = (fit("priority", priority ?? 0, 3) << 13) | fit("vlan", id, 12);
    return concat(word(fit("tagProtocol", tagProtocol ?? (isInnermost ? 0x8100 : 0x88a8), 16)), word(control));
  });
  return concat(...tags, word(isIpv6(fields) ? etherTypeIpv6 : etherTypeIpv4));
}

function ethernet(fields: LinkFields): Uint8Array {
  return concat(macAddress(fields.destination), macAddress(fields.source), typeAndTags(fields));
}

function linuxSll(fields: LinkFields): Uint8Array {
  const address = concat(macAddress(fields.source), word(0));
  return concat(word(0), word(ethernetHardware), word(6), address, typeAndTags(fields));
}

function linuxSll2(fields: LinkFields): Uint8Array {
  const types = typeAndTags(fields);
  const fixed = concat(
    word(0),
    word(0),
    word(1),
    word(ethernetHardware),
    octets([0, 6]),
    macAddress(fields.source),
    word(0),
  );
  return concat(types.subarray(0, 2), fixed, types.subarray(2));
}

function family(fields: LinkFields, ipv6Family: number, littleEndian: boolean): Uint8Array {
  if (fields.vlan.length > 0) throw new TestkitError("bad-link", "vlan: this link type has no room for VLAN tags");
  const header = new Uint8Array(4);
  viewOf(header).setUint32(0, isIpv6(fields) ? ipv6Family : familyIpv4, littleEndian);
  return header;
}

function nothing(fields: LinkFields): Uint8Array {
  if (fields.vlan.length > 0) throw new TestkitError("bad-link", "vlan: this link type has no room for VLAN tags");
  return new Uint8Array(0);
}

const headerOf: ReadonlyMap<number, (fields: LinkFields) => Uint8Array> = new Map([
  [LinkType.ETHERNET, ethernet],
  [LinkType.LINUX_SLL, linuxSll],
  [LinkType.LINUX_SLL2, linuxSll2],
  [LinkType.NULL, (fields: LinkFields) => family(fields, familyIpv6OnMacos, true)],
  [LinkType.LOOP, (fields: LinkFields) => family(fields, familyIpv6OnOpenbsd, false)],
  [LinkType.RAW, nothing],
  [LinkType.IPV4, nothing],
  [LinkType.IPV6, nothing],
]);

/** The link header as bytes. Throws TestkitError `bad-link` for a link type that is not in the table above. */
export function linkHeader(linkType: number, fields: LinkFields): Uint8Array {
  const build = headerOf.get(linkType);
  if (build === undefined) {
    throw new TestkitError(
      "bad-link",
      `link: no header is known for link type ${linkType}; give the frame's bytes yourself`,
    );
  }
  return build(fields);
}
