// The entry of a frame in the window the express lane looks ahead at, as byte offsets; express-window.ts has the same. A
// cache line each.

export const entryBytes: u32 = 64;
export const FRAME: usize = 0;
export const CAPTURED: usize = 4;
export const FOUND: usize = 8;
export const SEQUENCE: usize = 12;
export const ACKNOWLEDGMENT: usize = 16;
/** Two of 16 bits: the window; the TCP header's length in words (4 bits), reserved bits, flags. */
export const WINDOW: usize = 20;
export const FLAGS: usize = 22;
export const PAYLOAD: usize = 24;
export const LENGTH: usize = 28;
/** The kernel's own notes: the first 16 bytes of the flow's record, as they should be, and the side that sent the frame. */
export const KEY: usize = 32;
/** In the key: the ports, that of side 0 in the upper half. */
export const PORTS: usize = 40;
export const SIDE: usize = 48;
/** The bucket of the index that may be its flow's, and the slot in it. */
export const BUCKET: usize = 52;
export const SLOT: usize = 56;
/** When the frame was captured, behind its second. */
export const NANOSECONDS: usize = 60;

/**
 * What is counted behind the window: segments of connections nobody listens to, those that wait, those that bring
 * nothing new; sources no longer watched for scans; fragments, and the plain segments put together from them.
 */
export const UNFOLLOWED: usize = 0;
export const OUT_OF_ORDER: usize = 4;
export const DUPLICATES: usize = 8;
export const FORGOTTEN: usize = 12;
export const FRAGMENTS: usize = 16;
export const SEGMENTS: usize = 20;

let tally: u32 = 0;

/** Sets the address of the counters. */
export function useTally(at: u32): void {
  tally = at;
}

/** Counts one more. */
@inline
export function count(which: usize): void {
  const at = tally + <u32>which;
  store<u32>(at, load<u32>(at) + 1);
}

/** Headers of a plain frame: Ethernet, IPv4 without options, and the least of TCP. */
export const ethernetBytes: u32 = 14;
/** EtherType 0x0800 and version 4 with a header of five words, as a little-endian machine reads them; any type of service. */
export const plainIpv4: u32 = 0x00450008;
export const ipv4Bytes: u32 = 20;
const tcpHeaderBytes: u32 = 20;

/** Where the options of a plain frame's TCP header are, if there are any. */
@inline
export function optionsOf(entry: u32): u32 {
  return load<u32>(entry, FRAME) + ethernetBytes + ipv4Bytes + tcpHeaderBytes;
}
