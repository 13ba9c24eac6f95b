// ERSPAN: switches send what they mirror in GRE (draft-foschiano-erspan-03 §4). Type I has no header of its own.
//
//   Type II   │ version 1, VLAN 12 │ class 3, encapsulation 2, truncated 1, session 10 │ reserved 12, index 20 │ Ethernet
//   Type III  │ version 2, VLAN 12 │ class 3, bad 2, truncated 1, session 10 │ timestamp 4 │ group 2 │
//             │ P 1, frame type 5, hardware 6, direction 1, granularity 2, O 1 │ O: platform 8 │ Ethernet, or IP
//
// A switch may take the tag off the frame, or mirror a port without tags: then the VLAN stands in this header only.

import { unknownCut } from "../../packet.js";
import type { Packet } from "../../packet.js";
import { noIdentifier, numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { ethernetBytes } from "../ethernet.js";
import { HeaderType } from "../header-type.js";

const erspanKind = numberOf("erspan");
const vlanKind = numberOf("vlan");

const version2Bytes = 8;
const version3Bytes = 12;
const platformBytes = 8;
const vlanMask = 0xfff;
/** Type II: the tag is in the frame, and the VLAN here undefined. Type III: the frame is damaged. */
const untoldVlan = 0x1800;
const isTruncated = 0x0400;
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
  return enter(packet, path, version2Bytes, HeaderType.ETHERNET);
}

/** Takes off a header of type III. */
export function erspan3(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + version3Bytes > networkEnd || view.getUint8(network) >>> 4 !== 2) return HeaderType.NONE;
  const kind = view.getUint16(network + 10);
  const frameType = (kind >>> 10) & 0x1f;
  if (frameType !== ethernetFrame && frameType !== ipPacket) return HeaderType.NONE;
  const headerBytes = version3Bytes + ((kind & hasPlatform) !== 0 ? platformBytes : 0);
  return enter(packet, path, headerBytes, frameType === ethernetFrame ? HeaderType.ETHERNET : HeaderType.BARE_IP);
}

/** What both types have in common. */
function enter(packet: Packet, path: EncapsulationPath, headerBytes: number, next: number): number {
  const { view, network } = packet;
  const vlan = view.getUint16(network) & vlanMask;
  const flags = view.getUint16(network + 2);
  if (!path.enterTunnel(erspanKind, flags & sessionMask)) return HeaderType.NONE;
  packet.network += headerBytes;
  if ((flags & isTruncated) !== 0) packet.missing = unknownCut;
  const isTold = vlan !== 0 && (flags & untoldVlan) !== untoldVlan;
  if (isTold && !(next === HeaderType.ETHERNET && hasTag(packet, vlan)) && !path.enter(vlanKind, vlan)) {
    return HeaderType.NONE;
  }
  return next;
}

/** True when the mirrored frame says itself that it is of this VLAN: some switches leave the tag in it all the same. */
function hasTag({ view, network, networkEnd }: Packet, vlan: number): boolean {
  const tagAt = network + ethernetBytes - 2;
  if (tagAt + 4 > networkEnd) return false;
  const type = view.getUint16(tagAt);
  const isTag = type === HeaderType.VLAN || type === HeaderType.SERVICE_VLAN;
  return isTag && (view.getUint16(tagAt + 2) & vlanMask) === vlan;
}
