// The link types that are decoded, by their LINKTYPE number.

import { LinkType } from "@tsnids/pcap";
import { bareIp } from "./bare-ip.js";
import { ciscoHdlc, ciscoHdlcWithDirection } from "./cisco-hdlc.js";
import { ethernet } from "./ethernet.js";
import { fddi } from "./fddi.js";
import type { HeaderDecoder } from "./headers.js";
import { ieee80211 } from "./ieee80211.js";
import { ipoib } from "./ipoib.js";
import { linuxCooked, linuxCooked2 } from "./linux-cooked.js";
import { llc } from "./llc.js";
import { loopback } from "./loopback.js";
import { mpls } from "./mpls.js";
import { nflog } from "./nflog.js";
import { ppi } from "./ppi.js";
import { ppp, pppOverHdlc, pppWithDirection } from "./ppp.js";
import { pppoe } from "./pppoe.js";
import { avs, prism } from "./prism.js";
import { radiotap } from "./radiotap.js";
import { slip } from "./slip.js";
import { tokenRing } from "./token-ring.js";

/** What takes off the header of a link type. */
export const linkDecoders: ReadonlyMap<number, HeaderDecoder> = new Map<number, HeaderDecoder>([
  [LinkType.NULL, loopback],
  [LinkType.ETHERNET, ethernet],
  [LinkType.IEEE802_5, tokenRing],
  [LinkType.SLIP, slip],
  [LinkType.PPP, ppp],
  [LinkType.FDDI, fddi],
  [LinkType.PPP_HDLC, pppOverHdlc],
  [LinkType.PPP_ETHER, pppoe],
  [LinkType.ATM_RFC1483, llc],
  [LinkType.RAW, bareIp],
  [LinkType.C_HDLC, ciscoHdlc],
  [LinkType.IEEE802_11, (packet) => ieee80211(packet)],
  [LinkType.LOOP, loopback],
  [LinkType.LINUX_SLL, linuxCooked],
  [LinkType.IEEE802_11_PRISM, prism],
  [LinkType.IEEE802_11_RADIOTAP, radiotap],
  [LinkType.IEEE802_11_AVS, avs],
  [LinkType.PPP_PPPD, pppWithDirection],
  [LinkType.PPI, (packet, path) => ppi(packet, path, linkDecoders)],
  [LinkType.PPP_WITH_DIR, pppWithDirection],
  [LinkType.C_HDLC_WITH_DIR, ciscoHdlcWithDirection],
  [LinkType.MPLS, mpls],
  [LinkType.IPV4, bareIp],
  [LinkType.IPV6, bareIp],
  [LinkType.NFLOG, nflog],
  [LinkType.IPOIB, ipoib],
  [LinkType.LINUX_SLL2, linuxCooked2],
]);
