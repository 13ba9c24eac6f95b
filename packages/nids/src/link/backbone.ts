// Provider backbone bridging (IEEE 802.1Q §9.7, once 802.1ah): a customer's whole frame behind a service instance tag.
//
//   88e7 │ priority and flags 1, service instance 3 │ Ethernet

import type { Packet } from "../packet.js";
import { numberOf } from "./encapsulation.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { HeaderType } from "./header-type.js";

const backboneKind = numberOf("backbone");
const tagBytes = 4;

/** Takes off a service instance tag behind its tag protocol identifier. */
export function backbone(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + tagBytes > networkEnd) return HeaderType.NONE;
  if (!path.enter(backboneKind, view.getUint32(network) & 0xffffff)) return HeaderType.NONE;
  packet.network += tagBytes;
  return HeaderType.ETHERNET;
}
