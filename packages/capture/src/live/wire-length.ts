// How long a frame that may have been cut was on the wire. With segmentation offload the system shows frames of up to
// 65535 bytes of IP and the link header on top. The addon cuts them at 65535, the kernel at what libpcap has room for,
// and the addon does not say so. The IP header says how long the packet is (RFC 791 §3.1, RFC 8200 §3).
//
//     │ link header │ IP header … total length │        cut off here
//     0             network                             65535 ┆ network + total length
//
// Longer ones ("BIG TCP", gso_max_size in ip-link(8)) do not fit into that field, and Linux leaves it 0. In IPv6 the
// jumbo payload option has the length then (RFC 2675 §2); without it, it is only known to be beyond 65535.

import { LinkType } from "@tsnids/pcap";

const tagBytes = 4;
const ipv6HeaderBytes = 40;

/** The shortest length that does not fit into 16 bits, and the longest that Linux makes (GSO_MAX_SIZE). */
const shortestUnsaid = 65536;
const longestUnsaid = 524280;

/** Next header of IPv6: hop-by-hop options; type and length of the jumbo payload option, the first where Linux adds it. */
const hopByHop = 0;
const jumboOption = 0xc204;

/** EtherTypes of VLAN tags (IEEE 802.1Q, 802.1ad), before which the real one is. */
const tags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);

/** EtherTypes of IPv4 and IPv6. */
const ip: ReadonlySet<number> = new Set([0x0800, 0x86dd]);

/** Where the two bytes lie that say what follows the link header; undefined where the header does not say. */
const typeField: ReadonlyMap<number, number> = new Map([
  [LinkType.ETHERNET, 12],
  [LinkType.LINUX_SLL, 14],
]);

/** Bytes of link headers without such a field. */
const plainHeader: ReadonlyMap<number, number> = new Map([
  [LinkType.RAW, 0],
  [LinkType.NULL, 4],
]);

/** Bytes `frame` had on the wire, or had at least; its length where that cannot be told. */
export function wireLength(frame: Uint8Array, linkType: number): number {
  const network = networkHeader(frame, linkType);
  if (network === undefined || network + ipv6HeaderBytes > frame.length) return frame.length;
  switch (frame[network]! >>> 4) {
    case 4:
      return Math.max(frame.length, network + (number16(frame, network + 2) || shortestUnsaid));
    case 6: {
      const payload = network + ipv6HeaderBytes;
      return Math.max(frame.length, payload + (number16(frame, network + 4) || unsaidLength(frame, network, payload)));
    }
    default:
      return frame.length;
  }
}

/** Bytes of an IPv6 payload whose header gives them as 0. A length that no system makes is not believed. */
function unsaidLength(frame: Uint8Array, network: number, payload: number): number {
  if (frame[network + 6] !== hopByHop || number16(frame, payload + 2) !== jumboOption) return shortestUnsaid;
  const said = number16(frame, payload + 4) * 0x10000 + number16(frame, payload + 6);
  return said > longestUnsaid ? 0 : said;
}

/** Where the IP header is; undefined where there is none. */
function networkHeader(frame: Uint8Array, linkType: number): number | undefined {
  let type = typeField.get(linkType);
  if (type === undefined) return plainHeader.get(linkType);
  while (type + tagBytes < frame.length && tags.has(number16(frame, type))) type += tagBytes;
  return ip.has(number16(frame, type)) ? type + 2 : undefined;
}

function number16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
