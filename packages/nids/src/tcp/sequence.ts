// Sequence numbers live on a circle of 2^32 (RFC 9293 §3.4). They are kept as signed 32-bit integers, so that the
// difference of two is one subtraction; comparisons hold for distances below 2^31. They are used in tcp/ and kill/; the
// short way in order, the piece store and the kernel write the arithmetic out. Everywhere else the engine uses exact
// positions in the stream.

/** Signed distance from `from` to `to`; positive when `to` is later. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}

/** A sequence number `octets` further on. */
export function advance(sequence: number, octets: number): number {
  return (sequence + octets) | 0;
}

/** The later of two sequence numbers; the first where nobody can tell, half a circle apart. */
export function later(a: number, b: number): number {
  return distance(a, b) > 0 ? b : a;
}
