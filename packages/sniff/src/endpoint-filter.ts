// The filter of a Sniffer: what one endpoint sends and receives, and in addition packets needed for its streams.
//
// Only the first fragment of a datagram has the port, and pcap-filter finds none behind a fragment header of IPv6. So
// where a port is given, later TCP fragments of any port pass as well: the engine puts together those whose first
// fragment it has seen, and forgets the others.

import type { Packet } from "./packet.js";
import { Ipv4, Ipv6Extension } from "./protocol/ip.js";

/** An endpoint; either part may be left out. */
export interface EndpointOptions {
  /** IPv4 or IPv6 address. Default: any. */
  readonly address?: string | undefined;
  /**
   * TCP or UDP port, 0 to 65535. Default: any. Segments in fragments are put together for `receiveStream`; `receiveRaw`
   * gives the first fragment, which has the port; `dump` gets later fragments with TCP of any port.
   */
  readonly port?: number | undefined;
}

/**
 * `(src host A and src port P) or (dst host A and dst port P)`, with fragments, and without what was not given;
 * undefined where nothing was.
 */
export function endpointFilter({ address, port }: EndpointOptions): string | undefined {
  const end = (direction: "src" | "dst"): string =>
    [
      ...(address === undefined ? [] : [`${direction} host ${address}`]),
      ...(port === undefined ? [] : [`(${direction} port ${port} or (${tcpFragment(direction, port)}))`]),
    ].join(" and ");
  return address === undefined && port === undefined ? undefined : `(${end("src")}) or (${end("dst")})`;
}

/** Later TCP fragments, and over IPv6 the first one with this port, if its fragment header comes first. */
function tcpFragment(direction: "src" | "dst", port: number): string {
  const portPlace = direction === "src" ? 48 : 50; // behind headers of 40 and 8 bytes
  const ofIpv4 = "ip[6:2] & 0x1fff != 0";
  const ofIpv6 = `ip6[6] = 44 and (ip6[42:2] & 0xfff8 != 0 or ip6[${portPlace}:2] = ${port})`;
  return `tcp and (${ofIpv4} or (${ofIpv6}))`;
}

/** Whether a packet is a fragment behind the first, in which no port can be found. */
export function isLaterFragment({ layers }: Packet): boolean {
  return layers.some(
    (layer) => (layer instanceof Ipv4 || layer instanceof Ipv6Extension) && layer.fragmentOffset !== 0,
  );
}
