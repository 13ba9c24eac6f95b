// The Internet checksum (RFC 1071) in TypeScript: the twin of kernel/checksum.ts, used where WebAssembly or its SIMD
// instructions are missing. Same questions, same answers; a test holds the two together.

/** Answers the checksum questions of the packet's path about bytes in the engine's memory. All positions are byte offsets there. */
export interface Checksums {
  /** The folded 16-bit sum of a range, as little-endian words; 0xffff for a range that holds its own valid checksum. */
  sum(at: number, length: number): number;
  /**
   * An IPv4 packet with TCP or UDP inside: bit 0 is set when the header is right (RFC 791 §3.1), bit 1 when the
   * payload is, with its pseudo-header (RFC 9293 §3.1).
   */
  ipv4(header: number, headerLength: number, totalLength: number): number;
  /** 1 when a TCP, UDP or ICMPv6 payload is right with the pseudo-header of these addresses (RFC 9293 §3.1, RFC 8200 §8.1). */
  transport(addresses: number, addressesLength: number, protocol: number, at: number, length: number): number;
}

function fold(sum: number): number {
  let folded = (sum & 0xffff) + Math.floor(sum / 0x10000);
  folded = (folded & 0xffff) + (folded >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}

function swapped(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

/** The checksum questions answered in TypeScript over `memory`. */
export function portableChecksums(memory: ArrayBuffer): Checksums {
  const view = new DataView(memory);

  function add(at: number, length: number): number {
    let total = 0;
    const whole = at + length - 1;
    for (; at < whole; at += 2) total += view.getUint16(at, true);
    return at === whole ? total + view.getUint8(at) : total;
  }

  function transport(addresses: number, addressesLength: number, protocol: number, at: number, length: number): number {
    const pseudo = add(addresses, addressesLength) + swapped(protocol) + swapped(length) + swapped(length >>> 16);
    return fold(pseudo + add(at, length)) === 0xffff ? 1 : 0;
  }

  return {
    sum: (at, length) => fold(add(at, length)),
    ipv4: (header, headerLength, totalLength) => {
      const headerRight = fold(add(header, headerLength)) === 0xffff ? 1 : 0;
      const protocol = view.getUint8(header + 9);
      const length = totalLength - headerLength;
      return headerRight | (transport(header + 12, 8, protocol, header + headerLength, length) << 1);
    },
    transport,
  };
}
