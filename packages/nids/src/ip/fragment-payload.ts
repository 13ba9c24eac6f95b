// The payload of the fragment the cursor is at: where in its datagram it ends, and whether its length is one that a
// fragment can have. Bytes that the snap length cut off count: the receiver has them.

import type { Packet } from "../packet.js";
import { ipv6HeaderBytes } from "./protocol.js";

/** The unit of fragment offsets, and of the lengths of all fragments but the last (RFC 791 §3.2). */
const unit = 8;

/** Bytes of the longest packet of a family: IPv6 does not count its header in the length field. */
export function maxPacketBytes(family: number): number {
  return family === 4 ? 65535 : 65535 + ipv6HeaderBytes;
}

/** Where in the datagram the fragment ends. */
export function endOfFragment({ fragmentOffset, transport, end, cut }: Packet): number {
  return fragmentOffset + end - transport + cut;
}

/** True for a fragment without payload. */
export function isEmpty(packet: Packet): boolean {
  return endOfFragment(packet) === packet.fragmentOffset;
}

/** How many bytes a fragment before the last has beyond whole units. */
export function unalignedBytes(packet: Packet): number {
  return packet.moreFragments ? endOfFragment(packet) % unit : 0;
}

/** So many bytes at the end of the fragment do not count. */
export function cutOff(packet: Packet, count: number): void {
  const captured = Math.max(0, count - packet.cut);
  packet.cut -= count - captured;
  packet.end -= captured;
}
