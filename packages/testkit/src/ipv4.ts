/**
 * IPv4 packets (RFC 791 §3.1). Lengths, checksum and flags can be made to lie.
 *
 *      0     1     2        4    6          8     9       10      12       16       20
 *     | v/hl | tos | length | id | flags/off | ttl | proto | check | source | destin. | options, payload …
 */
import { parseAddress, type AddressLike } from "./address.js";
import { chosenChecksum, internetChecksum, type ChecksumChoice } from "./checksum.js";
import { TestkitError } from "./errors.js";
import { concat, fit, padToMultiple, viewOf } from "./octets.js";

/** Bits of the 16-bit word that holds flags and fragment offset. */
export const Ipv4Flag = { RESERVED: 0x8000, DONT_FRAGMENT: 0x4000, MORE_FRAGMENTS: 0x2000 } as const;

/** Header fields that have a default. */
export interface Ipv4Options {
  /** Type of service (DSCP and ECN), default 0. */
  readonly tos?: number;
  /** Default 0. */
  readonly identification?: number;
  /** The reserved flag. Default false. */
  readonly reservedFlag?: boolean;
  /** The flag DF. Default false. */
  readonly dontFragment?: boolean;
  /** The flag MF. Default false. */
  readonly moreFragments?: boolean;
  /** In bytes, a multiple of 8. Default 0. */
  readonly fragmentOffset?: number;
  /** Default 64. */
  readonly ttl?: number;
  /** IP options; padded with zeros to whole words, at most 40 bytes. */
  readonly options?: Uint8Array;
  /** Version field, when it is to lie. */
  readonly version?: number;
  /** Header length field in 32-bit words, when it is to lie. */
  readonly headerLength?: number;
  /** Total length field in bytes, when it is to lie. */
  readonly totalLength?: number;
  /** Header checksum, default "good". */
  readonly checksum?: ChecksumChoice;
}

/** A whole IPv4 packet. */
export interface Ipv4Fields extends Ipv4Options {
  /** Address of the sender. */
  readonly source: AddressLike;
  /** Address of the receiver. */
  readonly destination: AddressLike;
  /** Protocol number of the payload, such as 6 for TCP. */
  readonly protocol: number;
  /** What follows the header. */
  readonly payload: Uint8Array;
}

/** Flags and fragment offset as one word; `fragmentOffset` in bytes. Throws TestkitError `bad-fragment`. */
function fragmentWord(fields: Ipv4Options): number {
  const offset = fields.fragmentOffset ?? 0;
  if (offset % 8 !== 0) {
    throw new TestkitError("bad-fragment", `fragmentOffset: ${offset} is not a multiple of 8 bytes`);
  }
  return (
    (fields.reservedFlag === true ? Ipv4Flag.RESERVED : 0) |
    (fields.dontFragment === true ? Ipv4Flag.DONT_FRAGMENT : 0) |
    (fields.moreFragments === true ? Ipv4Flag.MORE_FRAGMENTS : 0) |
    fit("fragmentOffset / 8", offset / 8, 13)
  );
}

/**
 * The packet as bytes. Throws TestkitError for a field that does not fit its width, addresses that are not IPv4, or
 * options longer than 40 bytes.
 */
export function ipv4Packet(fields: Ipv4Fields): Uint8Array {
  const source = parseAddress(fields.source);
  const destination = parseAddress(fields.destination);
  if (source.length !== 4 || destination.length !== 4) {
    throw new TestkitError("mixed-families", "source, destination: an IPv4 packet needs IPv4 addresses");
  }
  const options = padToMultiple(fields.options ?? new Uint8Array(0), 4);
  if (options.length > 40) throw new TestkitError("bad-field", `options: ${options.length} bytes, at most 40 fit`);
  const header = concat(new Uint8Array(12), source, destination, options);
  const view = viewOf(header);
  view.setUint8(
    0,
    (fit("version", fields.version ?? 4, 4) << 4) | fit("headerLength", fields.headerLength ?? header.length / 4, 4),
  );
  view.setUint8(1, fit("tos", fields.tos ?? 0, 8));
  view.setUint16(2, fit("totalLength", fields.totalLength ?? header.length + fields.payload.length, 16));
  view.setUint16(4, fit("identification", fields.identification ?? 0, 16));
  view.setUint16(6, fragmentWord(fields));
  view.setUint8(8, fit("ttl", fields.ttl ?? 64, 8));
  view.setUint8(9, fit("protocol", fields.protocol, 8));
  view.setUint16(10, chosenChecksum(fields.checksum, internetChecksum(header)));
  return concat(header, fields.payload);
}
