// Packets with an authentication header (RFC 4302 §2) carry a number and a check value, made with a key that only
// their ends have: another packet behind the same header is dropped.

import { AUTHENTICATION, headersBehind } from "../ip/ipv6.js";

/** True where the IP packet at `network` has an authentication header; no header of it lies behind `end`. */
export function isAuthenticated(bytes: Uint8Array, network: number, end: number): boolean {
  if ((bytes[network] as number) >>> 4 === 4) return bytes[network + 9] === AUTHENTICATION;
  for (const { protocol } of headersBehind(bytes, network, end)) {
    if (protocol === AUTHENTICATION) return true;
  }
  return false;
}
