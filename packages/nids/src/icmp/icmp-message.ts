// What icmp callbacks see: one object, reused; valid until the callback returns.

import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { TcpStream } from "../callbacks/tcp-stream.js";
import type { Views } from "../callbacks/views.js";
import { formatAddress } from "../ip/address.js";
import { IpPacket } from "../ip/ip-packet.js";
import { TCP } from "../ip/protocol.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import type { Packet } from "../packet.js";
import type { FlowLookup } from "../tcp/flow-lookup.js";
import { QuotedPacket } from "./quoted-packet.js";

/** The packet an ICMP error is about, as it says itself. Nothing of it is verified: anybody can send such a message. */
export interface QuotedFlow {
  /** Protocol number of its payload (IANA). */
  readonly protocol: number;
  /** Address of the sender, as text. */
  readonly sourceAddress: string;
  /** Address of the receiver, as text. */
  readonly destinationAddress: string;
  /** Port of the sender; undefined where the protocol has none, or the quote ends before it. */
  readonly sourcePort: number | undefined;
  /** Port of the receiver; undefined for the same reasons. */
  readonly destinationPort: number | undefined;
  /** Type of a quoted ICMP message, such as the echo request of a ping; undefined for other protocols. */
  readonly icmpType: number | undefined;
  /** Code of a quoted ICMP message; undefined for other protocols. */
  readonly icmpCode: number | undefined;
  /** The stream it belongs to, in either direction, where that is followed and somebody listens to it. */
  readonly stream: TcpStream | undefined;
}

/** An ICMP or ICMPv6 message, put together from fragments where it came in some. */
export class IcmpMessage {
  /** The IP packet it came in. */
  readonly ip: IpPacket;
  private readonly packet: Packet;
  private readonly views: Views;
  private readonly lookup: FlowLookup;
  private readonly notifier: TcpNotifier;
  private readonly quote: QuotedPacket = new QuotedPacket();

  /** Messages are made by the engine. */
  constructor(packet: Packet, path: EncapsulationPath, views: Views, lookup: FlowLookup, notifier: TcpNotifier) {
    this.ip = new IpPacket(packet, path, views, true);
    this.packet = packet;
    this.views = views;
    this.lookup = lookup;
    this.notifier = notifier;
  }

  /** 4 for ICMP (RFC 792), 6 for ICMPv6 (RFC 4443): the same type means different things. */
  get family(): number {
    return this.packet.family;
  }

  /** Which message it is (IANA). */
  get type(): number {
    return this.packet.bytes[this.packet.transport] as number;
  }

  /** Which of that type it is (IANA). */
  get code(): number {
    return this.packet.bytes[this.packet.transport + 1] as number;
  }

  /** Source address as text: dotted decimal, or RFC 5952 for IPv6. */
  get sourceAddress(): string {
    return this.address(this.packet.addresses);
  }

  /** Destination address as text. */
  get destinationAddress(): string {
    return this.address(this.packet.addresses + this.packet.addressLength);
  }

  /** What follows the checksum: four bytes whose meaning depends on the type, then data. As far as it was captured; a view. */
  get body(): Uint8Array {
    const { bytes, transport, end } = this.packet;
    return this.views.lend(bytes, transport + 4, end - transport - 4);
  }

  /** Bytes of the message that the snap length cut off. */
  get missing(): number {
    return this.packet.cut;
  }

  /** What an error is about; undefined for other messages, and where too little is quoted. */
  get quoted(): QuotedFlow | undefined {
    const { packet, quote } = this;
    if (!quote.read(packet)) return undefined;
    const { protocol, addresses, transport, hasPorts, hasType } = quote;
    const ports = hasPorts ? quote.ports(packet) : 0;
    const found =
      hasPorts && protocol === TCP ? this.lookup.locate(addresses, packet.family, packet.scope, ports) >> 1 : 0;
    return {
      protocol,
      sourceAddress: this.address(addresses),
      destinationAddress: this.address(addresses + packet.addressLength),
      sourcePort: hasPorts ? ports >>> 16 : undefined,
      destinationPort: hasPorts ? ports & 0xffff : undefined,
      icmpType: hasType ? packet.bytes[transport] : undefined,
      icmpCode: hasType ? packet.bytes[transport + 1] : undefined,
      stream: this.notifier.streams.at(found),
    };
  }

  /** Packet time: whole seconds since 1970, and nanoseconds. */
  get seconds(): number {
    return this.packet.seconds;
  }

  /** The nanoseconds of packet time: 0 to 999999999. */
  get nanoseconds(): number {
    return this.packet.nanoseconds;
  }

  private address(at: number): string {
    return formatAddress(this.packet.bytes.subarray(at, at + this.packet.addressLength));
  }
}
