// Ethernet II and IEEE 802.1Q/802.1ad tags, to any depth the frame has room for.

import type { Packet } from "../packet.js";
import { ScopeKind } from "./scopes.js";
import type { ScopeTable } from "./scopes.js";

/** EtherTypes (IEEE registry) the engine looks for. */
export const EtherType = {
  IPV4: 0x0800,
  IPV6: 0x86dd,
  VLAN: 0x8100,
  SERVICE_VLAN: 0x88a8,
  OLD_SERVICE_VLAN: 0x9100,
} as const;

const typeOffset = 12;
const tagBytes = 4;

/** Follows the tags of an Ethernet frame. Returns the EtherType inside them, and has set where its packet begins. */
export function ethernet(packet: Packet, scopes: ScopeTable): number {
  return tagged(packet, scopes, packet.frame + typeOffset);
}

/** The same from an EtherType at `at` on, as other link headers carry it too. 0 when the frame is too short. */
export function tagged(packet: Packet, scopes: ScopeTable, at: number): number {
  const { view, frameEnd } = packet;
  if (at + 2 > frameEnd) return 0;
  let type = view.getUint16(at);
  while (type === EtherType.VLAN || type === EtherType.SERVICE_VLAN || type === EtherType.OLD_SERVICE_VLAN) {
    if (at + 2 + tagBytes > frameEnd) return 0;
    const vlan = view.getUint16(at + 2) & 0xfff;
    // 0 is no VLAN: such a tag only carries a priority (IEEE 802.1Q §9.6).
    if (vlan !== 0) packet.scope = scopes.enter(packet.scope, ScopeKind.VLAN, vlan);
    at += tagBytes;
    type = view.getUint16(at);
  }
  packet.network = at + 2;
  return type;
}
