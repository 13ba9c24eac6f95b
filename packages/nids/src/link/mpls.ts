// MPLS label stacks (RFC 3032 §2.1) and what is below them. No field says that: the first four bits do (RFC 4928 §3),
// together with how well the rest fits.
//
//   │ label 20, class 3, bottom 1, TTL 8 bits │ … until bottom │ 4… IPv4  6… IPv6
//                                                              │ 0… control word 4 │ Ethernet     (RFC 4385 §3)
//                                                              │ Ethernet                          without control word

import { ipv4HeaderBytes, ipv6HeaderBytes } from "../ip/protocol.js";
import type { Packet } from "../packet.js";
import { numberOf } from "./encapsulation.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { bareIp } from "./bare-ip.js";
import { ethernetBytes } from "./ethernet.js";
import { HeaderType } from "./header-type.js";

const mplsKind = numberOf("mpls");

const entryBytes = 4;
const controlWordBytes = 4;
/** Labels below this have meanings of their own (RFC 3032 §2.1), they are no paths. */
const firstOrdinaryLabel = 16;
/** The label behind this one only spreads load (RFC 6790 §3). */
const entropyIndicator = 7;

/** EtherTypes by which an Ethernet frame is known where nothing else says that there is one. */
const plausibleTypes: readonly number[] = [
  ...[HeaderType.IPV4, HeaderType.IPV6, HeaderType.VLAN, HeaderType.SERVICE_VLAN],
  ...[HeaderType.MPLS, HeaderType.PPPOE_SESSION],
  0x0806, // ARP
];

/** Takes off a whole stack of labels, and a control word. */
export function mpls(packet: Packet, path: EncapsulationPath): number {
  const { view, networkEnd } = packet;
  let before = 0;
  for (let bottom = false; !bottom; packet.network += entryBytes) {
    if (packet.network + entryBytes > networkEnd) return HeaderType.NONE;
    const entry = view.getUint32(packet.network);
    const label = entry >>> 12;
    const isPath = label >= firstOrdinaryLabel && before !== entropyIndicator;
    if (isPath && !path.enter(mplsKind, label)) return HeaderType.NONE;
    before = label;
    bottom = (entry & 0x100) !== 0;
  }
  return belowLabels(packet);
}

function belowLabels(packet: Packet): number {
  const { bytes, network, networkEnd } = packet;
  if (network >= networkEnd) return HeaderType.NONE;
  const nibble = (bytes[network] as number) >>> 4;
  if (nibble === 0 && isEthernet(packet, network + controlWordBytes)) {
    packet.network += controlWordBytes;
    return HeaderType.ETHERNET;
  }
  // A destination address may begin with 4 or 6 as well; but then hardly with the rest of an IP header.
  if (bareIp(packet) !== HeaderType.NONE && !(isEthernet(packet, network) && !isIpHeader(packet, nibble))) {
    return HeaderType.BARE_IP;
  }
  return isEthernet(packet, network) ? HeaderType.ETHERNET : HeaderType.NONE;
}

function isEthernet({ view, networkEnd }: Packet, at: number): boolean {
  return at + ethernetBytes <= networkEnd && plausibleTypes.includes(view.getUint16(at + 12));
}

function isIpHeader({ bytes, view, network, networkEnd, missing }: Packet, version: number): boolean {
  const available = networkEnd - network + missing;
  if (network + ipv4HeaderBytes > networkEnd) return false;
  if (version === 4) return ((bytes[network] as number) & 0xf) >= 5 && view.getUint16(network + 2) <= available;
  return view.getUint16(network + 4) + ipv6HeaderBytes <= available;
}
