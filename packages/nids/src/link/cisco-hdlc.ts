// LINKTYPE_C_HDLC: Cisco's HDLC, as RFC 1547 §4.3.1 describes it.
//
//   │ address 0f or 8f │ control 00 │ EtherType 2 │

import type { Packet } from "../packet.js";
import { etherTypeAt } from "./header-type.js";

export const ciscoUnicast = 0x0f;
export const ciscoMulticast = 0x8f;

/** Takes off a Cisco HDLC header. */
export function ciscoHdlc(packet: Packet): number {
  const type = etherTypeAt(packet.view, packet.network + 2, packet.networkEnd);
  packet.network += 4;
  return type;
}

/** LINKTYPE_C_HDLC_WITH_DIR: a byte before it says who sent it. */
export function ciscoHdlcWithDirection(packet: Packet): number {
  packet.network += 1;
  return ciscoHdlc(packet);
}
