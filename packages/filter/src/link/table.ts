// The link layers filters can be compiled for, by LINKTYPE_ number.

import { LinkType, linkTypeName } from "@tsnids/pcap";
import { linuxCooked, linuxCooked2 } from "./cooked.js";
import { ethernet } from "./ethernet.js";
import type { LinkLayer } from "./link-layer.js";
import { atm, fddi, tokenRing } from "./llc.js";
import { loopback, openBsdLoopback, rawIp, rawIpv4, rawIpv6 } from "./no-link.js";
import { ciscoHdlc, ppp, pppOverEthernet, pppWithDirection } from "./point-to-point.js";
import { wlan, wlanWithAvs, wlanWithPpi, wlanWithPrism, wlanWithRadiotap } from "./wlan.js";

const linkLayers: ReadonlyMap<number, LinkLayer> = new Map<number, LinkLayer>([
  [LinkType.NULL, loopback],
  [LinkType.ETHERNET, ethernet],
  [LinkType.IEEE802_5, tokenRing],
  [LinkType.PPP, ppp],
  [LinkType.FDDI, fddi],
  [LinkType.PPP_HDLC, ppp],
  [LinkType.PPP_ETHER, pppOverEthernet],
  [LinkType.ATM_RFC1483, atm],
  [LinkType.RAW, rawIp],
  [LinkType.C_HDLC, ciscoHdlc],
  [LinkType.IEEE802_11, wlan],
  [LinkType.LOOP, openBsdLoopback],
  [LinkType.LINUX_SLL, linuxCooked],
  [LinkType.IEEE802_11_PRISM, wlanWithPrism],
  [LinkType.IEEE802_11_RADIOTAP, wlanWithRadiotap],
  [LinkType.IEEE802_11_AVS, wlanWithAvs],
  [LinkType.PPP_PPPD, pppWithDirection],
  [LinkType.PPI, wlanWithPpi],
  [LinkType.IPV4, rawIpv4],
  [LinkType.IPV6, rawIpv6],
  [LinkType.LINUX_SLL2, linuxCooked2],
]);

/** The link types that filters can look into, the one that is nearly everywhere first. */
export const filterableLinkTypes: readonly number[] = [
  LinkType.ETHERNET,
  ...[...linkLayers.keys()].filter((linkType) => linkType !== LinkType.ETHERNET),
];

/** The link layer of frames of a link type. Of a type that is not in the table only length and bytes are known. */
export function linkLayerOf(linkType: number): LinkLayer {
  return linkLayers.get(linkType) ?? { name: linkTypeName(linkType), start: { type: 0, payload: 0 } };
}
