// The Network Service Header (RFC 8300 §2): which functions of a service chain a packet has to pass. The two directions
// of a connection take different paths, so nothing in it tells flows apart; it is only taken off.
//
//   894f │ version 2, OAM 1, - 1, TTL 6, length 6 (words) │ - 4, metadata type 4 │ next protocol │ path 3, index 1 │ metadata … │

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

const word = 4;
/** The base header and the service path header. */
const shortestLength = 8;
const lengthMask = 0x3f;
const nextProtocolOffset = 3;

/** What can follow, by the protocol's number (RFC 8300 §11.2.5). */
const nextProtocols: readonly number[] = [
  HeaderType.NONE,
  HeaderType.IPV4,
  HeaderType.IPV6,
  HeaderType.ETHERNET,
  HeaderType.NSH,
  HeaderType.MPLS,
];

/** Takes off one Network Service Header. */
export function nsh(packet: Packet): number {
  const { view, bytes, network, networkEnd } = packet;
  if (network + shortestLength > networkEnd) return HeaderType.NONE;
  const first = view.getUint16(network);
  const length = (first & lengthMask) * word;
  // Only version 0 is known; version 1 is reserved (§2.2).
  if (first >>> 14 !== 0 || length < shortestLength || network + length > networkEnd) return HeaderType.NONE;
  packet.network += length;
  return nextProtocols[bytes[network + nextProtocolOffset] as number] ?? HeaderType.NONE;
}
