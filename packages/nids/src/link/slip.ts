// LINKTYPE_SLIP: before the packet stand the direction and what header compression (RFC 1144) left of its headers,
// which the capturing system has already put back.
//
//   │ direction 1 │ compressed header 15 │ IPv4 …

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

const slipBytes = 16;

/** Takes off a SLIP header. */
export function slip(packet: Packet): number {
  packet.network += slipBytes;
  return HeaderType.BARE_IP;
}
