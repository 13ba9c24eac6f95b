// GRE (RFC 2784 §2, RFC 2890 §2), also in UDP (RFC 8086 §3), and what is made with it: NVGRE (RFC 7637 §3.2), ERSPAN, and
// PPTP's version 1 (RFC 2637 §4.1).
//
//   │ C R K S … version │ protocol 2 │ C: checksum 2, reserved 2 │ K: key 4 │ S: sequence 4 │ payload
//   │ … K S … A version 1 │ 880b │ payload length 2, call 2 │ S: sequence 4 │ A: acknowledgment 4 │ PPP

import type { Packet } from "../../packet.js";
import { noIdentifier, numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { etherTypeAt, HeaderType, isKnownType } from "../header-type.js";
import { erspan1, erspan2, erspan3 } from "./erspan.js";

const greKind = numberOf("gre");
const nvgreKind = numberOf("nvgre");
const pptpKind = numberOf("pptp");

const fixedBytes = 4;
const hasChecksum = 0x8000;
const hasRoute = 0x4000;
const hasKey = 0x2000;
const hasSequence = 0x1000;
/** What RFC 1701 had in bits 4 and 5: such packets must be discarded, while bits 6 to 12 must be ignored (RFC 2784 §2.3). */
const strictRouteOrRecursion = 0x0c00;
const hasAcknowledgment = 0x0080;
const versionMask = 0x0007;

const ERSPAN = 0x88be;
const ERSPAN_3 = 0x22eb;

/** The first subnet identifier NVGRE may use. Keys below are of plain GRE between Ethernet bridges, which looks the same. */
const firstSubnet = 0x1000;

/** Takes off a GRE header and those that belong to it. */
export function gre(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd } = packet;
  if (network + fixedBytes > networkEnd) return HeaderType.NONE;
  const flags = view.getUint16(network);
  const protocol = etherTypeAt(view, network + 2, networkEnd);
  if ((flags & versionMask) === 1) return pptp(packet, path, flags, protocol);
  if ((flags & (versionMask | strictRouteOrRecursion | hasRoute)) !== 0) return HeaderType.NONE;
  let at = network + fixedBytes;
  if ((flags & hasChecksum) !== 0) at += 4;
  const keyAt = at;
  if ((flags & hasKey) !== 0) at += 4;
  if ((flags & hasSequence) !== 0) at += 4;
  if (protocol === HeaderType.NONE || at > networkEnd) return HeaderType.NONE;
  packet.network = at;
  const key = (flags & hasKey) !== 0 ? view.getUint32(keyAt) : noIdentifier;
  if (protocol === ERSPAN) return (flags & hasSequence) !== 0 ? erspan2(packet, path) : erspan1(packet, path);
  if (protocol === ERSPAN_3) return erspan3(packet, path);
  if (protocol === HeaderType.BRIDGED_ETHERNET) return bridged(path, key);
  return isKnownType(protocol) && path.enterTunnel(greKind, key) ? protocol : HeaderType.NONE;
}

function bridged(path: EncapsulationPath, key: number): number {
  const isSubnet = key !== noIdentifier && key >>> 8 >= firstSubnet;
  const entered = isSubnet ? path.enterTunnel(nvgreKind, key >>> 8) : path.enterTunnel(greKind, key);
  return entered ? HeaderType.ETHERNET : HeaderType.NONE;
}

function pptp(packet: Packet, path: EncapsulationPath, flags: number, protocol: number): number {
  const { view, network, networkEnd } = packet;
  if (protocol !== HeaderType.PPP || (flags & hasKey) === 0 || (flags & (hasChecksum | hasRoute)) !== 0) {
    return HeaderType.NONE;
  }
  let at = network + fixedBytes + 4;
  if ((flags & hasSequence) !== 0) at += 4;
  if ((flags & hasAcknowledgment) !== 0) at += 4;
  if (at >= networkEnd || !path.enterTunnel(pptpKind, view.getUint16(network + 6))) return HeaderType.NONE;
  packet.network = at;
  return HeaderType.PPP;
}
