// LINKTYPE_IPOIB: IP over InfiniBand (RFC 4391 §6), after the global route header.
//
//   │ global route header 40 │ EtherType 2 │ reserved 2 │

import type { Packet } from "../packet.js";
import { etherTypeAt } from "./header-type.js";

const routeBytes = 40;

/** Takes off both headers. */
export function ipoib(packet: Packet): number {
  const type = etherTypeAt(packet.view, packet.network + routeBytes, packet.networkEnd);
  packet.network += routeBytes + 4;
  return type;
}
