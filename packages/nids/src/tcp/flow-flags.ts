// What the flags of a flow mean, and the few questions everybody asks about them (RFC 9293 §3.3.2, seen from outside).
//
// A monitor cannot know the state of either host, only what has passed. So a connection moves through six states:
//
//   SYN ──► OPENING ──SYN,ACK──► ANSWERED ──ACK──► ESTABLISHED ──both FINs acknowledged, RST──► ENDED ──► (removed)
//   anything else ──► GLIMPSED ──first data──► ESTABLISHED (mid-stream)
//                                              ESTABLISHED ──no listener left──► IGNORED
//
// ENDED connections stay for a while to absorb what still comes, so that late copies do not look like a new connection.
// So do IGNORED ones, in which nobody is interested (any more), as long as they are active.

import type { StreamOrigin } from "../callbacks/reasons.js";

export const ConnectionState = { OPENING: 1, ANSWERED: 2, ESTABLISHED: 3, ENDED: 4, GLIMPSED: 5, IGNORED: 6 } as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];

/** Bits of the FLAGS field. Those named `…_0` belong to side 0; shifted left by one they belong to side 1. */
export const STATE_MASK = 0x7;
export const CLIENT_IS_SIDE_1: number = 1 << 3;
/** The FIN of this side was reached in order; NEXT counts it, unless FINs take no sequence number (`finTakesSequence`). */
export const FIN_0: number = 1 << 4;
const anyFin: number = FIN_0 | (FIN_0 << 1);
/** The other side acknowledged it. */
export const FIN_ACKED_0: number = 1 << 6;
/** Somebody collects what this side sends; somebody wants its urgent bytes. */
export const COLLECTED_0: number = 1 << 8;
export const URGENT_COLLECTED_0: number = 1 << 30;
/** NEXT of this side is known. */
export const KNOWN_0: number = 1 << 10;
/** Both sides offered timestamps (RFC 7323 §3.2). */
export const TIMESTAMPS: number = 1 << 12;
/** The connection was running before the first packet seen. */
export const MIDSTREAM: number = 1 << 13;
/** The window scale is not known: any window may be meant. */
export const SCALE_UNKNOWN: number = 1 << 14;
/** Something is unusual, but for backlogs: packets take the long way. Kept by `refreshAttention`. */
export const ATTENTION: number = 1 << 15;
/** This side has a backlog; either has. */
export const BACKLOG_0: number = 1 << 16;
export const anyBacklog: number = BACKLOG_0 | (BACKLOG_0 << 1);
/**
 * The client (in OPENING), then both sides offered a window scale (RFC 7323 §2.2). The shifts are 4 bits for each side,
 * 0 where unscaled.
 */
export const SCALED: number = 1 << 18;
export const SCALE_SHIFT_0 = 20;
/** A SYN of this connection was signed (RFC 2385). */
export const SIGNED: number = 1 << 19;
/** The SYN of this connection was seen, and its answer. */
export const SYN_SEEN: number = 1 << 28;
export const SYN_ACK_SEEN: number = 1 << 29;
const bothKnown = KNOWN_0 | (KNOWN_0 << 1);

/** The state in a flow's flags. */
export function stateOf(flags: number): ConnectionState {
  return (flags & STATE_MASK) as ConnectionState;
}

/** The flags in another state. */
export function withState(flags: number, state: ConnectionState): number {
  return (flags & ~STATE_MASK) | state;
}

/** The side of the client: 0 or 1. */
export function clientSide(flags: number): number {
  return (flags & CLIENT_IS_SIDE_1) >>> 3;
}

/** The flags with ATTENTION set exactly when a packet needs more than the short way. */
export function refreshAttention(flags: number): number {
  const short = (flags & anyFin) === 0 && (flags & bothKnown) === bothKnown;
  return (flags & ~ATTENTION) | (short ? 0 : ATTENTION);
}

/** The shift by which the windows of a side are scaled (RFC 7323 §2.3). */
export function scaleOf(flags: number, side: number): number {
  return (flags >>> (SCALE_SHIFT_0 + side * 4)) & 0xf;
}

/** How the connection began, as far as it was seen. */
export function originOf(flags: number): StreamOrigin {
  if ((flags & MIDSTREAM) === 0) return "handshake";
  if ((flags & SYN_ACK_SEEN) !== 0) return "syn-ack";
  return (flags & SYN_SEEN) !== 0 ? "syn" : "first-packet";
}
