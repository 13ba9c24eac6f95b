// IP packets of the engine's own: header, payload, checksums (RFC 791 §3.1, RFC 8200 §3, RFC 1071). Identification and
// time to live are those that libnids sends with.

import { portableChecksums } from "../checksum/checksum.js";
import { ipv4HeaderBytes, ipv6HeaderBytes } from "../ip/protocol.js";

const identification = 12345;
const timeToLive = 64;

/**
 * What TCP, UDP and ICMPv6 count in their checksums besides themselves (RFC 9293 §3.1, RFC 8200 §8.1); the sum is the
 * same in either form.
 */
export function pseudoHeader(addresses: Uint8Array, protocol: number, length: number): Uint8Array {
  const pseudo = new Uint8Array(addresses.length + 4);
  pseudo.set(addresses);
  pseudo.set([0, protocol, length >>> 8, length & 0xff], addresses.length);
  return pseudo;
}

const nothing = new Uint8Array(0);

/** Writes at `at` the Internet checksum of start … end - 1, where it lies itself, and of `pseudo`, which has an even length. */
export function writeChecksum(
  bytes: Uint8Array,
  at: number,
  start: number,
  end: number = bytes.length,
  pseudo: Uint8Array = nothing,
): void {
  bytes[at] = bytes[at + 1] = 0;
  const summed = new Uint8Array(pseudo.length + end - start);
  summed.set(pseudo);
  summed.set(bytes.subarray(start, end), pseudo.length);
  const checksum = ~portableChecksums(summed.buffer).sum(0, summed.length);
  bytes[at] = checksum & 0xff; // the sum is one of little-endian words
  bytes[at + 1] = (checksum >>> 8) & 0xff;
}

/** An IP packet, of IPv4 or IPv6 as the addresses are. */
export function ipDatagram(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const isIpv4 = source.length === 4;
  const headerBytes = isIpv4 ? ipv4HeaderBytes : ipv6HeaderBytes;
  const packet = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(packet.buffer);
  packet.set(source, headerBytes - 2 * source.length);
  packet.set(destination, headerBytes - source.length);
  packet.set(payload, headerBytes);
  if (isIpv4) {
    view.setUint16(0, 0x4500);
    view.setUint16(2, packet.length);
    view.setUint16(4, identification);
    view.setUint16(8, (timeToLive << 8) | protocol);
    writeChecksum(packet, 10, 0, headerBytes);
  } else {
    view.setUint8(0, 0x60);
    view.setUint16(4, payload.length);
    view.setUint16(6, (protocol << 8) | timeToLive);
  }
  return packet;
}
