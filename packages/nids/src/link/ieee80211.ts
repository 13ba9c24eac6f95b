// LINKTYPE_IEEE802_11: wireless LAN (IEEE 802.11 §9.2, §9.3.2.1). Only data frames that are neither encrypted nor
// fragments carry something to look into.
//
//   │ frame control 2 │ duration 2 │ addresses 18 │ sequence 2 │ fourth address 6 │ QoS 2 │ HT control 4 │ LLC …
//                                                               to and from DS       QoS     QoS and order
//
// A frame may hold several packets (A-MSDU, §9.3.2.2), each with a header of its own and filled up to a multiple of four:
//
//   │ … QoS, A-MSDU bit set │ destination 6 │ source 6 │ length 2 │ LLC … │ 0 to 3 │ destination 6 │ …

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
  packet.network += length;
  return (kind & hasQos) !== 0 && ((bytes[qosAt] as number) & aggregated) !== 0 ? subframe(packet) : HeaderType.LLC;
}

/** Takes off the header of one packet of several; where the next one begins is left in `rest`. */
export function subframe(packet: Packet): number {
  const { view, network, networkEnd } = packet;
  const begin = network + subframeBytes;
  if (begin > networkEnd) return HeaderType.NONE;
  const length = view.getUint16(network + subframeBytes - 2);
  const next = network + ((subframeBytes + length + 3) & ~3);
  packet.network = begin;
  if (begin + length <= networkEnd) {
    packet.networkEnd = begin + length;
    packet.missing = 0;
    if (next < networkEnd) packet.rest = next;
  }
  return HeaderType.LLC;
}
