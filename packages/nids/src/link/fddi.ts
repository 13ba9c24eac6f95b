// LINKTYPE_FDDI (ANSI X3.139): LLC frames have 01 in the third and fourth bit of the frame control.
//
//   │ frame control 1 │ destination 6 │ source 6 │ LLC …

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

const fddiBytes = 13;
const formatMask = 0x30;
const llcFormat = 0x10;

/** Takes off an FDDI header. */
export function fddi(packet: Packet): number {
  const at = packet.network;
  packet.network += fddiBytes;
  if (packet.network > packet.networkEnd) return HeaderType.NONE;
  return ((packet.bytes[at] as number) & formatMask) === llcFormat ? HeaderType.LLC : HeaderType.NONE;
}
