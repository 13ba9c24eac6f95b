// PPP (RFC 1661 §2), with HDLC-like framing (RFC 1662 §3) or without: LINKTYPE_PPP, LINKTYPE_PPP_HDLC and their variants,
// PPPoE, L2TP and PPTP.
//
//   │ address ff │ control 03 │ protocol 2, or 1 where compressed (odd) │        address and control may be left out

import type { Packet } from "../packet.js";
import { ciscoHdlc, ciscoMulticast, ciscoUnicast } from "./cisco-hdlc.js";
import { HeaderType } from "./header-type.js";

const allStationsUnnumbered = 0xff03;
const unnumbered = 0x03;

/** Protocol numbers (IANA registry "PPP DLL Protocol Numbers") that lead to IP. */
const nextHeaders: ReadonlyMap<number, number> = new Map([
  [0x0021, HeaderType.IPV4],
  [0x0057, HeaderType.IPV6],
  [0x0281, HeaderType.MPLS],
  [0x0283, HeaderType.MPLS_UPSTREAM],
]);

/** Takes off a PPP header. */
export function ppp(packet: Packet): number {
  const { view, bytes, networkEnd } = packet;
  if (packet.network + 2 <= networkEnd && view.getUint16(packet.network) === allStationsUnnumbered) packet.network += 2;
  if (packet.network >= networkEnd) return HeaderType.NONE;
  const first = bytes[packet.network] as number;
  if ((first & 1) !== 0) {
    packet.network += 1;
    return nextHeaders.get(first) ?? HeaderType.NONE;
  }
  if (packet.network + 2 > networkEnd) return HeaderType.NONE;
  const protocol = view.getUint16(packet.network);
  packet.network += 2;
  return nextHeaders.get(protocol) ?? HeaderType.NONE;
}

/** LINKTYPE_PPP_HDLC: the line may speak Cisco's HDLC instead, which its address tells. */
export function pppOverHdlc(packet: Packet): number {
  const address = packet.network < packet.networkEnd ? packet.bytes[packet.network] : undefined;
  return address === ciscoUnicast || address === ciscoMulticast ? ciscoHdlc(packet) : ppp(packet);
}

/** LINKTYPE_PPP_WITH_DIR and, of Linux' and NetBSD's pppd, LINKTYPE_PPP_PPPD: a byte says who sent it. */
export function pppWithDirection(packet: Packet): number {
  packet.network += 1;
  const { bytes, network, networkEnd } = packet;
  // pppd puts the direction in the place of the address, and the control byte still follows.
  if (network < networkEnd && bytes[network] === unnumbered) packet.network += 1;
  return ppp(packet);
}
