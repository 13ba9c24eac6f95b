// Teredo (RFC 4380 §5.1.1): IPv6 through UDP and NATs. Before the packet there may be proof of who asks, and where a
// server got the packet from. What tells a Teredo packet from anything else are its addresses.
//
//   │ 0001 │ client length 1 │ value length 1 │ client │ value │ nonce 8 │ confirmation 1 │
//   │ 0000 │ port 2 │ address 4 │ IPv6 …

import { ipv6HeaderBytes } from "../../ip/protocol.js";
import type { Packet } from "../../packet.js";
import { noIdentifier, numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const teredoKind = numberOf("teredo");

const authentication = 0x0001;
const authenticationBytes = 13;
const origin = 0x0000;
const originBytes = 8;
/** 2001::/32 */
const teredoPrefix = 0x20010000;
/** fe80::/10, for router solicitations */
const linkLocalPrefix = 0x3fa;

/** Takes off the two indications. */
export function teredo(packet: Packet, path: EncapsulationPath): number {
  const { view, network, networkEnd, missing } = packet;
  let at = network;
  if (at + 4 <= networkEnd && view.getUint16(at) === authentication) {
    at += authenticationBytes + view.getUint8(at + 2) + view.getUint8(at + 3);
  }
  if (at + 2 <= networkEnd && view.getUint16(at) === origin) at += originBytes;
  if (at + ipv6HeaderBytes > networkEnd || view.getUint8(at) >>> 4 !== 6) return HeaderType.NONE;
  if (view.getUint16(at + 4) + ipv6HeaderBytes > networkEnd + missing - at) return HeaderType.NONE;
  if (!isTeredo(view, at + 8) && !isTeredo(view, at + 24)) return HeaderType.NONE;
  if (!path.enterTunnel(teredoKind, noIdentifier)) return HeaderType.NONE;
  packet.network = at;
  return HeaderType.IPV6;
}

function isTeredo(view: DataView, at: number): boolean {
  const prefix = view.getUint32(at);
  return prefix === teredoPrefix || prefix >>> 22 === linkLocalPrefix;
}
