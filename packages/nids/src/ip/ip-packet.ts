// What ip and ip fragment callbacks see: the cursor, with names for a reader. One object, reused; valid until the
// callback returns.

import type { FrameBatch } from "@tsnids/pcap";
import type { Views } from "../callbacks/views.js";
import type { Encapsulation, EncapsulationPath } from "../link/encapsulation.js";
import type { Packet } from "../packet.js";
import { formatAddress } from "./address.js";

/** An IP packet, fragment or reassembled datagram. */
export class IpPacket {
  /** False in a fragment callback: nothing has been checked, the header may be incomplete or nonsense. @internal */
  validated: boolean;
  /** True while callbacks are called for it; the engine's matter. @internal */
  inHand = false;
  private readonly packet: Packet;
  private readonly path: EncapsulationPath;
  private readonly views: Views;

  /** Packets are made by the engine. */
  constructor(packet: Packet, path: EncapsulationPath, views: Views, validated = false) {
    this.validated = validated;
    this.packet = packet;
    this.path = path;
    this.views = views;
  }

  /** 4 or 6. */
  get family(): number {
    return this.packet.family;
  }

  /** From the first byte of the IP header to the last captured one of the packet; a view. */
  get bytes(): Uint8Array {
    const { network, networkEnd, end } = this.packet;
    return this.view(network, this.validated ? end : networkEnd);
  }

  /** The IP header with its options or extension headers; a view. Empty where it was not validated. */
  get header(): Uint8Array {
    const { network, transport } = this.packet;
    return this.view(network, this.validated ? transport : network);
  }

  /** What follows the header; a view. Empty where it was not validated. */
  get payload(): Uint8Array {
    const { transport, end } = this.packet;
    return this.validated ? this.view(transport, end) : new Uint8Array(0);
  }

  /**
   * Protocol number of the payload (IANA); for fragments of IPv6 the one the fragment header names. 0 where it
   * was not validated.
   */
  get protocol(): number {
    return this.validated ? this.packet.protocol : 0;
  }

  /** Source address as text; empty where it was not validated. */
  get source(): string {
    return this.addressText(0);
  }

  /** Destination address as text; empty where it was not validated. */
  get destination(): string {
    return this.addressText(1);
  }

  /** True for a datagram put together from fragments. */
  get reassembled(): boolean {
    return this.packet.reassembled;
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

  /** True where it is the valid packet that the cursor is at, and callbacks are being called for it. @internal */
  isInHandOf(packet: Packet): boolean {
    return this.inHand && this.validated && this.packet === packet;
  }

  /** The batch that has the frame the packet came in, or was completed by; as the caller of the engine gave it. */
  get batch(): FrameBatch {
    return this.packet.batch;
  }

  /** Index of the frame in `batch`. */
  get frame(): number {
    return this.packet.index;
  }

  private addressText(which: number): string {
    if (!this.validated) return "";
    const { addresses, addressLength } = this.packet;
    const at = addresses + which * addressLength;
    return formatAddress(this.view(at, at + addressLength));
  }

  private view(start: number, end: number): Uint8Array {
    return this.views.lend(this.packet.bytes, start, Math.max(0, end - start));
  }
}
