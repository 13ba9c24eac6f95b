// What kind of header comes next: EtherTypes (IEEE registry), and below 0x600, where Ethernet has lengths instead, a few
// numbers of our own for headers that have none.

import type { Packet } from "../packet.js";
import type { EncapsulationPath } from "./encapsulation.js";

/** EtherTypes, and what else can follow a header. */
export const HeaderType = {
  /** Nothing that could lead to an IP packet. */
  NONE: 0,
  /** IPv4 or IPv6, as the version says. */
  BARE_IP: 1,
  /** An Ethernet frame (EtherType 0x6558 where a tunnel says so). */
  ETHERNET: 3,
  /** IEEE 802.2. */
  LLC: 4,
  IPV4: 0x0800,
  BRIDGED_ETHERNET: 0x6558,
  VLAN: 0x8100,
  IPV6: 0x86dd,
  PPP: 0x880b,
  MPLS: 0x8847,
  MPLS_UPSTREAM: 0x8848,
  PPPOE_SESSION: 0x8864,
  SERVICE_VLAN: 0x88a8,
  BACKBONE: 0x88e7,
  VN_TAG: 0x8926,
  E_TAG: 0x893f,
  NSH: 0x894f,
  OLD_SERVICE_VLAN: 0x9100,
  OTHER_SERVICE_VLAN: 0x9200,
} as const;

/** Below it Ethernet has lengths (IEEE 802.3 §3.2.6). */
export const lowestEtherType = 0x600;

const known: ReadonlySet<number> = new Set(Object.values(HeaderType));

/** True for an EtherType that is in the table above: others lead to no IP packet. */
export function isKnownType(type: number): boolean {
  return type >= lowestEtherType && known.has(type);
}

/** The EtherType at `at`, or NONE: the field is cut off, or holds something else. */
export function etherTypeAt(view: DataView, at: number, end: number): number {
  if (at + 2 > end) return HeaderType.NONE;
  const type = view.getUint16(at);
  return type >= lowestEtherType ? type : HeaderType.NONE;
}

/** The same where a smaller number is the length of an LLC frame (IEEE 802.3 §3.2.6). */
export function typeOrLengthAt({ view, networkEnd }: Packet, at: number, path: EncapsulationPath): number {
  if (at + 2 > networkEnd) return HeaderType.NONE;
  const type = view.getUint16(at);
  if (type >= lowestEtherType) return type;
  path.notes?.length(at, at + 2);
  return HeaderType.LLC;
}
