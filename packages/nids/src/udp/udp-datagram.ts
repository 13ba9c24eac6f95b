// What udp callbacks see: one object, reused; valid until the callback returns.

import type { Views } from "../callbacks/views.js";
import { formatAddress } from "../ip/address.js";
import { udpHeaderBytes } from "../ip/protocol.js";
import type { Encapsulation, EncapsulationPath } from "../link/encapsulation.js";
import { IpPacket } from "../ip/ip-packet.js";
import type { Packet } from "../packet.js";

/** A UDP datagram, put together from fragments where it came in some. */
export class UdpDatagram {
  /** The IP packet it came in, without what lies behind the datagram. */
  readonly ip: IpPacket;
  private readonly packet: Packet;
  private readonly path: EncapsulationPath;
  private readonly views: Views;

  /** Datagrams are made by the engine. */
  constructor(packet: Packet, path: EncapsulationPath, views: Views) {
    this.ip = new IpPacket(packet, path, views, true);
    this.packet = packet;
    this.path = path;
    this.views = views;
  }

  /** Source address as text: dotted decimal, or RFC 5952 for IPv6. */
  get sourceAddress(): string {
    return this.address(0);
  }

  /** Port it comes from. */
  get sourcePort(): number {
    return this.packet.view.getUint16(this.packet.transport);
  }

  /** Destination address as text. */
  get destinationAddress(): string {
    return this.address(1);
  }

  /** Port it goes to. */
  get destinationPort(): number {
    return this.packet.view.getUint16(this.packet.transport + 2);
  }

  /** The payload as far as it was captured; a view, valid until the callback returns. */
  get data(): Uint8Array {
    const { bytes, transport, end } = this.packet;
    return this.views.lend(bytes, transport + udpHeaderBytes, end - transport - udpHeaderBytes);
  }

  /** Bytes of the payload that the snap length cut off. */
  get missing(): number {
    const { view, transport, end, cut } = this.packet;
    const length = view.getUint16(transport + 4);
    return length === 0 ? cut : length - (end - transport); // 0: a jumbogram
  }

  /** VLANs, labels, sessions and tunnels around the packet, outermost first; a list of your own. */
  get encapsulation(): readonly Encapsulation[] {
    return this.path.describe();
  }

  /** Number of the VLAN or tunnel, as of a stream (`TcpStream.scope`). */
  get scope(): number {
    return this.packet.scope;
  }

  /** Packet time: whole seconds since 1970, and nanoseconds. */
  get seconds(): number {
    return this.packet.seconds;
  }

  /** The nanoseconds of packet time: 0 to 999999999. */
  get nanoseconds(): number {
    return this.packet.nanoseconds;
  }

  private address(which: number): string {
    const { bytes, addresses, addressLength } = this.packet;
    const at = addresses + which * addressLength;
    return formatAddress(bytes.subarray(at, at + addressLength));
  }
}
