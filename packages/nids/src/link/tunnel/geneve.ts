// Geneve (RFC 8926 §3.4). Control packets carry nothing to look into. Reserved bits are ignored, as they must be; what
// tells Geneve from anything else at its port is what it announces.
//
//   │ version 2, options in words 6 │ O 1, C 1, reserved 6 │ protocol 2 │ network identifier 3 │ reserved 1 │ options │

import type { Packet } from "../../packet.js";
import { numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { etherTypeAt, HeaderType, isKnownType } from "../header-type.js";
import { ethernetFit, Fit } from "../plausible.js";

const geneveKind = numberOf("geneve");

const fixedBytes = 8;
const isControl = 0x80;

/** Takes off a Geneve header with its options. */
export function geneve(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + fixedBytes > networkEnd) return HeaderType.NONE;
  const versionAndLength = view.getUint8(network);
  if (versionAndLength >>> 6 !== 0 || (view.getUint8(network + 1) & isControl) !== 0) return HeaderType.NONE;
  const length = fixedBytes + (versionAndLength & 0x3f) * 4;
  const type = etherTypeAt(view, network + 2, networkEnd);
  if (!isKnownType(type) || network + length >= networkEnd) return HeaderType.NONE;
  const isBridged = type === HeaderType.BRIDGED_ETHERNET;
  if (isBridged && ethernetFit(packet, network + length) === Fit.NONE) return HeaderType.NONE;
  if (!path.enterTunnel(geneveKind, view.getUint32(network + 4) >>> 8)) return HeaderType.NONE;
  packet.network += length;
  return isBridged ? HeaderType.ETHERNET : type;
}
