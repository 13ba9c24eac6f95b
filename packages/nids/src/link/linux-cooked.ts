// Linux "cooked" captures: what a capture on all interfaces at once gives.
//
//   LINKTYPE_LINUX_SLL   │ packet type 2 │ hardware 2 │ length 2 │ address 8 │ protocol 2 │
//   LINKTYPE_LINUX_SLL2  │ protocol 2 │ reserved 2 │ interface 4 │ hardware 2 │ packet type 1 │ length 1 │ address 8 │

import type { Packet } from "../packet.js";
import { etherTypeAt, HeaderType } from "./header-type.js";
import { radiotap } from "./radiotap.js";

const cookedBytes = 16;
const cooked2Bytes = 20;
/** Hardware whose protocol field holds no EtherType: netlink, and radios, where radiotap follows whatever it says. */
const netlink = 824;
const radio = 803;
/** Linux' number for an 802.2 frame where an EtherType would stand. */
const linuxLlc = 4;

/** Takes off the header of the first version. */
export function linuxCooked(packet: Packet): number {
  const at = packet.network;
  packet.network += cookedBytes;
  return protocolOf(packet, at + 14, at + 2);
}

/** Takes off the header of the second version. */
export function linuxCooked2(packet: Packet): number {
  const at = packet.network;
  packet.network += cooked2Bytes;
  return protocolOf(packet, at, at + 8);
}

function protocolOf(packet: Packet, protocolAt: number, hardwareAt: number): number {
  const { view, network, networkEnd } = packet;
  if (network > networkEnd) return HeaderType.NONE;
  const hardware = view.getUint16(hardwareAt);
  if (hardware === netlink) return HeaderType.NONE;
  if (hardware === radio) return radiotap(packet);
  if (view.getUint16(protocolAt) === linuxLlc) return HeaderType.LLC;
  return etherTypeAt(view, protocolAt, networkEnd);
}
