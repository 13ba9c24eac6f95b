/**
 * Headers of wireless LAN frames (IEEE 802.11 §9.2) and of what radios put before them.
 *
 *     802.11     frame control(2) duration(2) addresses(18) sequence(2) QoS(2), then LLC and SNAP
 *     radiotap   version(1) pad(1) length(2) present(4) flags(1), little-endian
 *     Prism      144 bytes, AVS  64 bytes, PPI  8 bytes with the number of the link type behind it
 */
import { concat, octets, viewOf } from "./octets.js";
import { llcSnap, longWord, macAddress, refuse, type LinkFields } from "./link-fields.js";

const ieee80211Type = 105;

/** A QoS data frame from the access point. */
export function ieee80211(fields: LinkFields): Uint8Array {
  refuse(fields, "vlan");
  const [to, from] = [macAddress(fields.destination), macAddress(fields.source)];
  return concat(octets([0x88, 0x02, 0, 0]), to, from, from, octets([0x10, 0, 0, 0]), llcSnap(fields));
}

/** With the flags field, nothing set in it. */
export function radiotap(fields: LinkFields): Uint8Array {
  return concat(octets([0, 0, 9, 0, 2, 0, 0, 0, 0]), ieee80211(fields));
}

/** An older header, all measurements zero. */
export function prism(fields: LinkFields): Uint8Array {
  const header = new Uint8Array(144);
  viewOf(header).setUint32(0, 0x44, true);
  viewOf(header).setUint32(4, header.length, true);
  return concat(header, ieee80211(fields));
}

/** The header that followed Prism's. */
export function avs(fields: LinkFields): Uint8Array {
  return concat(longWord(0x80211001), longWord(64), new Uint8Array(56), ieee80211(fields));
}

/** Before an 802.11 frame. */
export function ppi(fields: LinkFields): Uint8Array {
  return concat(octets([0, 0, 8, 0]), longWord(ieee80211Type, true), ieee80211(fields));
}
