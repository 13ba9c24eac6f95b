// LINKTYPE_IEEE802_5: Token Ring (IEEE 802.5 §3.2). The first bit of the source address says that a route follows, the
// length of which stands in its first five bits, after the broadcast ones.
//
//   │ access control 1 │ frame control 1 │ destination 6 │ source 6 │ route 0, or 2 to 30 │ LLC …

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

const fixedBytes = 14;
const sourceOffset = 8;
const frameTypeMask = 0xc0;
const llcFrame = 0x40;
const hasRoute = 0x80;
const routeLengthMask = 0x1f;

/** Takes off a Token Ring header. */
export function tokenRing(packet: Packet): number {
  const { bytes, network, networkEnd } = packet;
  if (network + fixedBytes > networkEnd) return HeaderType.NONE;
  packet.network += fixedBytes;
  if (((bytes[network + 1] as number) & frameTypeMask) !== llcFrame) return HeaderType.NONE;
  if (((bytes[network + sourceOffset] as number) & hasRoute) !== 0) {
    if (packet.network >= networkEnd) return HeaderType.NONE;
    packet.network += (bytes[packet.network] as number) & routeLengthMask;
  }
  return HeaderType.LLC;
}
