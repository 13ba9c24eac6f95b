// L2TP version 2, data messages (RFC 2661 §3.1). Control messages carry nothing to look into.
//
//   │ T L - - S - O P - - - - version 4 │ L: length 2 │ tunnel 2 │ session 2 │ S: Ns 2, Nr 2 │ O: offset 2, padding │ PPP

import type { Packet } from "../../packet.js";
import { numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const l2tpKind = numberOf("l2tp");

const hasLength = 0x4000;
const hasSequence = 0x0800;
const hasOffset = 0x0200;
/** Control and the version, which must be as in a data message of version 2; reserved bits are ignored, as they must be. */
const fixedBits = 0x800f;
const dataOfVersion2 = 0x0002;

/** Takes off an L2TP header. */
export function l2tp(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd, missing } = packet;
  if (network + 2 > networkEnd) return HeaderType.NONE;
  const flags = view.getUint16(network);
  if ((flags & fixedBits) !== dataOfVersion2) return HeaderType.NONE;
  let at = network + 2;
  if ((flags & hasLength) !== 0) {
    if (at + 2 > networkEnd || view.getUint16(at) > networkEnd + missing - network) return HeaderType.NONE;
    path.notes?.length(at, network);
    at += 2;
  }
  const sessionAt = at + 2;
  at += 4;
  if ((flags & hasSequence) !== 0) at += 4;
  if ((flags & hasOffset) !== 0) {
    if (at + 2 > networkEnd) return HeaderType.NONE;
    at += 2 + view.getUint16(at);
  }
  if (at >= networkEnd || !path.enterTunnel(l2tpKind, view.getUint16(sessionAt))) return HeaderType.NONE;
  packet.network = at;
  return HeaderType.PPP;
}
