// IP in IP: IPv4 in IPv4 (RFC 2003), IPv6 in IPv4 (RFC 4213 §3), either in IPv6 (RFC 2473). No header of its own.
//
// 6to4 (RFC 3056 §2) looks the same. There the IPv4 address of a site is part of its IPv6 ones, which are unique for
// that, and the relay at the other end need not be the one that answers come from (RFC 3068):
//
//   │ IPv4: 192.0.2.77 to any relay │ IPv6: 2002:c000:024d:… to anybody │ …
//   │ IPv4: another relay to 192.0.2.77 │ IPv6: anybody to 2002:c000:024d:… │ …

import { ipv6HeaderBytes } from "../../ip/protocol.js";
import type { Packet } from "../../packet.js";
import { bareIp } from "../bare-ip.js";
import { noIdentifier, numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const IPV4_INSIDE = 4;
const ipv4Inside = { inIpv4: numberOf("4in4"), inIpv6: numberOf("4in6") };
const ipv6Inside = { inIpv4: numberOf("6in4"), inIpv6: numberOf("6in6") };

/** 2002::/16 */
const prefixOf6to4 = 0x2002;

/** Nothing to take off; the packet must be of the version that the protocol number says. */
export function ipInIp(packet: Packet, path: EncapsulationPath): number {
  const announced = packet.protocol === IPV4_INSIDE ? HeaderType.IPV4 : HeaderType.IPV6;
  if (bareIp(packet) !== announced) return HeaderType.NONE;
  const kinds = announced === HeaderType.IPV4 ? ipv4Inside : ipv6Inside;
  if (packet.family === 6) return path.enterTunnel(kinds.inIpv6, noIdentifier) ? announced : HeaderType.NONE;
  const anyRelay = announced === HeaderType.IPV6 && is6to4(packet);
  return path.enterTunnel(kinds.inIpv4, noIdentifier, anyRelay) ? announced : HeaderType.NONE;
}

/** True when an end of the tunnel stands in the address inside, on the same side. */
function is6to4({ view, network, networkEnd, addresses }: Packet): boolean {
  if (network + ipv6HeaderBytes > networkEnd) return false;
  const holds = (inner: number, outer: number): boolean =>
    view.getUint16(inner) === prefixOf6to4 && view.getUint32(inner + 2) === view.getUint32(outer);
  return holds(network + 8, addresses) || holds(network + 24, addresses + 4);
}
