/**
 * TCP options as bytes: kind, length, value (RFC 9293 §3.2, RFC 7323 §2 and §3, RFC 2018 §2 and §3). A segment takes a
 * list of them and pads the end of the header with End-of-Option-List zeros.
 */
import { concat, fit, octets, viewOf } from "./octets.js";

/** One TCP option, ready for the header. */
export type TcpOption = Uint8Array;

function option(kind: number, value: Uint8Array): TcpOption {
  return concat(octets([kind, value.length + 2]), value);
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  values.forEach((value, index) => viewOf(bytes).setUint32(index * 4, fit("TCP option value", value, 32)));
  return bytes;
}

/** No-Operation, kind 1. */
export function noOperation(): TcpOption {
  return octets([1]);
}

/** Maximum Segment Size, kind 2, in bytes. */
export function maximumSegmentSize(bytes: number): TcpOption {
  fit("mss", bytes, 16);
  return option(2, octets([bytes >>> 8, bytes & 0xff]));
}

/** Window Scale, kind 3: the window is shifted left by so many bits (RFC 7323 §2.2). */
export function windowScale(shift: number): TcpOption {
  return option(3, octets([fit("wscale", shift, 8)]));
}

/** SACK-Permitted, kind 4 (RFC 2018 §2). */
export function sackPermitted(): TcpOption {
  return option(4, new Uint8Array(0));
}

/** SACK, kind 5: [left edge, right edge) pairs of sequence numbers (RFC 2018 §3). */
export function selectiveAck(blocks: readonly (readonly [left: number, right: number])[]): TcpOption {
  return option(5, words(...blocks.flat()));
}

/** Timestamps, kind 8: TSval and TSecr (RFC 7323 §3.2). */
export function timestamps(value: number, echoReply: number): TcpOption {
  return option(8, words(value, echoReply));
}
