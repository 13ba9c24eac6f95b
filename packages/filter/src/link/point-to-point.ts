// Links between two points: PPP (RFC 1661) as it is captured, with HDLC framing, in PPPoE, or alone; and Cisco HDLC.

import { EtherType, Sap } from "../language/protocols.js";
import { equals } from "../program/condition.js";
import type { LinkLayer } from "./link-layer.js";

/** Numbers of PPP (IANA registry "PPP DLL Protocol Numbers") for protocols that have another one on Ethernet. */
const pppNumbers: ReadonlyMap<number, number> = new Map<number, number>([
  [EtherType.ip, 0x0021],
  [EtherType.ip6, 0x0057],
  [EtherType.decnet, 0x0027],
  [EtherType.atalk, 0x0029],
  [Sap.iso, 0x0023],
  [Sap.stp, 0x0031],
  [Sap.ipx, 0x002b],
]);

function pppLink(type: number): LinkLayer {
  return {
    name: "PPP",
    start: { type, payload: type + 2 },
    carries: (layout, protocol) => equals(layout.type, 2, pppNumbers.get(protocol) ?? protocol),
    mplsType: 0x0281,
  };
}

/** Address and control, or a direction and control, before the number. */
export const ppp: LinkLayer = pppLink(2);

/** Which way it went, in the place of the address (LINKTYPE_PPP_PPPD). */
export const pppWithDirection: LinkLayer = {
  ...ppp,
  isOutbound: ({ header }) => equals(header, 1, 1),
  isInbound: ({ header }) => equals(header, 1, 0),
};

/** A header of PPPoE before the number, without that of Ethernet. */
export const pppOverEthernet: LinkLayer = pppLink(6);

/** Within PPPoE: nothing before the number. */
export const pppSession: LinkLayer = pppLink(0);

export const ciscoHdlc: LinkLayer = {
  name: "Cisco HDLC",
  start: { type: 2, payload: 4 },
  carries: ({ type }, protocol) => equals(type, 2, protocol === Sap.iso ? protocol * 0x101 : protocol),
  mplsType: EtherType.mpls,
  isoOffset: 1,
};
