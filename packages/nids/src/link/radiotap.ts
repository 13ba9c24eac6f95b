// LINKTYPE_IEEE802_11_RADIOTAP: what the radio measured, then an 802.11 frame (radiotap.org). Of the measurements only one
// matters here: whether the card padded the 802.11 header.
//
//   │ version 0 │ padding 1 │ length 2, little-endian │ present 4 … │ time 8, aligned │ flags 1 │ …

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";
import { ieee80211 } from "./ieee80211.js";

const fixedBytes = 8;
/** Bits of a word that says which fields are present. */
const hasTime = 1 << 0;
const hasFlags = 1 << 1;
const anotherWord = 1 << 31;
const isPadded = 0x20;

/** Takes off both headers. */
export function radiotap(packet: Packet): number {
  const { view, network, networkEnd } = packet;
  if (network + fixedBytes > networkEnd) return HeaderType.NONE;
  const length = view.getUint16(network + 2, true);
  if (length < fixedBytes || network + length > networkEnd) return HeaderType.NONE;
  packet.network += length;
  return ieee80211(packet, padded(packet, network, length));
}

function padded({ view, bytes }: Packet, start: number, length: number): boolean {
  const present = view.getInt32(start + 4, true);
  if ((present & hasFlags) === 0) return false;
  let at = 4;
  while (at + 4 <= length && (view.getInt32(start + at, true) & anotherWord) !== 0) at += 4;
  at += 4;
  if ((present & hasTime) !== 0) at = ((at + 7) & ~7) + 8;
  return at < length && ((bytes[start + at] as number) & isPadded) !== 0;
}
