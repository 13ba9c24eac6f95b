// LINKTYPE_IEEE802_11: wireless LAN (IEEE 802.11 §9.2, §9.3.2.1). Only data frames that are neither encrypted nor fragments carry
// something to look into.
//
//   │ frame control 2 │ duration 2 │ addresses 18 │ sequence 2 │ fourth address 6 │ QoS 2 │ HT control 4 │ LLC …
//                                                               to and from DS       QoS     QoS and order
//
//   │ … QoS, with A-MSDU bit │ destination 6 │ source 6 │ length 2 │ LLC … │ the first of several in one frame

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

const fixedBytes = 24;
const subframeBytes = 14;

/** Bits of the two bytes of the frame control. */
const versionAndType = 0x0f;
const dataFrame = 0x08;
const noData = 0x40;
const hasQos = 0x80;
const toAndFromDs = 0x03;
const moreFragments = 0x04;
const isProtected = 0x40;
const hasOrder = 0x80;

const aggregated = 0x80;

/** Takes off an 802.11 header; `padded` where the card filled it up to a multiple of four. */
export function ieee80211(packet: Packet, padded = false): number {
  const { bytes, network, networkEnd } = packet;
  if (network + fixedBytes > networkEnd) return HeaderType.NONE;
  const kind = bytes[network] as number;
  const flags = bytes[network + 1] as number;
  if ((kind & versionAndType) !== dataFrame || (kind & noData) !== 0) return HeaderType.NONE;
  if ((flags & (isProtected | moreFragments)) !== 0) return HeaderType.NONE;
  if (((bytes[network + 22] as number) & 0x0f) !== 0) return HeaderType.NONE; // number of the fragment
  let length = fixedBytes;
  if ((flags & toAndFromDs) === toAndFromDs) length += 6;
  const qosAt = network + length;
  if ((kind & hasQos) !== 0) length += (flags & hasOrder) !== 0 ? 6 : 2;
  if (padded) length = (length + 3) & ~3;
  if (network + length > networkEnd) return HeaderType.NONE;
  if ((kind & hasQos) !== 0 && ((bytes[qosAt] as number) & aggregated) !== 0) length += subframeBytes;
  packet.network += length;
  return HeaderType.LLC;
}
