// The headers of IPv4 (RFC 791 §3.1) and IPv6 (RFC 8200 §3, §4), with every field. The engine reads headers with code
// of its own, as fast as it can and only for what leads on; people ask for all fields.

import { formatAddress, ipv6ExtensionBytes } from "@tsnids/nids";
import { InvalidPacketError } from "../errors.js";
import type { Cursor } from "./cursor.js";
import { flagText, hex, Layer, named } from "./layer.js";
import type { Field } from "./layer.js";
import { protocolNames } from "./names.js";

const ipv4Bytes = 20;
const ipv6Bytes = 40;
const fragmentHeader = 44;
const fragmentHeaderBytes = 8;

const DF = 0x4000;
const MF = 0x2000;

/** An IPv4 header. */
export class Ipv4 extends Layer {
  readonly protocol = "IPv4";

  /** Takes the header off; what lies behind the packet, such as padding, is no longer looked at. */
  static read(cursor: Cursor): Ipv4 {
    const first = cursor.see("IPv4", 1)[0]!;
    if (first >>> 4 !== 4) throw new InvalidPacketError("IPv4", `the version is ${first >>> 4}`);
    const headerLength = (first & 0xf) * 4;
    if (headerLength < ipv4Bytes) throw new InvalidPacketError("IPv4", `the header length is ${headerLength}`);
    const ip = new Ipv4(cursor.see("IPv4", headerLength));
    // Segmentation offload leaves the length to the card: then the packet is as long as the frame.
    if (ip.totalLength !== 0) {
      if (ip.totalLength < headerLength) {
        throw new InvalidPacketError(
          "IPv4",
          `its length is ${ip.totalLength}, less than its header of ${headerLength}`,
        );
      }
      cursor.limit("IPv4", ip.totalLength);
    }
    cursor.take("IPv4", headerLength);
    return ip;
  }

  /** Bytes of the header, options included. */
  get headerLength(): number {
    return this.bytes.length;
  }

  /** Differentiated services and congestion notification (RFC 2474, RFC 3168). */
  get trafficClass(): number {
    return this.bytes[1]!;
  }

  /** Bytes of the packet; 0 where segmentation offload left them out. */
  get totalLength(): number {
    return this.view.getUint16(2);
  }

  /** Number that the fragments of a datagram share. */
  get identification(): number {
    return this.view.getUint16(4);
  }

  /** True where routers may not fragment it (DF). */
  get dontFragment(): boolean {
    return (this.view.getUint16(6) & DF) !== 0;
  }

  /** True where more fragments of the datagram follow (MF). */
  get moreFragments(): boolean {
    return (this.view.getUint16(6) & MF) !== 0;
  }

  /** Where the payload stands in the datagram, in bytes; 0 for a whole one. */
  get fragmentOffset(): number {
    return (this.view.getUint16(6) & 0x1fff) * 8;
  }

  /** Hops left (time to live). */
  get ttl(): number {
    return this.bytes[8]!;
  }

  /** Protocol number of the payload (IANA). */
  get nextProtocol(): number {
    return this.bytes[9]!;
  }

  /** The header's checksum; it is not verified. */
  get checksum(): number {
    return this.view.getUint16(10);
  }

  /** Address of the sender: "192.0.2.1". */
  get source(): string {
    return formatAddress(this.bytes.subarray(12, 16));
  }

  /** Address of the receiver. */
  get destination(): string {
    return formatAddress(this.bytes.subarray(16, 20));
  }

  fields(): readonly Field[] {
    const flags = flagText((this.view.getUint16(6) >>> 13) & 7, 1, [
      ["reserved", 4],
      ["DF", 2],
      ["MF", 1],
    ]);
    const options = this.bytes.subarray(ipv4Bytes);
    return [
      ["version", 4],
      ["header length", this.headerLength],
      ["traffic class", hex(this.trafficClass, 2)],
      ["total length", this.totalLength],
      ["identification", hex(this.identification, 4)],
      ["flags", flags],
      ["fragment offset", this.fragmentOffset],
      ["ttl", this.ttl],
      ["protocol", named(this.nextProtocol, protocolNames.get(this.nextProtocol))],
      ["checksum", hex(this.checksum, 4)],
      ["source", this.source],
      ["destination", this.destination],
      ...(options.length === 0 ? [] : [["options", `${options.length} bytes`] as const]),
    ];
  }
}

