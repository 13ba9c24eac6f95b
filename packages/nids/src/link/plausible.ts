// Whether an Ethernet frame or an IP packet begins where no field says that one does: below MPLS labels, or behind the
// port of a tunnel, which others may use as well.
//
//   │ destination 6 │ source 6 │ type │ …        POSSIBLE: it may have this type; SURE: what that announces is there, too

import { ipv4HeaderBytes, ipv6HeaderBytes } from "../ip/protocol.js";
import type { Packet } from "../packet.js";
import { HeaderType, lowestEtherType } from "./header-type.js";
import { llcOfIp, llcOfSnap } from "./llc.js";
import { versionTypeAndSessionData } from "./pppoe.js";

/** How well bytes fit what is looked for. */
export const Fit = { NONE: 0, POSSIBLE: 1, SURE: 2 } as const;
export type Fit = (typeof Fit)[keyof typeof Fit];

const typeOffset = 12;
const ARP = 0x0806;
/** Ethernet addresses for IPv4 ones (RFC 826). */
const arpOfEthernet = 0x00010800;

/** Headers with another type behind them, by their own type: how many bytes there are from that to the next one. */
const toNextType: ReadonlyMap<number, number> = new Map<number, number>([
  [HeaderType.VLAN, 4],
  [HeaderType.SERVICE_VLAN, 4],
  [HeaderType.OLD_SERVICE_VLAN, 4],
  [HeaderType.OTHER_SERVICE_VLAN, 4],
  [HeaderType.VN_TAG, 6],
  [HeaderType.E_TAG, 8],
  [HeaderType.BACKBONE, 6 + typeOffset],
]);
/** No frame has more of them, one behind the other. */
const maxTags = 8;

/** How well what begins at `at` fits an Ethernet frame. */
export function ethernetFit(packet: Packet, at: number): Fit {
  const { view, networkEnd } = packet;
  let typeAt = at + typeOffset;
  for (let tags = 0; tags < maxTags && typeAt + 2 <= networkEnd; tags++) {
    const type = view.getUint16(typeAt);
    const step = toNextType.get(type);
    if (step === undefined) {
      const fit = fitBehind(packet, type, typeAt + 2);
      return tags > 0 && fit === Fit.NONE ? Fit.POSSIBLE : fit;
    }
    typeAt += step;
  }
  return typeAt > at + typeOffset ? Fit.POSSIBLE : Fit.NONE;
}

function fitBehind(packet: Packet, type: number, at: number): Fit {
  const { view, networkEnd } = packet;
  const first = at + 4 <= networkEnd ? view.getUint32(at) : 0;
  switch (type) {
    case HeaderType.IPV4:
      return isIpv4Header(packet, at) ? Fit.SURE : Fit.POSSIBLE;
    case HeaderType.IPV6:
      return isIpv6Header(packet, at) ? Fit.SURE : Fit.POSSIBLE;
    case HeaderType.PPPOE_SESSION:
      return first >>> 16 === versionTypeAndSessionData ? Fit.SURE : Fit.POSSIBLE;
    case ARP:
      return first === arpOfEthernet ? Fit.SURE : Fit.POSSIBLE;
    case HeaderType.MPLS:
    case HeaderType.MPLS_UPSTREAM:
    case HeaderType.NSH:
      return Fit.POSSIBLE;
    default:
      return type < lowestEtherType && [llcOfSnap, llcOfIp].includes(first >>> 8) ? Fit.SURE : Fit.NONE;
  }
}

/** True when a whole IPv4 header stands at `at`, with a right checksum, and not too long a packet behind it. */
export function isIpv4Header({ view, networkEnd, missing }: Packet, at: number): boolean {
  if (at + ipv4HeaderBytes > networkEnd) return false;
  const versionAndLength = view.getUint8(at);
  const headerBytes = (versionAndLength & 0xf) * 4;
  if (versionAndLength >>> 4 !== 4 || headerBytes < ipv4HeaderBytes || at + headerBytes > networkEnd) return false;
  const totalLength = view.getUint16(at + 2);
  if (totalLength < headerBytes || totalLength > networkEnd + missing - at) return false;
  let sum = 0;
  for (let word = at; word < at + headerBytes; word += 2) sum += view.getUint16(word);
  return sum % 0xffff === 0; // what all ones are, whatever was carried
}

/** True when an IPv6 header may stand at `at`: there is no checksum, but a packet has a length and a hop left. */
export function isIpv6Header({ view, networkEnd, missing }: Packet, at: number): boolean {
  if (at + ipv6HeaderBytes > networkEnd || view.getUint8(at) >>> 4 !== 6 || view.getUint8(at + 7) === 0) return false;
  const payloadLength = view.getUint16(at + 4);
  return payloadLength > 0 && payloadLength + ipv6HeaderBytes <= networkEnd + missing - at;
}
