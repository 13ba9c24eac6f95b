// IEEE 802.2 LLC and SNAP (RFC 1042), as 802.3, 802.11, FDDI and Token Ring carry IP:
//
//   │ DSAP aa │ SSAP aa │ control 03 │ organisation 3 │ EtherType 2 │
//   │ DSAP 06 │ SSAP 06 │ control 03 │ IPv4 …

import type { Packet } from "../packet.js";
import { etherTypeAt, HeaderType } from "./header-type.js";

const llcBytes = 3;
const snapBytes = 8;
/** Unnumbered information, after the service access points of SNAP and of IP. */
export const llcOfSnap = 0xaaaa03;
export const llcOfIp = 0x060603;
/** Organisations whose protocol numbers are EtherTypes: RFC 1042, and 802.1H bridge tunnels. */
const etherTypeOrganisations: readonly number[] = [0x000000, 0x0000f8];

/** Takes off an LLC header, and SNAP behind it. */
export function llc(packet: Packet): number {
  const { view, network, networkEnd } = packet;
  if (network + llcBytes + 1 > networkEnd) return HeaderType.NONE;
  const header = view.getUint32(network) >>> 8;
  if (header === llcOfIp) {
    packet.network += llcBytes;
    return HeaderType.BARE_IP;
  }
  if (header !== llcOfSnap || network + snapBytes > networkEnd) return HeaderType.NONE;
  if (!etherTypeOrganisations.includes(view.getUint32(network + 2) & 0xffffff)) return HeaderType.NONE;
  packet.network += snapBytes;
  return etherTypeAt(view, network + 6, networkEnd);
}
