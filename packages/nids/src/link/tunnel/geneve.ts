// Geneve (RFC 8926 §3.4). Control packets carry nothing to look into.
//
//   │ version 2, options in words 6 │ O 1, C 1, reserved 6 │ protocol 2 │ network identifier 3 │ reserved 1 │ options │

import type { Packet } from "../../packet.js";
import { numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { etherTypeAt, HeaderType } from "../header-type.js";

const geneveKind = numberOf("geneve");

const fixedBytes = 8;
const isControl = 0x80;
const reservedBits = 0x3f;

/** Takes off a Geneve header with its options. */
export function geneve(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + fixedBytes > networkEnd) return HeaderType.NONE;
  const versionAndLength = view.getUint8(network);
  const identifier = view.getUint32(network + 4);
  if (versionAndLength >>> 6 !== 0 || (identifier & 0xff) !== 0) return HeaderType.NONE;
  if ((view.getUint8(network + 1) & (isControl | reservedBits)) !== 0) return HeaderType.NONE;
  const length = fixedBytes + (versionAndLength & 0x3f) * 4;
  const type = etherTypeAt(view, network + 2, networkEnd);
  if (type === HeaderType.NONE || network + length >= networkEnd) return HeaderType.NONE;
  if (!path.enterTunnel(geneveKind, identifier >>> 8)) return HeaderType.NONE;
  packet.network += length;
  return type === HeaderType.BRIDGED_ETHERNET ? HeaderType.ETHERNET : type;
}
