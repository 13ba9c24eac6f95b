// The bytes all streams are made of: one ring of random bytes. A stream direction starts somewhere in the ring and runs
// along it, so the byte at a stream position is known without being stored: a retransmission or an overlapping segment
// carries the same bytes by construction, and a direction's CRC needs no copy of the direction.
//
//     ring   |........................................|......margin......|    margin = the ring's first bytes again,
//                          ^start        ^start+length                        so that a piece never wraps
//
// Internet checksum (RFC 1071) of a piece: differences of running sums. Byte i counts as high byte of its word when i
// is even. A piece that begins at an odd place has all its bytes in the other half of the word: swapping the two bytes
// of the folded sum puts that right (RFC 1071 section 2, (B)).

import { crc32 } from "node:zlib";

const RING_BYTES = 1 << 20;
const MARGIN_BYTES = 1 << 16;

/** A ring of random payload bytes with their checksums. */
export class PayloadPool {
  /** Bytes of the ring and its margin. @type {Uint8Array} */
  bytes = new Uint8Array(RING_BYTES + MARGIN_BYTES);
  /** Sum of the weighted bytes before each place, modulo 2^32; pieces are short, so differences are exact. */
  #sumBefore = new Uint32Array(RING_BYTES + MARGIN_BYTES + 1);

  /** @param {import("./random.js").Random} random */
  constructor(random) {
    const words = new Uint32Array(this.bytes.buffer, 0, RING_BYTES / 4);
    for (let index = 0; index < words.length; index++) words[index] = random.uint32();
    this.bytes.copyWithin(RING_BYTES, 0, MARGIN_BYTES);
    let sum = 0;
    for (let index = 0; index < this.bytes.length; index++) {
      sum = (sum + (index & 1 ? this.bytes[index] : this.bytes[index] << 8)) >>> 0;
      this.#sumBefore[index + 1] = sum;
    }
  }

  /**
   * @param {import("./random.js").Random} random
   * @returns {number} a place for a stream direction to start
   */
  pickStart(random) {
    return random.below(RING_BYTES);
  }

  /**
   * @param {number} start where the direction starts
   * @param {number} position stream position
   * @returns {number} where that byte lies in `bytes`; the next 64 KiB follow without a wrap
   */
  place(start, position) {
    return (start + position) & (RING_BYTES - 1);
  }

  /**
   * @param {number} place first byte in `bytes`
   * @param {number} length at most 64 KiB
   * @returns {number} sum of the piece as 16-bit big-endian words, folded to 16 bits, not complemented
   */
  sum(place, length) {
    const difference = (this.#sumBefore[place + length] - this.#sumBefore[place]) >>> 0;
    const once = (difference & 0xffff) + (difference >>> 16);
    const folded = (once & 0xffff) + (once >>> 16);
    return place & 1 ? ((folded & 0xff) << 8) | (folded >>> 8) : folded;
  }

  /**
   * @param {number} start where the direction starts
   * @param {number} length bytes the direction carried in all
   * @returns {number} CRC-32 (zlib) of the whole direction
   */
  crc(start, length) {
    let crc = 0;
    for (let position = 0; position < length;) {
      const place = this.place(start, position);
      const take = Math.min(length - position, RING_BYTES - place);
      crc = crc32(this.bytes.subarray(place, place + take), crc);
      position += take;
    }
    return crc;
  }
}
