/**
 * The Internet checksum, in its plainest form (RFC 1071 §1): the ones' complement of the ones' complement sum of all
 * 16-bit words, the last odd byte padded with zero on its right. It is slow on purpose: the engine's kernels are tested
 * against it.
 *
 * TCP, UDP and ICMPv6 sum a pseudo-header in front (RFC 9293 §3.1, RFC 768, RFC 8200 §8.1):
 *
 *     IPv4   source(4) destination(4) zero(1) protocol(1) length(2)            12 bytes
 *     IPv6   source(16) destination(16) length(4) zero(3) next header(1)       40 bytes
 */
import { concat, fit, viewOf } from "./octets.js";
import { TestkitError } from "./errors.js";

/** What goes into a checksum field: the right value, a wrong one, or a number of the test's choice. */
export type ChecksumChoice = "good" | "bad" | number;

/** Source and destination of the packet around a segment: 4 or 16 bytes each. */
export interface AddressPair {
  /** Address of the sender. */
  readonly source: Uint8Array;
  /** Address of the receiver. */
  readonly destination: Uint8Array;
}

/** RFC 1071 checksum of the bytes, 0..0xffff. Over data that holds its own right checksum it is 0. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  bytes.forEach((byte, index) => {
    sum += index % 2 === 0 ? byte << 8 : byte;
    sum = (sum & 0xffff) + (sum >>> 16);
  });
  return ~sum & 0xffff;
}

/**
 * The pseudo-header that TCP, UDP and ICMPv6 checksums cover; `length` is that of the segment with its header.
 * Throws TestkitError `mixed-families` when the addresses are not of one family.
 */
export function pseudoHeader(addresses: AddressPair, protocol: number, length: number): Uint8Array {
  const { source, destination } = addresses;
  if (source.length !== destination.length) {
    throw new TestkitError("mixed-families", "addresses: source and destination must be of the same family");
  }
  const tail = new Uint8Array(source.length === 4 ? 4 : 8);
  const view = viewOf(tail);
  if (source.length === 4) {
    view.setUint8(1, protocol);
    view.setUint16(2, fit("segment length", length, 16));
  } else {
    view.setUint32(0, length);
    view.setUint8(7, protocol);
  }
  return concat(source, destination, tail);
}

/** Checksum of a TCP, UDP or ICMPv6 segment whose checksum field holds 0. */
export function segmentChecksum(addresses: AddressPair, protocol: number, segment: Uint8Array): number {
  return internetChecksum(concat(pseudoHeader(addresses, protocol, segment.length), segment));
}

/**
 * The value for a checksum field. A bad one is never 0 (which UDP reads as "no checksum") nor 0xffff (the other
 * spelling of 0), so that it is wrong for every protocol.
 */
export function chosenChecksum(choice: ChecksumChoice | undefined, good: number): number {
  if (typeof choice === "number") return fit("checksum", choice, 16);
  if (choice === "bad") return good === 0x1bad ? 0x2bad : 0x1bad;
  return good;
}
