// The Internet checksum (RFC 1071) over bytes that already lie in the engine's memory, 64 bytes a round.
// AssemblyScript, compiled by build.js; src/checksum/checksum.ts is its TypeScript twin and gives the same answers.
//
// The sum of 16-bit words is the same whatever the byte order, apart from one swap at the end (RFC 1071 §2(B)). Words
// are therefore added as the machine reads them, little-endian, and a whole packet is right when the sum is 0xffff:
// that value does not change when its bytes are swapped.
//
// Each 32-bit lane collects low and high halves apart (at most 2^14 additions of 16 bits for 256 KiB: no overflow). The
// last, incomplete 64 bytes are loaded whole and masked, so up to 64 bytes behind the range are read and not counted: a loop
// over them would end where the processor does not expect it, packet for packet, and that costs more than the work.

const LOW_HALVES = i32x4.splat(0xffff);
const BYTE_INDEX = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

@inline
function halves(words: v128): v128 {
  return i32x4.add(v128.and(words, LOW_HALVES), i32x4.shr_u(words, 16));
}

@inline
function fold(sum: u64): u32 {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
  let folded = <u32>sum;
  folded = (folded & 0xffff) + (folded >> 16);
  return (folded & 0xffff) + (folded >> 16);
}

/** The halves of the 16 bytes at `at + skipped`, as far as they lie within `length` (less than 64). */
@inline
function counted(at: u32, length: u32, skipped: u32): v128 {
  const within = i8x16.lt_s(BYTE_INDEX, i8x16.splat(<i8>(length - skipped)));
  return halves(v128.and(v128.load(at + skipped), within));
}

@inline
function add(at: u32, length: u32): u64 {
  let first = i32x4.splat(0);
  let second = i32x4.splat(0);
  while (length >= 64) {
    first = i32x4.add(first, i32x4.add(halves(v128.load(at)), halves(v128.load(at, 16))));
    second = i32x4.add(second, i32x4.add(halves(v128.load(at, 32)), halves(v128.load(at, 48))));
    at += 64;
    length -= 64;
  }
  first = i32x4.add(first, i32x4.add(counted(at, length, 0), counted(at, length, 16)));
  second = i32x4.add(second, i32x4.add(counted(at, length, 32), counted(at, length, 48)));
  first = i32x4.add(first, second);
  const low = i64x2.extract_lane(first, 0);
  const high = i64x2.extract_lane(first, 1);
  return <u64>(<u32>low) + <u64>(low >>> 32) + <u64>(<u32>high) + <u64>(high >>> 32);
}

@inline
function swapped(value: u32): u32 {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
}

/** The folded sum of a range, as little-endian words. */
export function sum(at: u32, length: u32): u32 {
  return fold(add(at, length));
}

/** IPv4 packet with TCP or UDP inside: bit 0 says the header is right (RFC 791 §3.1), bit 1 the payload with its pseudo-header (RFC 9293 §3.1). */
export function ipv4(header: u32, headerLength: u32, totalLength: u32): u32 {
  return ipv4Rightness(header, headerLength, totalLength);
}

/** The same, for the kernel itself. */
@inline
export function ipv4Rightness(header: u32, headerLength: u32, totalLength: u32): u32 {
  const addresses: u64 = <u64>load<u32>(header, 12) + <u64>load<u32>(header, 16);
  let words: u64 = <u64>load<u32>(header) + <u64>load<u32>(header, 4) + <u64>load<u32>(header, 8) + addresses;
  for (let at: u32 = 20; at < headerLength; at += 4) words += load<u32>(header + at);
  const length = totalLength - headerLength;
  const pseudo = addresses + swapped(<u32>load<u8>(header, 9)) + swapped(length);
  const payload = add(header + headerLength, length) + pseudo;
  return <u32>(fold(words) == 0xffff) | (<u32>(fold(payload) == 0xffff) << 1);
}

/** A TCP segment, UDP datagram or ICMPv6 message with its pseudo-header: 1 when right (RFC 9293 §3.1, RFC 8200 §8.1). */
export function transport(addresses: u32, addressesLength: u32, protocol: u32, at: u32, length: u32): u32 {
  const pseudo = add(addresses, addressesLength) + swapped(protocol) + swapped(length) + swapped(length >> 16);
  return <u32>(fold(add(at, length) + pseudo) == 0xffff);
}
