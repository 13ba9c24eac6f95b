// The TCP header (RFC 9293 §3.1) with its options.

import { InvalidPacketError } from "../errors.js";
import type { Cursor } from "./cursor.js";
import { flagText, hex, Layer } from "./layer.js";
import type { Field } from "./layer.js";

const minimumBytes = 20;

const flagBits = [
  ["AE", 0x100],
  ["CWR", 0x80],
  ["ECE", 0x40],
  ["URG", 0x20],
  ["ACK", 0x10],
  ["PSH", 0x08],
  ["RST", 0x04],
  ["SYN", 0x02],
  ["FIN", 0x01],
] as const;

/** Name of a TCP flag; AE is RFC 9768's. */
export type TcpFlagName = (typeof flagBits)[number][0];

/** A TCP header. */
export class Tcp extends Layer {
  readonly protocol = "TCP";

  /** Takes the header off. */
  static read(cursor: Cursor): Tcp {
    const headerLength = (cursor.see("TCP", minimumBytes)[12]! >>> 4) * 4;
    if (headerLength < minimumBytes) throw new InvalidPacketError("TCP", `the header length is ${headerLength}`);
    return new Tcp(cursor.take("TCP", headerLength));
  }

  /** Port of the sender. */
  get sourcePort(): number {
    return this.view.getUint16(0);
  }

  /** Port of the receiver. */
  get destinationPort(): number {
    return this.view.getUint16(2);
  }

  /** Sequence number of the first byte, or of the SYN, as in the header. */
  get sequence(): number {
    return this.view.getUint32(4);
  }

  /** Acknowledgment number as in the header; without the ACK flag it means nothing. */
  get acknowledgment(): number {
    return this.view.getUint32(8);
  }

  /** Bytes of the header, options included. */
  get headerLength(): number {
    return this.bytes.length;
  }

  /** The nine flags as a number. */
  get flags(): number {
    return this.view.getUint16(12) & 0x1ff;
  }

  /** Whether a flag is set: `tcp.has("SYN")`. */
  has(flag: TcpFlagName): boolean {
    return flagBits.some(([name, bit]) => name === flag && (this.flags & bit) !== 0);
  }

  /** The window as in the header: not scaled. */
  get window(): number {
    return this.view.getUint16(14);
  }

  /** The checksum as in the header; it is not verified. */
  get checksum(): number {
    return this.view.getUint16(16);
  }

  /** The urgent pointer as in the header; without the URG flag it means nothing. */
  get urgentPointer(): number {
    return this.view.getUint16(18);
  }

  /** The options as text: "MSS 1460, SACK permitted, no-op, …". */
  get options(): string {
    return optionTexts(this.bytes.subarray(minimumBytes)).join(", ");
  }

  fields(): readonly Field[] {
    const { options } = this;
    return [
      ["source port", this.sourcePort],
      ["destination port", this.destinationPort],
      ["sequence", this.sequence],
      ["acknowledgment", this.acknowledgment],
      ["header length", this.headerLength],
      ["flags", flagText(this.flags, 3, flagBits)],
      ["window", this.window],
      ["checksum", hex(this.checksum, 4)],
      ["urgent pointer", this.urgentPointer],
      ...(options === "" ? [] : [["options", options] as const]),
    ];
  }
}

const END = 0;
const NO_OPERATION = 1;

/**
 * Options by number (RFC 9293 §3.2, RFC 7323, RFC 2018, RFC 2385, RFC 7413): name, and bytes of each number in it;
 * 0 is not shown.
 */
const optionNames: ReadonlyMap<number, readonly [name: string, numberBytes: 0 | 1 | 2 | 4]> = new Map([
  [2, ["MSS", 2]],
  [3, ["window scale", 1]],
  [4, ["SACK permitted", 0]],
  [5, ["SACK", 4]],
  [8, ["timestamps", 4]],
  [19, ["MD5 signature", 0]],
  [34, ["Fast Open", 0]],
]);

function optionTexts(options: Uint8Array): string[] {
  const texts: string[] = [];
  for (let at = 0; at < options.length && options[at] !== END;) {
    const kind = options[at]!;
    const length = kind === NO_OPERATION ? 1 : (options[at + 1] ?? 0);
    if (length === 0 || (kind !== NO_OPERATION && length < 2) || at + length > options.length) {
      return [...texts, `malformed option ${kind}`];
    }
    texts.push(kind === NO_OPERATION ? "no-op" : optionText(kind, options.subarray(at + 2, at + length)));
    at += length;
  }
  return texts;
}

function optionText(kind: number, value: Uint8Array): string {
  const [name, numberBytes] = optionNames.get(kind) ?? [`option ${kind}`, 0];
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const texts = [name];
  for (let at = 0; numberBytes > 0 && at + numberBytes <= value.length; at += numberBytes) {
    const number = numberBytes === 1 ? view.getUint8(at) : numberBytes === 2 ? view.getUint16(at) : view.getUint32(at);
    texts.push(String(number));
  }
  return texts.join(" ");
}
