// IEEE 802.1Q and 802.1ad tags (802.1Q §9.6), and the numbers vendors used before there was a standard for stacks of them.
//
//   … tag protocol │ priority 3, drop 1, VLAN 12 bits │ type or length 2 │

import type { Packet } from "../packet.js";
import { numberOf } from "./encapsulation.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { HeaderType, typeOrLengthAt } from "./header-type.js";

const vlanKind = numberOf("vlan");

const tagBytes = 4;

/** Takes off one tag behind its tag protocol identifier. */
export function vlan(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + tagBytes > networkEnd) return HeaderType.NONE;
  const identifier = view.getUint16(network) & 0xfff;
  // 0 is no VLAN: such a tag only carries a priority.
  if (identifier !== 0 && !path.enter(vlanKind, identifier)) return HeaderType.NONE;
  packet.network += tagBytes;
  return typeOrLengthAt(packet, network + 2, path);
}
