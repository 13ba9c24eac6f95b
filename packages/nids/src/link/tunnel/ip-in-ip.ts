// IP in IP: IPv4 in IPv4 (RFC 2003), IPv6 in IPv4 (RFC 4213 §3), either in IPv6 (RFC 2473). No header of its own.

import type { Packet } from "../../packet.js";
import { bareIp } from "../bare-ip.js";
import { noIdentifier, numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const IPV4_INSIDE = 4;
const ipv4Inside = { inIpv4: numberOf("4in4"), inIpv6: numberOf("4in6") };
const ipv6Inside = { inIpv4: numberOf("6in4"), inIpv6: numberOf("6in6") };

/** Nothing to take off; the packet must be of the version that the protocol number says. */
export function ipInIp(packet: Packet, path: EncapsulationPath): number {
  const announced = packet.protocol === IPV4_INSIDE ? HeaderType.IPV4 : HeaderType.IPV6;
  if (bareIp(packet) !== announced) return HeaderType.NONE;
  const kinds = announced === HeaderType.IPV4 ? ipv4Inside : ipv6Inside;
  const kind = packet.family === 4 ? kinds.inIpv4 : kinds.inIpv6;
  return path.enterTunnel(kind, noIdentifier) ? announced : HeaderType.NONE;
}
