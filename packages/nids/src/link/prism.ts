// LINKTYPE_IEEE802_11_PRISM and LINKTYPE_IEEE802_11_AVS: older headers of radios before an 802.11 frame. Drivers give the
// second where the first was announced; a magic number tells.
//
//   Prism  │ message 4 │ length 4 │ device 16 │ ten measurements of 12 │                144 bytes
//   AVS    │ magic and version 4 │ length 4, big-endian │ measurements │

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";
import { ieee80211 } from "./ieee80211.js";

const prismBytes = 144;
const shortestAvs = 8;
const avsMagic = 0x80211000;

/** Takes off either header and the 802.11 one. */
export function prism(packet: Packet): number {
  if (isAvs(packet)) return avs(packet);
  packet.network += prismBytes;
  return ieee80211(packet);
}

/** Takes off an AVS header and the 802.11 one. */
export function avs(packet: Packet): number {
  const { view, network, networkEnd } = packet;
  if (!isAvs(packet)) return HeaderType.NONE;
  const length = view.getUint32(network + 4);
  if (length < shortestAvs || length > networkEnd - network) return HeaderType.NONE;
  packet.network += length;
  return ieee80211(packet);
}

function isAvs({ view, network, networkEnd }: Packet): boolean {
  return network + shortestAvs <= networkEnd && (view.getUint32(network) & 0xfffff000) >>> 0 === avsMagic;
}
