/**
 * Splits an IP packet into fragments (RFC 791 §3.2, RFC 8200 §4.5), well-formed or not: pieces are given as byte ranges
 * of the payload, so they may overlap, leave holes, repeat, or carry bytes that are not the packet's.
 *
 *     IPv4   header │ payload                          each fragment: header │ piece
 *     IPv6   header, hop-by-hop, routing │ the rest    each fragment: header, hop-by-hop, routing, fragment │ piece
 *            (unfragmentable part)         (payload)
 *
 * Fragments after the first keep only those IPv4 options whose "copied" bit is set. An IPv4 fragment is fragmented
 * again as a router does it: its pieces lie where it lies, and more follow where more follow behind it. In IPv6 only
 * the source of a packet fragments it: the pieces of a fragment have a second fragment header, which no host should
 * believe.
 */
import { internetChecksum } from "./checksum.js";
import { TestkitError } from "./errors.js";
import { ExtensionHeaderNumber, fragmentHeader } from "./ipv6.js";
import { Ipv4Flag } from "./ipv4.js";
import { concat, fit, octets, padToMultiple, viewOf, type Data } from "./octets.js";

/** A byte range of the payload that becomes one fragment. */
export interface FragmentPiece {
  /** Where the fragment says it lies, in bytes, or how far behind the packet's own offset; a multiple of 8. */
  readonly start: number;
  /** One past its last byte. */
  readonly end: number;
  /** The more-fragments flag. Default: set unless the piece reaches the end of the payload, and the packet has none. */
  readonly more?: boolean;
  /** Bytes to carry instead of the payload's own. */
  readonly data?: Data;
}

/** The payload of an IP packet and a way to wrap a piece of it. */
interface Splittable {
  readonly payload: Uint8Array;
  /** The packet is a fragment itself, and not the last one. */
  readonly goesOn: boolean;
  readonly wrap: (start: number, more: boolean, bytes: Uint8Array) => Uint8Array;
}

/** IPv4 options with the copied bit (RFC 791 §3.1), padded to whole words. */
function copiedOptions(options: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let position = 0;
  while (position < options.length) {
    const type = options[position] ?? 0;
    if (type === 0) break;
    const length = type === 1 ? 1 : Math.max(2, options[position + 1] ?? 2);
    if ((type & 0x80) !== 0) kept.push(options.subarray(position, position + length));
    position += length;
  }
  return padToMultiple(concat(...kept), 4);
}

function splitIpv4(packet: Uint8Array, identification: number | undefined): Splittable {
  const view = viewOf(packet);
  const headerLength = (view.getUint8(0) & 0x0f) * 4;
  const laterOptions = copiedOptions(packet.subarray(20, headerLength));
  const fragmentWord = view.getUint16(6);
  const offset = (fragmentWord & 0x1fff) * 8;
  return {
    payload: packet.subarray(headerLength, view.getUint16(2)),
    goesOn: (fragmentWord & Ipv4Flag.MORE_FRAGMENTS) !== 0,
    wrap: (start, more, bytes) => {
      const options = offset + start === 0 ? packet.subarray(20, headerLength) : laterOptions;
      const header = concat(packet.subarray(0, 20), options);
      const fields = viewOf(header);
      fields.setUint8(0, 0x40 | (header.length / 4));
      fields.setUint16(2, fit("totalLength", header.length + bytes.length, 16));
      if (identification !== undefined) fields.setUint16(4, fit("identification", identification, 16));
      fields.setUint16(6, (more ? Ipv4Flag.MORE_FRAGMENTS : 0) | fit("start / 8", (offset + start) / 8, 13));
      fields.setUint16(10, 0);
      fields.setUint16(10, internetChecksum(header));
      return concat(header, bytes);
    },
  };
}

/** Where the unfragmentable part ends, and which byte names the header after it. */
function unfragmentable(packet: Uint8Array): { readonly end: number; readonly nextHeaderAt: number } {
  let nextHeaderAt = 6;
  let end = 40;
  for (const number of [ExtensionHeaderNumber.HOP_BY_HOP, ExtensionHeaderNumber.ROUTING]) {
    if (packet[nextHeaderAt] !== number) continue;
    nextHeaderAt = end;
    end += ((packet[end + 1] ?? 0) + 1) * 8;
  }
  return { end, nextHeaderAt };
}

function splitIpv6(packet: Uint8Array, identification: number | undefined): Splittable {
  const { end, nextHeaderAt } = unfragmentable(packet);
  return {
    payload: packet.subarray(end, 40 + viewOf(packet).getUint16(4)),
    goesOn: false,
    wrap: (start, more, bytes) => {
      const fragment = fragmentHeader(start, more, identification ?? 1).bytes;
      viewOf(fragment).setUint8(0, packet[nextHeaderAt] ?? 0);
      const whole = concat(packet.subarray(0, end), fragment, bytes);
      const fields = viewOf(whole);
      fields.setUint8(nextHeaderAt, ExtensionHeaderNumber.FRAGMENT);
      fields.setUint16(4, fit("payloadLength", whole.length - 40, 16));
      return whole;
    },
  };
}

function split(packet: Uint8Array, identification: number | undefined): Splittable {
  const isIpv6 = (packet[0] ?? 0) >>> 4 === 6;
  return isIpv6 ? splitIpv6(packet, identification) : splitIpv4(packet, identification);
}

/**
 * Fragments of `packet`, one per piece, in the order of the pieces. `identification` defaults to the packet's own in
 * IPv4 and to 1 in IPv6. Throws TestkitError `bad-fragment` for a start that is not a multiple of 8, or a range outside
 * the payload without `data`.
 */
export function fragmentPieces(
  packet: Uint8Array,
  pieces: readonly FragmentPiece[],
  identification?: number,
): Uint8Array[] {
  const { payload, goesOn, wrap } = split(packet, identification);
  return pieces.map(({ start, end, more, data }) => {
    const isRange = start >= 0 && end > start && (end <= payload.length || data !== undefined);
    if (start % 8 !== 0 || !isRange) {
      throw new TestkitError(
        "bad-fragment",
        `piece ${start}..${end}: start must be a multiple of 8 inside 0..${payload.length}`,
      );
    }
    const bytes = data === undefined ? payload.subarray(start, end) : octets(data);
    return wrap(start, more ?? (goesOn || end < payload.length), bytes);
  });
}

/**
 * Fragments of `packet` cut at the given payload offsets: `[8, 24]` makes 0..8, 8..24 and 24..end.
 * Throws TestkitError `bad-fragment` unless they rise, are multiples of 8 and lie inside the payload.
 */
export function fragmentAt(packet: Uint8Array, cuts: readonly number[], identification?: number): Uint8Array[] {
  const { payload } = split(packet, identification);
  const edges = [0, ...cuts, payload.length];
  const pieces = edges.slice(1).map((end, index) => ({ start: edges[index] ?? 0, end }));
  return fragmentPieces(packet, pieces, identification);
}
