// The Internet checksum (RFC 1071) over bytes that already lie in the engine's memory, 64 bytes a round.
// AssemblyScript, compiled by build.js; src/checksum/checksum.ts is its TypeScript twin and gives the same answers.
//
// The sum of 16-bit words is the same whatever the byte order, apart from one swap at the end (RFC 1071 §2(B)). Words
// are therefore added as the machine reads them, little-endian, and a whole packet is right when the sum is a multiple of
// 0xffff: that stays so when bytes are swapped.
//
// A lane of 32 bits holds two words, h and l. Two sums are kept of it, one of the lanes as they are and one of h alone:
//
//   │ h │ l │ + │ h │ l │ + …  = 65536 Σh + Σl   (mod 2^32)
//     h     +   h       + …    = Σh              Σl is what is left of the first when 65536 Σh is taken away
//
// which is exact as long as neither Σ reaches 2^32: 2^16 additions to a lane, 1 MiB. The last, incomplete 64 bytes
// are loaded whole and masked, so up to 64 bytes behind the range are read and not counted: a loop over them would end
// where the processor does not expect it, packet for packet, and that costs more than the work.

/** 64 bytes of ones, then 64 of zeros: read 64 - n bytes in, a mask for n bytes. */
// prettier-ignore
const MASKS = memory.data<u64>([
  -1, -1, -1, -1, -1, -1, -1, -1,
  0, 0, 0, 0, 0, 0, 0, 0,
]);

/** 0xffff is odd, so it has an inverse among the numbers of 64 bits: a multiple of it, times that, is the small quotient. */
const INVERSE_OF_FFFF: u64 = 0xfffefffe_fffeffff;
const LARGEST_QUOTIENT: u64 = 0x00010001_00010001;

/** True for a multiple of 0xffff: the ones' complement sum of what was added is then zero, as RFC 1071 §1 asks. */
@inline
function isRight(sum: u64): bool {
  return sum * INVERSE_OF_FFFF <= LARGEST_QUOTIENT;
}

@inline
function swapped(value: u32): u32 {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
}

/** The 16 bytes at `at + skipped`, as far as they lie within `length` (less than 64); zeros behind. */
@inline
function counted(at: u32, length: u32, skipped: u32): v128 {
  return v128.and(v128.load(at + skipped), v128.load(<u32>MASKS + 64 - length + skipped));
}

@inline
function sum4(a: v128, b: v128, c: v128, d: v128): v128 {
  return i32x4.add(i32x4.add(a, b), i32x4.add(c, d));
}

@inline
function high(word: v128): v128 {
  return i32x4.shr_u(word, 16);
}

@inline
function add(at: u32, length: u32): u64 {
  let lanes = i32x4.splat(0);
  let highs = i32x4.splat(0);
  let a: v128;
  let b: v128;
  let c: v128;
  let d: v128;
  while (length >= 64) {
    a = v128.load(at);
    b = v128.load(at, 16);
    c = v128.load(at, 32);
    d = v128.load(at, 48);
    lanes = i32x4.add(lanes, sum4(a, b, c, d));
    highs = i32x4.add(highs, sum4(high(a), high(b), high(c), high(d)));
    at += 64;
    length -= 64;
  }
  a = counted(at, length, 0);
  b = counted(at, length, 16);
  c = counted(at, length, 32);
  d = counted(at, length, 48);
  lanes = i32x4.add(lanes, sum4(a, b, c, d));
  highs = i32x4.add(highs, sum4(high(a), high(b), high(c), high(d)));
  // Σl + Σh, less than 2^32 in a lane up to 512 KiB
  const words = i32x4.add(i32x4.sub(lanes, i32x4.shl(highs, 16)), highs);
  const pairs = i64x2.add(i64x2.extend_low_i32x4_u(words), i64x2.extend_high_i32x4_u(words));
  return i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1);
}

/** The folded sum of a range, as little-endian words. */
export function sum(at: u32, length: u32): u32 {
  let folded = add(at, length);
  while (folded >>> 16 != 0) folded = (folded & 0xffff) + (folded >>> 16);
  return <u32>folded;
}

/**
 * IPv4 packet with TCP or UDP inside: bit 0 says the header is right (RFC 791 §3.1), bit 1 the payload with its
 * pseudo-header (RFC 9293 §3.1).
 */
export function ipv4(header: u32, headerLength: u32, totalLength: u32): u32 {
  let words = fixedHeader(header);
  for (let at: u32 = 20; at < headerLength; at += 4) words += load<u32>(header + at);
  return <u32>isRight(words) | (<u32>isRight(payload(header, headerLength, totalLength)) << 1);
}

/** For the kernel itself: true where both are right, and the header has no options. */
@inline
export function isPlainRight(header: u32, totalLength: u32): bool {
  return isRight(fixedHeader(header)) && isRight(payload(header, 20, totalLength));
}

/** The same for the header alone. */
@inline
export function isHeaderRight(header: u32): bool {
  return isRight(fixedHeader(header));
}

/** And for what is behind it alone. */
@inline
export function isPayloadRight(header: u32, totalLength: u32): bool {
  return isRight(payload(header, 20, totalLength));
}

/** The sum of an IPv4 header without options. */
@inline
function fixedHeader(header: u32): u64 {
  const words: u64 = <u64>load<u32>(header) + <u64>load<u32>(header, 4) + <u64>load<u32>(header, 8);
  return words + addresses(header);
}

/** The sum of what is behind an IPv4 header, with its pseudo-header. */
@inline
function payload(header: u32, headerLength: u32, totalLength: u32): u64 {
  const length = totalLength - headerLength;
  const pseudo = addresses(header) + (<u64>load<u8>(header, 9) << 8) + swapped(length);
  return add(header + headerLength, length) + pseudo;
}

@inline
function addresses(header: u32): u64 {
  return <u64>load<u32>(header, 12) + <u64>load<u32>(header, 16);
}

/** A TCP segment, UDP datagram or ICMPv6 message with its pseudo-header: 1 when right (RFC 9293 §3.1, RFC 8200 §8.1). */
export function transport(addresses: u32, addressesLength: u32, protocol: u32, at: u32, length: u32): u32 {
  const pseudo = add(addresses, addressesLength) + swapped(protocol) + swapped(length) + swapped(length >> 16);
  return <u32>isRight(add(at, length) + pseudo);
}
