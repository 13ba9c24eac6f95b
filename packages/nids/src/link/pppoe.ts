// PPP over Ethernet, session stage (RFC 2516 §4), also as LINKTYPE_PPP_ETHER.
//
//   │ version 1, type 1 │ code 0 │ session 2 │ length 2 │ PPP without address and control │

import type { Packet } from "../packet.js";
import { numberOf } from "./encapsulation.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { HeaderType } from "./header-type.js";

const pppoeKind = numberOf("pppoe");

const pppoeBytes = 6;
export const versionTypeAndSessionData = 0x1100;

/** Takes off a PPPoE header; discovery packets have no IP in them. */
export function pppoe(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + pppoeBytes > networkEnd || view.getUint16(network) !== versionTypeAndSessionData)
    return HeaderType.NONE;
  if (!path.enter(pppoeKind, view.getUint16(network + 2))) return HeaderType.NONE;
  path.notes?.length(network + 4, network + pppoeBytes);
  packet.network += pppoeBytes;
  return HeaderType.PPP;
}
