/**
 * IPv6 packets (RFC 8200 §3) with extension headers (§4).
 *
 *      0                     4        6      7     8        24        40
 *     | version class label | length | next | hops | source | destin. | extension headers, payload …
 *
 * Extension headers are given as (number, bytes) with their first byte, the next-header number, still open; `ipv6Packet`
 * chains them.
 */
import { parseAddress, type AddressLike } from "./address.js";
import { TestkitError } from "./errors.js";
import { concat, fit, octets, viewOf } from "./octets.js";

/** Next-header numbers of the extension headers (IANA "IPv6 Extension Header Types"). */
export const ExtensionHeaderNumber = {
  HOP_BY_HOP: 0,
  ROUTING: 43,
  FRAGMENT: 44,
  AUTHENTICATION: 51,
  DESTINATION_OPTIONS: 60,
} as const;

/** One extension header. */
export interface ExtensionHeader {
  /** What the header before it says in its next-header field. */
  readonly number: number;
  /** The whole header; its first byte is overwritten when the chain is made. */
  readonly bytes: Uint8Array;
}

/** Header fields that have a default. */
export interface Ipv6Options {
  /** Default 0. */
  readonly trafficClass?: number;
  /** Default 0. */
  readonly flowLabel?: number;
  /** Default 64. */
  readonly hopLimit?: number;
  /** In the order they are sent. */
  readonly extensions?: readonly ExtensionHeader[];
  /** Version field, when it is to lie. */
  readonly version?: number;
  /** Payload length field in bytes (extension headers count), when it is to lie. */
  readonly payloadLength?: number;
}

/** A whole IPv6 packet. */
export interface Ipv6Fields extends Ipv6Options {
  /** Address of the sender. */
  readonly source: AddressLike;
  /** Address of the receiver. */
  readonly destination: AddressLike;
  /** Number of what comes after the extension headers, such as 6 for TCP. */
  readonly protocol: number;
  /** What follows the extension headers. */
  readonly payload: Uint8Array;
}

/**
 * An extension header of the common form: next header, length, content, zero padding to the header's unit.
 * The length field counts units of 8 bytes without the first (RFC 8200 §4.3), in an authentication header units of 4
 * without the first two (RFC 4302 §2.2).
 */
export function extensionHeader(number: number, content: Uint8Array = new Uint8Array(0)): ExtensionHeader {
  const bytes = new Uint8Array(Math.ceil((content.length + 2) / 8) * 8);
  bytes.set(content, 2);
  const isAuthentication = number === ExtensionHeaderNumber.AUTHENTICATION;
  viewOf(bytes).setUint8(1, fit("length", isAuthentication ? bytes.length / 4 - 2 : bytes.length / 8 - 1, 8));
  return { number, bytes };
}

/**
 * A hop-by-hop or destination options header that holds nothing but PadN, which is the least a parser must skip
 * (RFC 8200 §4.2).
 */
export function paddingOptions(number: number): ExtensionHeader {
  return extensionHeader(number, octets([1, 4, 0, 0, 0, 0]));
}

/** The fragment header (RFC 8200 §4.5). `offset` in bytes, a multiple of 8. Throws TestkitError `bad-fragment`. */
export function fragmentHeader(offset: number, more: boolean, identification: number): ExtensionHeader {
  if (offset % 8 !== 0) throw new TestkitError("bad-fragment", `offset: ${offset} is not a multiple of 8 bytes`);
  const bytes = new Uint8Array(8);
  const view = viewOf(bytes);
  view.setUint16(2, (fit("offset / 8", offset / 8, 13) << 3) | (more ? 1 : 0));
  view.setUint32(4, fit("identification", identification, 32));
  return { number: ExtensionHeaderNumber.FRAGMENT, bytes };
}

/** Extension headers with their next-header bytes filled in; the last one names `protocol`. */
function chain(extensions: readonly ExtensionHeader[], protocol: number): Uint8Array {
  const linked = extensions.map((extension, index) => {
    const bytes = extension.bytes.slice();
    viewOf(bytes).setUint8(0, extensions[index + 1]?.number ?? protocol);
    return bytes;
  });
  return concat(...linked);
}

/** The packet as bytes. Throws TestkitError for a field that does not fit or addresses that are not IPv6. */
export function ipv6Packet(fields: Ipv6Fields): Uint8Array {
  const source = parseAddress(fields.source);
  const destination = parseAddress(fields.destination);
  if (source.length !== 16 || destination.length !== 16) {
    throw new TestkitError("mixed-families", "source, destination: an IPv6 packet needs IPv6 addresses");
  }
  const protocol = fit("protocol", fields.protocol, 8);
  const extensions = fields.extensions ?? [];
  const body = concat(chain(extensions, protocol), fields.payload);
  const header = concat(new Uint8Array(8), source, destination);
  const view = viewOf(header);
  const versionAndClass =
    fit("version", fields.version ?? 6, 4) * 0x100 + fit("trafficClass", fields.trafficClass ?? 0, 8);
  view.setUint32(0, versionAndClass * 0x10_0000 + fit("flowLabel", fields.flowLabel ?? 0, 20));
  view.setUint16(4, fit("payloadLength", fields.payloadLength ?? body.length, 16));
  view.setUint8(6, extensions[0]?.number ?? protocol);
  view.setUint8(7, fit("hopLimit", fields.hopLimit ?? 64, 8));
  return concat(header, body);
}
