// ERSPAN: switches send what they mirror in GRE (draft-foschiano-erspan-03 §4). Type I has no header of its own.
//
//   Type II   │ version 1, VLAN 12 │ class 3, encapsulation 2, truncated 1, session 10 │ reserved 12, index 20 │ Ethernet
//   Type III  │ version 2, VLAN 12 │ class 3, bad 2, truncated 1, session 10 │ timestamp 4 │ group 2 │
//             │ P 1, frame type 5, hardware 6, direction 1, granularity 2, O 1 │ O: platform 8 │ Ethernet, or IP

import type { Packet } from "../../packet.js";
import { noIdentifier, numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const erspanKind = numberOf("erspan");

const version2Bytes = 8;
const version3Bytes = 12;
const platformBytes = 8;
const sessionMask = 0x3ff;
const hasPlatform = 0x0001;
const ethernetFrame = 0;
const ipPacket = 2;

/** Takes off nothing: the mirrored frame follows GRE at once. */
export function erspan1(_packet: Packet, path: EncapsulationPath): number {
  return path.enterTunnel(erspanKind, noIdentifier) ? HeaderType.ETHERNET : HeaderType.NONE;
}

/** Takes off a header of type II. */
export function erspan2(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + version2Bytes > networkEnd || view.getUint8(network) >>> 4 !== 1) return HeaderType.NONE;
  if (!path.enterTunnel(erspanKind, view.getUint16(network + 2) & sessionMask)) return HeaderType.NONE;
  packet.network += version2Bytes;
  return HeaderType.ETHERNET;
}

/** Takes off a header of type III. */
export function erspan3(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + version3Bytes > networkEnd || view.getUint8(network) >>> 4 !== 2) return HeaderType.NONE;
  const kind = view.getUint16(network + 10);
  const frameType = (kind >>> 10) & 0x1f;
  if (frameType !== ethernetFrame && frameType !== ipPacket) return HeaderType.NONE;
  if (!path.enterTunnel(erspanKind, view.getUint16(network + 2) & sessionMask)) return HeaderType.NONE;
  packet.network += version3Bytes + ((kind & hasPlatform) !== 0 ? platformBytes : 0);
  return frameType === ethernetFrame ? HeaderType.ETHERNET : HeaderType.BARE_IP;
}
