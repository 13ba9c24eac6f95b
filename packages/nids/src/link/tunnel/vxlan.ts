// VXLAN (RFC 7348 §5), and its extension for group policies (draft-smith-vxlan-group-policy-05 §2.1).
//
//   │ flags 1: 08, or 88 with a group │ reserved 1 │ group 2 │ network identifier 3 │ reserved 1 │ Ethernet

import type { Packet } from "../../packet.js";
import { numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { ethernetBytes } from "../ethernet.js";
import { HeaderType } from "../header-type.js";

const vxlanKind = numberOf("vxlan");

const vxlanBytes = 8;
const hasIdentifier = 0x08;
const hasGroup = 0x80;

/** Takes off a VXLAN header. */
export function vxlan(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + vxlanBytes + ethernetBytes > networkEnd) return HeaderType.NONE;
  const first = view.getUint32(network);
  const flags = first >>> 24;
  const second = view.getUint32(network + 4);
  const isPlain = flags === hasIdentifier && (first & 0xffffff) === 0;
  if ((!isPlain && flags !== (hasIdentifier | hasGroup)) || (second & 0xff) !== 0) return HeaderType.NONE;
  if (!path.enterTunnel(vxlanKind, second >>> 8)) return HeaderType.NONE;
  packet.network += vxlanBytes;
  return HeaderType.ETHERNET;
}
