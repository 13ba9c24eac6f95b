// GTP-U version 1 (3GPP TS 29.281 §5): user traffic in mobile networks. Only G-PDU messages carry packets.
//
//   │ version 3, PT 1, spare 1, E S PN │ type ff │ length 2 │ endpoint identifier 4 │ E, S or PN: sequence 2, N-PDU 1, next type 1 │
//   │ extension: length in words 1 │ content … │ next type 1 │ … IP

import type { Packet } from "../../packet.js";
import { bareIp } from "../bare-ip.js";
import { numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const gtpKind = numberOf("gtp");

const fixedBytes = 8;
/** The spare bit is not to be evaluated. */
const versionAndType = 0xf0;
const version1Gtp = 0x30;
const anyOptional = 0x07;
const hasExtensions = 0x04;
const gPdu = 0xff;
/** A packet has one or two. */
const maxExtensions = 8;

/** Takes off a GTP-U header with its extension headers. */
export function gtp(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd, missing } = packet;
  if (network + fixedBytes > networkEnd) return HeaderType.NONE;
  const flags = view.getUint8(network);
  if ((flags & versionAndType) !== version1Gtp || view.getUint8(network + 1) !== gPdu) return HeaderType.NONE;
  if (view.getUint16(network + 2) > networkEnd + missing - network - fixedBytes) return HeaderType.NONE;
  const payload = payloadAt(packet, flags);
  if (payload === 0) return HeaderType.NONE;
  packet.network = payload;
  if (bareIp(packet) === HeaderType.NONE) return HeaderType.NONE;
  path.notes?.length(network + 2, network + fixedBytes);
  return path.enterTunnel(gtpKind, view.getUint32(network + 4)) ? HeaderType.BARE_IP : HeaderType.NONE;
}

/** Where the packet begins; 0 where there is none. */
function payloadAt({ view, network, networkEnd }: Packet, flags: number): number {
  let at = network + fixedBytes;
  if ((flags & anyOptional) === 0) return at;
  at += 4;
  if (at > networkEnd) return 0;
  let next = (flags & hasExtensions) !== 0 ? view.getUint8(at - 1) : 0;
  for (let extensions = 0; next !== 0; extensions++) {
    if (extensions === maxExtensions || at >= networkEnd) return 0;
    const length = view.getUint8(at) * 4;
    at += length;
    if (length === 0 || at > networkEnd) return 0;
    next = view.getUint8(at - 1);
  }
  return at;
}
