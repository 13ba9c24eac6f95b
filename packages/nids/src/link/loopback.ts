// LINKTYPE_NULL and LINKTYPE_LOOP: BSD loopback. Four bytes with an address family, in the byte order of the machine or the
// network's; which number means IPv6 differs between systems, but the packet itself says it.

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

/** Takes off the address family. */
export function loopback(packet: Packet): number {
  packet.network += 4;
  return HeaderType.BARE_IP;
}
