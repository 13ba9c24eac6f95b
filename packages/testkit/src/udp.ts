/**
 * UDP datagrams (RFC 768): source port, destination port, length, checksum, data. A checksum that comes out as 0 is
 * sent as 0xffff, because 0 means "none".
 */
import { chosenChecksum, segmentChecksum, type AddressPair, type ChecksumChoice } from "./checksum.js";
import { concat, fit, octets, viewOf, type Data } from "./octets.js";

/** IP protocol number of UDP. */
export const udpProtocol = 17;

/** Header fields and payload of one datagram. */
export interface UdpFields {
  /** Port of the sender. */
  readonly sourcePort: number;
  /** Port of the receiver. */
  readonly destinationPort: number;
  /** The payload. Default none. */
  readonly data?: Data;
  /** Length field, when it is to lie. */
  readonly length?: number;
  /** Default "good"; 0 for none. */
  readonly checksum?: ChecksumChoice;
}

/** The datagram as bytes. Throws TestkitError for a field that does not fit its width. */
export function udpDatagram(fields: UdpFields, addresses: AddressPair): Uint8Array {
  const datagram = concat(new Uint8Array(8), octets(fields.data ?? ""));
  const view = viewOf(datagram);
  view.setUint16(0, fit("sourcePort", fields.sourcePort, 16));
  view.setUint16(2, fit("destinationPort", fields.destinationPort, 16));
  view.setUint16(4, fit("length", fields.length ?? datagram.length, 16));
  const good = segmentChecksum(addresses, udpProtocol, datagram);
  view.setUint16(6, chosenChecksum(fields.checksum, good === 0 ? 0xffff : good));
  return datagram;
}
