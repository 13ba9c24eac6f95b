// MPLS label stacks (RFC 3032 §2.1) and what is below them. No field says that: the first four bits do (RFC 4928 §3),
// together with how well the rest fits.
//
//   │ label 20, class 3, bottom 1, TTL 8 bits │ … until bottom │ 4… IPv4  6… IPv6
//                                                              │ 0… control word 4 │ Ethernet     (RFC 4385 §3)
//                                                              │ Ethernet                          without control word

import type { Packet } from "../packet.js";
import { numberOf } from "./encapsulation.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { bareIp } from "./bare-ip.js";
import { HeaderType } from "./header-type.js";
import { ethernetFit, Fit, isIpv4Header, isIpv6Header } from "./plausible.js";

const mplsKind = numberOf("mpls");

const entryBytes = 4;
const controlWordBytes = 4;
/** Labels below this have meanings of their own (RFC 3032 §2.1), they are no paths. */
const firstOrdinaryLabel = 16;
/** The label behind this one only spreads load (RFC 6790 §3). */
const entropyIndicator = 7;

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
  const frame = ethernetFit(packet, network);
  if (bareIp(packet) !== HeaderType.NONE) {
    // A destination address may begin with 4 or 6 as well; but then hardly with the rest of an IP header.
    const isIp = isIpv4Header(packet, network) || (frame !== Fit.SURE && isIpv6Header(packet, network));
    return isIp || frame === Fit.NONE ? HeaderType.BARE_IP : HeaderType.ETHERNET;
  }
  // It may begin with 0, too. The type behind a tag stands where a control word would move the type of a frame without
  // one: where both fit alike, there is no control word.
  if ((bytes[network] as number) >>> 4 === 0 && ethernetFit(packet, network + controlWordBytes) > frame) {
    packet.network += controlWordBytes;
    return HeaderType.ETHERNET;
  }
  return frame === Fit.NONE ? HeaderType.NONE : HeaderType.ETHERNET;
}
