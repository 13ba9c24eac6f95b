/**
 * TCP sequence numbers live on a circle of 2^32 (RFC 9293 §3.4). All arithmetic on them in this package is here.
 */

/** The sequence number `octets` further on (or back, when negative), 0..2^32-1. */
export function advance(seq: number, octets: number): number {
  return (seq + octets) >>> 0;
}

/** Signed way from `from` to `to`, -2^31..2^31-1: positive when `to` is later. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}
