/**
 * ICMP (RFC 792) and ICMPv6 (RFC 4443 §2.1) messages: type, code, checksum, four bytes whose meaning depends on the
 * type, data. Only ICMPv6 sums a pseudo-header.
 */
import {
  chosenChecksum,
  internetChecksum,
  segmentChecksum,
  type AddressPair,
  type ChecksumChoice,
} from "./checksum.js";
import { concat, fit, octets, viewOf, type Data } from "./octets.js";

/** IP protocol number of ICMP, below IPv4. */
export const icmpProtocol = 1;
/** Next-header number of ICMPv6, below IPv6. */
export const icmpv6Protocol = 58;

/** Fields of one message of either version. */
export interface IcmpFields {
  /** 8 and 0 are echo request and reply in ICMP, 128 and 129 in ICMPv6; 3 and 1 are "destination unreachable". */
  readonly type: number;
  /** Default 0. */
  readonly code?: number;
  /** Bytes 4..7 as one number: identifier and sequence number of an echo, MTU of "too big". Default 0. */
  readonly rest?: number;
  /** Echo data, or the packet an error quotes. */
  readonly data?: Data;
  /** Default "good". */
  readonly checksum?: ChecksumChoice;
}

/**
 * The message as bytes: ICMPv6 when the addresses are IPv6, else ICMP.
 * Throws TestkitError for a field that does not fit its width.
 */
export function icmpMessage(fields: IcmpFields, addresses: AddressPair): Uint8Array {
  const message = concat(new Uint8Array(8), octets(fields.data ?? ""));
  const view = viewOf(message);
  view.setUint8(0, fit("type", fields.type, 8));
  view.setUint8(1, fit("code", fields.code ?? 0, 8));
  view.setUint32(4, fit("rest", fields.rest ?? 0, 32));
  const isIpv6 = addresses.source.length === 16;
  const good = isIpv6 ? segmentChecksum(addresses, icmpv6Protocol, message) : internetChecksum(message);
  view.setUint16(2, chosenChecksum(fields.checksum, good));
  return message;
}
