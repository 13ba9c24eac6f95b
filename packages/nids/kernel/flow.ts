// The record of a flow as byte offsets (src/tcp/flow-record.ts), and the flags in it (src/tcp/flow-flags.ts), as far as
// the kernel looks at them. Fields of two have one for each side.

export const flowBytes: u32 = 64;
export const FLOW_FLAGS: usize = 16;
export const NEXT: usize = 20;
export const ACKED: usize = 28;
export const ADVERTISED: usize = 36;
export const LAST_SEEN: usize = 44;
export const COUNT: usize = 48;

/** Of the details. */
export const detailBytes: u32 = 32;
export const ISN: usize = 0;
export const TSVAL: usize = 8;
export const START_SECONDS: usize = 16;
export const START_NANOSECONDS: usize = 20;
/** Two of 16 bits. */
export const SYN_WINDOWS: usize = 28;

export const STATE_MASK: u32 = 0x7;
export const CLIENT_IS_SIDE_1: u32 = 1 << 3;
export const OPENING: u32 = 1;
export const ANSWERED: u32 = 2;
export const ESTABLISHED: u32 = 3;
export const IGNORED: u32 = 6;

export const FIN_0: u32 = 1 << 4;
export const FIN_ACKED_0: u32 = 1 << 6;
export const bothFinsAcked: u32 = FIN_ACKED_0 | (FIN_ACKED_0 << 1);
export const KNOWN_0: u32 = 1 << 10;
export const bothKnown: u32 = KNOWN_0 | (KNOWN_0 << 1);
export const TIMESTAMPS: u32 = 1 << 12;
export const ATTENTION: u32 = 1 << 15;
export const BACKLOG_0: u32 = 1 << 16;
export const anyBacklog: u32 = BACKLOG_0 | (BACKLOG_0 << 1);
export const SCALED: u32 = 1 << 18;
export const scaleShift: u32 = 20;
export const bothScales: u32 = 0xff << scaleShift;
export const SYN_SEEN: u32 = 1 << 28;
export const SYN_ACK_SEEN: u32 = 1 << 29;

/** The side of the client. */
@inline
export function clientSide(flags: u32): u32 {
  return (flags & CLIENT_IS_SIDE_1) >>> 3;
}

/** The window a segment of this side advertises, in bytes. */
@inline
export function scaled(window: u32, flags: u32, from: u32): u32 {
  return window << ((flags >>> (scaleShift + (from << 2))) & 0xf);
}

/** The largest window there can be, 65535 << 14 (RFC 7323 §2.3), rounded up to a power of two. */
const largestWindow: u32 = 1 << 30;

/** True for an acknowledgment of nothing beyond what the other side has sent: `next` is its next number. */
@inline
export function isSent(ack: u32, next: u32): bool {
  return next - ack <= largestWindow;
}

/** True for one that may be beyond, but no further off than a window reaches. */
@inline
export function isCredible(ack: u32, next: u32): bool {
  return next - ack + largestWindow <= 2 * largestWindow;
}

/** Notes how far a side acknowledges. The later of two numbers without a branch: it would be guessed wrong half of the time. */
@inline
export function acknowledge(own: u32, ack: u32): void {
  const acked = load<u32>(own, ACKED);
  store<u32>(own, acked + <u32>max<i32>(<i32>(ack - acked), 0), ACKED);
}
