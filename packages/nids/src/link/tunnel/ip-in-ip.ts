// IP in IP: IPv4 in IPv4 (RFC 2003), IPv6 in IPv4 (RFC 4213 §3), either in IPv6 (RFC 2473). No header of its own.

import type { Packet } from "../../packet.js";
import { bareIp } from "../bare-ip.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const IPV4_INSIDE = 4;

/** Nothing to take off; the packet must be of the version that the protocol number says. */
export function ipInIp(packet: Packet, path: EncapsulationPath): number {
  const announced = packet.protocol === IPV4_INSIDE ? HeaderType.IPV4 : HeaderType.IPV6;
  if (bareIp(packet) !== announced) return HeaderType.NONE;
  const outer = packet.family === 4 ? "4" : "6";
  const kind = announced === HeaderType.IPV4 ? (`4in${outer}` as const) : (`6in${outer}` as const);
  return path.enterTunnel(kind, undefined) ? announced : HeaderType.NONE;
}