/** An IPv6 header, without extension headers. */
export class Ipv6 extends Layer {
  readonly protocol = "IPv6";

  /** Takes the header off; what lies behind the packet is no longer looked at. */
  static read(cursor: Cursor): Ipv6 {
    const first = cursor.see("IPv6", 1)[0]!;
    if (first >>> 4 !== 6) throw new InvalidPacketError("IPv6", `the version is ${first >>> 4}`);
    const ip = new Ipv6(cursor.see("IPv6", ipv6Bytes));
    // 0 where segmentation offload left it out, or a jumbo payload option has it: then it is as long as the frame.
    if (ip.payloadLength !== 0) cursor.limit("IPv6", ipv6Bytes + ip.payloadLength);
    cursor.take("IPv6", ipv6Bytes);
    return ip;
  }

  /** Differentiated services and congestion notification (RFC 2474, RFC 3168). */
  get trafficClass(): number {
    return (this.view.getUint16(0) >>> 4) & 0xff;
  }

  /** Number the sender gives to the packets of a flow (RFC 6437), 20 bits. */
  get flowLabel(): number {
    return this.view.getUint32(0) & 0xfffff;
  }

  /** Bytes behind this header. */
  get payloadLength(): number {
    return this.view.getUint16(4);
  }

  /** Number of the header or protocol that follows (IANA). */
  get nextProtocol(): number {
    return this.bytes[6]!;
  }

  /** Hops left. */
  get hopLimit(): number {
    return this.bytes[7]!;
  }

  /** Address of the sender: "2001:db8::1". */
  get source(): string {
    return formatAddress(this.bytes.subarray(8, 24));
  }

  /** Address of the receiver. */
  get destination(): string {
    return formatAddress(this.bytes.subarray(24, 40));
  }

  fields(): readonly Field[] {
    return [
      ["version", 6],
      ["traffic class", hex(this.trafficClass, 2)],
      ["flow label", hex(this.flowLabel, 5)],
      ["payload length", this.payloadLength],
      ["next header", named(this.nextProtocol, protocolNames.get(this.nextProtocol))],
      ["hop limit", this.hopLimit],
      ["source", this.source],
      ["destination", this.destination],
    ];
  }
}

/** An extension header of IPv6. */
export class Ipv6Extension extends Layer {
  readonly protocol: string;
  /** Its own number (IANA). */
  readonly number: number;

  private constructor(bytes: Uint8Array, number: number) {
    super(bytes);
    this.protocol = `IPv6 ${protocolNames.get(number) ?? `extension ${number}`}`;
    this.number = number;
  }

  /** Takes the header of this number off; undefined where the number is not that of an extension header. */
  static read(cursor: Cursor, number: number): Ipv6Extension | undefined {
    const length = extensionLength(cursor, number);
    if (length === 0) return undefined;
    return new Ipv6Extension(cursor.take("IPv6 extension header", length), number);
  }

  /** Number of the header or protocol that follows (IANA). */
  get nextProtocol(): number {
    return this.bytes[0]!;
  }

  /** Of a fragment header: where the payload stands in the datagram, in bytes; else 0. */
  get fragmentOffset(): number {
    return this.number === fragmentHeader ? this.view.getUint16(2) & 0xfff8 : 0;
  }

  /** Of a fragment header: whether more follow; else false. */
  get moreFragments(): boolean {
    return this.number === fragmentHeader && (this.view.getUint16(2) & 1) !== 0;
  }

  fields(): readonly Field[] {
    const next: Field = ["next header", named(this.nextProtocol, protocolNames.get(this.nextProtocol))];
    if (this.number !== fragmentHeader) return [next, ["length", this.bytes.length]];
    return [
      next,
      ["fragment offset", this.fragmentOffset],
      ["flags", `MF ${this.moreFragments ? 1 : 0}`],
      ["identification", hex(this.view.getUint32(4), 8)],
    ];
  }
}

function extensionLength(cursor: Cursor, number: number): number {
  if (number === fragmentHeader) return fragmentHeaderBytes;
  const { frame, at, end } = cursor;
  const length = ipv6ExtensionBytes(number, frame, at, end);
  return length === Infinity ? 2 : length; // Not even its length is there: taking two bytes says so.
}
