// The hash that spreads flows over engines: symmetric, so that both directions of a flow have the same one, and the
// same in every engine that was given the same seed. VLANs and tunnels are no part of it: what is around a packet need
// not be known to find its share.
//
//   source address, port ──► mixed ──┐
//                                    + ──► mixed ──► share
//   destination address, port ► mixed ┘

import { Ipv6 } from "../ip/ipv6.js";

/**
 * The hash of the flow between two addresses of `length` bytes (4 or 16), which lie one behind the other at
 * `addresses`. `ports` is source << 16 | destination; 0 where there are none.
 */
export function flowHash(view: DataView, addresses: number, length: number, ports: number, seed: number): number {
  const isV4 = length === 4;
  const source = isV4 ? view.getInt32(addresses) : Ipv6.digest(view, addresses, seed);
  const destination = isV4 ? view.getInt32(addresses + 4) : Ipv6.digest(view, addresses + 16, seed);
  const sum = (endpointHash(source, ports >>> 16, seed) + endpointHash(destination, ports & 0xffff, seed)) | 0;
  const hash = Math.imul(sum ^ (sum >>> 16), 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}

/** Which of `of` shares a flow with this hash belongs to; `of` is at most `mostShares`. */
export function shareOfHash(hash: number, of: number): number {
  return ((hash >>> 16) * of) >>> 16;
}

/** Shares there may be: what is left of 32 bits behind a hash of 16. */
export const mostShares = 1024;

function endpointHash(key: number, port: number, seed: number): number {
  let hash = Math.imul(key ^ seed, 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) + port, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
