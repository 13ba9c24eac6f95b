// "protochain": looks for a protocol behind the extension headers of IPv6 (RFC 8200 §4) and behind authentication headers
// (RFC 4302). undefined is a frame that ends before it is clear.
//
// libpcap takes the length of an authentication header for the place of the header behind it, and can loop without end;
// here the length is added. Every header has eight bytes at least, so the end of the frame bounds the search.

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const NO_NEXT_HEADER = 59;
const DESTINATION = 60;

const isExtension: ReadonlySet<number> = new Set([HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION]);
const none: ReadonlySet<number> = new Set();

/** Whether the IPv4 header at `ip` of the frame, or an authentication header behind it, is followed by `protocol`. */
export function hasProtocolInChain4(
  bytes: Uint8Array,
  offset: number,
  length: number,
  ip: number,
  protocol: number,
): boolean | undefined {
  if (ip + 10 > length) return undefined;
  const header = (bytes[offset + ip]! & 15) * 4;
  return inChain(bytes, offset, length, ip + header, bytes[offset + ip + 9]!, protocol, none);
}

/** Whether the IPv6 header at `ip` of the frame, or one of the headers behind it, is followed by `protocol`. */
export function hasProtocolInChain6(
  bytes: Uint8Array,
  offset: number,
  length: number,
  ip: number,
  protocol: number,
): boolean | undefined {
  if (ip + 7 > length) return undefined;
  return inChain(bytes, offset, length, ip + 40, bytes[offset + ip + 6]!, protocol, isExtension);
}

/** `next` is the protocol of the header at `at`. */
function inChain(
  bytes: Uint8Array,
  offset: number,
  length: number,
  at: number,
  next: number,
  protocol: number,
  extensions: ReadonlySet<number>,
): boolean | undefined {
  for (;;) {
    if (next === protocol) return true;
    if (next === NO_NEXT_HEADER || (next !== AUTHENTICATION && !extensions.has(next))) return false;
    if (at + 2 > length) return undefined;
    const units = bytes[offset + at + 1]!;
    const isAuthentication = next === AUTHENTICATION;
    next = bytes[offset + at]!;
    at += isAuthentication ? (units + 2) * 4 : (units + 1) * 8;
  }
}
