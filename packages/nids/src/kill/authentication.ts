// Packets with an authentication header (RFC 4302 §2) carry a number and a check value, made with a key that only
// their ends have: another packet behind the same header is dropped.

import { AUTHENTICATION, extensionBytes, FRAGMENT } from "../ip/ipv6.js";
import { ipv6HeaderBytes } from "../ip/protocol.js";

const fragmentHeaderBytes = 8;
/** More extension headers are not gone past: the engine has refused a packet with more. */
const maxExtensionHeaders = 8;

/** True where the IP packet at `network` has an authentication header; no header of it lies behind `end`. */
export function isAuthenticated(bytes: Uint8Array, network: number, end: number): boolean {
  if ((bytes[network] as number) >>> 4 === 4) return bytes[network + 9] === AUTHENTICATION;
  let protocol = bytes[network + 6] as number;
  let at = network + ipv6HeaderBytes;
  for (let headers = 0; headers <= maxExtensionHeaders && protocol !== AUTHENTICATION; headers++) {
    const length = protocol === FRAGMENT ? fragmentHeaderBytes : extensionBytes(protocol, bytes, at, end);
    if (length === 0 || at + length > end) return false;
    protocol = bytes[at] as number;
    at += length;
  }
  return protocol === AUTHENTICATION;
}
