// VXLAN (RFC 7348 §5), and its extension for group policies (draft-smith-vxlan-group-policy-05 §2.1). Reserved bits are
// ignored, as they must be; what tells VXLAN from anything else at its port is the frame in it.
//
//   │ flags 1: 08, a network identifier │ reserved, or group, 3 │ network identifier 3 │ reserved 1 │ Ethernet

import type { Packet } from "../../packet.js";
import { numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";
import { ethernetFit, Fit } from "../plausible.js";

const vxlanKind = numberOf("vxlan");

const vxlanBytes = 8;
const hasIdentifier = 0x08;

/** Takes off a VXLAN header. */
export function vxlan(packet: Packet, path: EncapsulationPath): number {
  const { view, network } = packet;
  if (ethernetFit(packet, network + vxlanBytes) === Fit.NONE) return HeaderType.NONE;
  if ((view.getUint8(network) & hasIdentifier) === 0) return HeaderType.NONE;
  if (!path.enterTunnel(vxlanKind, view.getUint32(network + 4) >>> 8)) return HeaderType.NONE;
  packet.network += vxlanBytes;
  return HeaderType.ETHERNET;
}
