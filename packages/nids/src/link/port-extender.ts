// Tags by which a switch and its port extenders name ports: Cisco's VN-Tag, and E-Tag (IEEE 802.1BR §7.5). A port is no
// network, and differs between the directions of a connection, so they are only taken off.
//
//   VN-Tag  8926 │ direction, pointer, destination, looped, version, source 4 │ type or length 2 │
//   E-Tag   893f │ priority, ingress, group, channel 6 │ type or length 2 │

import type { Packet } from "../packet.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { HeaderType, typeOrLengthAt } from "./header-type.js";

const vnTagBytes = 4;
const eTagBytes = 6;

/** Takes off a VN-Tag behind its tag protocol identifier. */
export function vnTag(packet: Packet, path: EncapsulationPath): number {
  return withoutTag(packet, path, vnTagBytes);
}

/** Takes off an E-Tag behind its tag protocol identifier. */
export function eTag(packet: Packet, path: EncapsulationPath): number {
  return withoutTag(packet, path, eTagBytes);
}

function withoutTag(packet: Packet, path: EncapsulationPath, bytes: number): number {
  const { network, networkEnd } = packet;
  if (network + bytes > networkEnd) return HeaderType.NONE;
  packet.network += bytes + 2;
  return typeOrLengthAt(packet, network + bytes, path);
}
