// LINKTYPE_ETHERNET (IEEE 802.3 §3.1.1), also inside tunnels.
//
//   │ destination 6 │ source 6 │ type or length 2 │

import type { Packet } from "../packet.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { typeOrLengthAt } from "./header-type.js";

export const ethernetBytes = 14;
const typeOffset = 12;

/** Takes off an Ethernet header, without tags. */
export function ethernet(packet: Packet, path: EncapsulationPath): number {
  path.notes?.ethernet(packet.network);
  const type = typeOrLengthAt(packet, packet.network + typeOffset, path);
  packet.network += ethernetBytes;
  return type;
}
