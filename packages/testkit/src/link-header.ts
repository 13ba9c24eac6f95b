/**
 * Link-layer headers in front of an IP packet, by LINKTYPE number (tcpdump.org "Link-layer header types").
 *
 *     Ethernet     destination(6) source(6) [802.1Q tag(4)]… type(2)
 *     802.3        destination(6) source(6) length(2), then LLC and SNAP (8)
 *     SLL          direction(2) hardware(2) length(2) address(8) [tag(4)]… type(2)
 *     SLL2         type(2) reserved(2) interface(4) hardware(2) direction(1) length(1) address(8) [tag(4)]…
 *     NULL, LOOP   family(4), in the byte order of the capturing machine; big-endian
 *     PPP, HDLC    address(1) control(1) protocol(2)
 *     FDDI         frame control(1) destination(6) source(6), then LLC and SNAP (8)
 *     Token Ring   access control(1) frame control(1) destination(6) source(6) route(6), then LLC and SNAP (8)
 *     RAW …        nothing
 *
 * MAC addresses are made from the last four bytes of the IP addresses, so that two hosts differ: 02:00:0a:00:00:01.
 */
import { LinkType } from "@tsnids/pcap";
import { TestkitError } from "./errors.js";
import {
  behindType,
  etherType,
  isIpv6,
  labelStack,
  llcSnap,
  longWord,
  macAddress,
  pppProtocol,
  refuse,
  tagsAndType,
  word,
  type LinkFields,
} from "./link-fields.js";
import { concat, octets } from "./octets.js";
import { avs, ieee80211, ppi, prism, radiotap } from "./wireless-header.js";

const ethernetHardware = 1;

/** Address family numbers: AF_INET is 2 everywhere; AF_INET6 is 30 on macOS and 24 on OpenBSD, where LOOP is from. */
const familyIpv4 = 2;
const familyIpv6OnMacos = 30;
const familyIpv6OnOpenbsd = 24;
const familyIpv6OnLinux = 10;

function ethernet(fields: LinkFields): Uint8Array {
  const addresses = concat(macAddress(fields.destination), macAddress(fields.source));
  if (!fields.llc) return concat(addresses, tagsAndType(fields), behindType(fields));
  refuse(fields, "vlan");
  const llc = llcSnap(fields);
  return concat(addresses, word(llc.length + fields.packetLength), llc);
}

function linuxSll(fields: LinkFields): Uint8Array {
  const address = concat(macAddress(fields.source), word(0));
  return concat(word(0), word(ethernetHardware), word(6), address, tagsAndType(fields), behindType(fields));
}

function linuxSll2(fields: LinkFields): Uint8Array {
  const types = tagsAndType(fields);
  const fixed = concat(
    word(0),
    word(0),
    word(1),
    word(ethernetHardware),
    octets([0, 6]),
    macAddress(fields.source),
    word(0),
  );
  return concat(types.subarray(0, 2), fixed, types.subarray(2), behindType(fields));
}

function family(fields: LinkFields, ipv6Family: number, littleEndian: boolean): Uint8Array {
  refuse(fields, "vlan", "mpls", "pppoe");
  return longWord(isIpv6(fields) ? ipv6Family : familyIpv4, littleEndian);
}

function nothing(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan", "mpls", "pppoe");
  return new Uint8Array(0);
}

function ppp(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan", "pppoe");
  return concat(octets([0xff, 3]), pppProtocol(fields));
}

function ciscoHdlc(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan", "pppoe");
  return concat(octets([0x0f, 0]), word(etherType(fields)), behindType(fields));
}

function slip(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan", "mpls", "pppoe");
  return concat(octets([1, 0x40]), new Uint8Array(14));
}

function fddi(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan");
  return concat(octets([0x50]), macAddress(fields.destination), macAddress(fields.source), llcSnap(fields));
}

/** With a route of two hops, which the first bit of the source address announces. */
function tokenRing(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan");
  const source = macAddress(fields.source);
  source[0] = 0x82;
  const route = octets([0x06, 0x90, 0, 0x11, 0, 0x20]);
  return concat(octets([0x10, 0x40]), macAddress(fields.destination), source, route, llcSnap(fields));
}

function nflog(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan", "mpls", "pppoe");
  const attribute = (type: number, value: Uint8Array, length = value.length): Uint8Array =>
    concat(octets([(length + 4) & 0xff, (length + 4) >>> 8, type, 0]), value);
  const header = octets([isIpv6(fields) ? familyIpv6OnLinux : familyIpv4, 0, 0, 0]);
  const packetHeader = attribute(1, concat(word(etherType(fields)), octets([1, 0])));
  const prefix = attribute(10, octets([0x78, 0, 0, 0]), 2); // "x", its end, padding
  return concat(header, packetHeader, prefix, attribute(9, new Uint8Array(0), fields.packetLength));
}

function ipoib(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan", "pppoe");
  return concat(new Uint8Array(40), word(etherType(fields)), word(0), behindType(fields));
}

function mplsStack(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan", "pppoe");
  return labelStack(fields.mpls.length > 0 ? fields.mpls : [100]);
}

function pppoeOnly(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan");
  return behindType({ ...fields, pppoe: fields.pppoe ?? 1 });
}

const headerOf: ReadonlyMap<number, (fields: LinkFields) => Uint8Array> = new Map([
  [LinkType.NULL, (fields: LinkFields) => family(fields, familyIpv6OnMacos, true)],
  [LinkType.ETHERNET, ethernet],
  [LinkType.IEEE802_5, tokenRing],
  [LinkType.SLIP, slip],
  [LinkType.PPP, ppp],
  [LinkType.FDDI, fddi],
  [LinkType.PPP_HDLC, ppp],
  [LinkType.PPP_ETHER, pppoeOnly],
  [LinkType.ATM_RFC1483, llcSnap],
  [LinkType.RAW, nothing],
  [LinkType.C_HDLC, ciscoHdlc],
  [LinkType.IEEE802_11, ieee80211],
  [LinkType.LOOP, (fields: LinkFields) => family(fields, familyIpv6OnOpenbsd, false)],
  [LinkType.LINUX_SLL, linuxSll],
  [LinkType.IEEE802_11_PRISM, prism],
  [LinkType.IEEE802_11_RADIOTAP, radiotap],
  [LinkType.IEEE802_11_AVS, avs],
  [LinkType.PPI, ppi],
  [LinkType.PPP_WITH_DIR, (fields: LinkFields) => concat(octets([1]), ppp(fields))],
  [LinkType.C_HDLC_WITH_DIR, (fields: LinkFields) => concat(octets([1]), ciscoHdlc(fields))],
  [LinkType.MPLS, mplsStack],
  [LinkType.IPV4, nothing],
  [LinkType.IPV6, nothing],
  [LinkType.NFLOG, nflog],
  [LinkType.IPOIB, ipoib],
  [LinkType.LINUX_SLL2, linuxSll2],
]);

/** The link types that {@link linkHeader} can write. */
export const writableLinkTypes: readonly number[] = [...headerOf.keys()];

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
