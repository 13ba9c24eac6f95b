// How long a frame that fills the whole buffer of the addon was on the wire. With segmentation offload the system shows
// frames of up to 65535 bytes of IP and the link header on top; the addon cuts them at 65535 and does not say so. The
// IP header says how long the packet is (RFC 791 §3.1, RFC 8200 §3).
//
//     │ link header │ IP header … total length │        cut off here
//     0             network                             65535 ┆ network + total length

import { LinkType } from "@tsnids/pcap";

const tagBytes = 4;
const ipv6HeaderBytes = 40;

/** EtherTypes of VLAN tags (IEEE 802.1Q, 802.1ad), before which the real one is. */
const tags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);

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

/** Bytes `frame` had on the wire; its length where that cannot be told. */
export function wireLength(frame: Uint8Array, linkType: number): number {
  const network = networkHeader(frame, linkType);
  if (network === undefined || network + ipv6HeaderBytes > frame.length) return frame.length;
  const version = frame[network]! >>> 4;
  const said = version === 4 ? number16(frame, network + 2) : ipv6HeaderBytes + number16(frame, network + 4);
  return version === 4 || version === 6 ? Math.max(frame.length, network + said) : frame.length;
}

function networkHeader(frame: Uint8Array, linkType: number): number | undefined {
  let type = typeField.get(linkType);
  if (type === undefined) return plainHeader.get(linkType);
  while (type + tagBytes < frame.length && tags.has(number16(frame, type))) type += tagBytes;
  return type + 2;
}

function number16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
