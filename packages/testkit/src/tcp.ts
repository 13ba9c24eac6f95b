/**
 * TCP segments (RFC 9293 §3.1). Every field can be set, also to nonsense: the engine has to live with what attackers
 * send.
 *
 *      0      2      4          8          12   13     14      16     18        20
 *     | sport | dport | sequence | acknowl. | off | flags | window | check | urgent | options, data …
 */
import { chosenChecksum, segmentChecksum, type AddressPair, type ChecksumChoice } from "./checksum.js";
import { TestkitError } from "./errors.js";
import { concat, fit, octets, padToMultiple, viewOf, type Data } from "./octets.js";
import type { TcpOption } from "./tcp-options.js";

/** IP protocol number of TCP. */
export const tcpProtocol = 6;

/** Bits of the flag byte. */
export const TcpFlag = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

/** Name of a flag. */
export type TcpFlagName = keyof typeof TcpFlag;

const flagLetters: ReadonlyMap<string, number> = new Map(
  Object.entries(TcpFlag).map(([name, bit]) => [name.slice(0, 1), bit]),
);

/** Header fields and payload of one segment. */
export interface TcpFields {
  /** Port of the sender. */
  readonly sourcePort: number;
  /** Port of the receiver. */
  readonly destinationPort: number;
  /** Sequence number, 0..2^32-1. */
  readonly seq: number;
  /** Acknowledgment number, default 0. */
  readonly ack?: number;
  /** Letters of F S R P A U E C, such as "SA"; "" for none. Default "A". */
  readonly flags?: string;
  /** As in the header, not scaled. Default 65535. */
  readonly window?: number;
  /** Urgent pointer as in the header. Default 0. Does not set URG. */
  readonly urgentPointer?: number;
  /** Options in order; padded with zeros to whole words. */
  readonly options?: readonly TcpOption[];
  /** Header length field in 32-bit words, when it is to lie. */
  readonly dataOffset?: number;
  /** Default "good". */
  readonly checksum?: ChecksumChoice;
  /** The payload. Default none. */
  readonly data?: Data;
}

/** Flag byte of letters such as "PA". Throws TestkitError `bad-flags`. */
export function tcpFlags(letters: string): number {
  let flags = 0;
  for (const letter of letters) {
    const bit = flagLetters.get(letter);
    if (bit === undefined) throw new TestkitError("bad-flags", `flags: "${letter}" is none of F S R P A U E C`);
    flags |= bit;
  }
  return flags;
}

/**
 * The segment as bytes, checksum over the pseudo-header of `addresses` included.
 * Throws TestkitError for a field that does not fit its width or options longer than 40 bytes.
 */
export function tcpSegment(fields: TcpFields, addresses: AddressPair): Uint8Array {
  const options = padToMultiple(concat(...(fields.options ?? [])), 4);
  if (options.length > 40) throw new TestkitError("bad-field", `options: ${options.length} bytes, at most 40 fit`);
  const header = new Uint8Array(20);
  const view = viewOf(header);
  view.setUint16(0, fit("sourcePort", fields.sourcePort, 16));
  view.setUint16(2, fit("destinationPort", fields.destinationPort, 16));
  view.setUint32(4, fit("seq", fields.seq, 32));
  view.setUint32(8, fit("ack", fields.ack ?? 0, 32));
  view.setUint8(12, fit("dataOffset", fields.dataOffset ?? 5 + options.length / 4, 4) << 4);
  view.setUint8(13, tcpFlags(fields.flags ?? "A"));
  view.setUint16(14, fit("window", fields.window ?? 65535, 16));
  view.setUint16(18, fit("urgentPointer", fields.urgentPointer ?? 0, 16));
  const segment = concat(header, options, octets(fields.data ?? ""));
  const good = segmentChecksum(addresses, tcpProtocol, segment);
  viewOf(segment).setUint16(16, chosenChecksum(fields.checksum, good));
  return segment;
}
