// Everything around an IP packet, from the frame's first byte on, kept in order to put another packet into it: link
// header, tags, sessions, tunnels. Lengths are written anew, and from the inside out the checksums of the tunnels.
//
//   seen     │ Ethernet │ IPv4 │ UDP │ VXLAN │ Ethernet │ IPv4 │ TCP │ data … │
//   kept     │ Ethernet │ IPv4 │ UDP │ VXLAN │ Ethernet │
//   sent     │ Ethernet │ IPv4 │ UDP │ VXLAN │ Ethernet │ IPv4 │ TCP, RST │
//                         ▲ length, checksum
//                                ▲ length, checksum where there was one

import { LinkType } from "@tsnids/pcap";
import { ipv4HeaderBytes, UDP, udpHeaderBytes } from "../ip/protocol.js";
import { numberOf } from "../link/encapsulation.js";
import type { EncapsulationKind, EncapsulationPath } from "../link/encapsulation.js";
import type { AddressPair, LengthField, OuterPacket } from "../link/envelope-notes.js";
import type { Packet } from "../packet.js";
import { isAuthenticated } from "./authentication.js";
import { pseudoHeader, writeChecksum } from "./ip-datagram.js";

/** Link types that something can be sent on, and whose header does not say how long the frame is. */
const linkTypes: readonly number[] = [
  ...[LinkType.ETHERNET, LinkType.NULL, LinkType.LOOP, LinkType.LINUX_SLL, LinkType.LINUX_SLL2],
  ...[LinkType.RAW, LinkType.IPV4, LinkType.IPV6],
];

/** What is the same in both directions, once addresses are exchanged. */
const symmetric: readonly EncapsulationKind[] = [
  ...(["vlan", "backbone", "pppoe", "4in4", "4in6", "6in4", "6in6"] as const),
  ...(["gre", "nvgre", "vxlan", "geneve"] as const),
];

/** What else a packet can be sent in. Not PPTP, which numbers its packets, nor ERSPAN: whoever gets that only looks on. */
const sendable: readonly EncapsulationKind[] = [
  ...symmetric,
  ...(["mpls", "gtp", "teredo", "l2tp", "mpls-in-udp"] as const),
];

/** Longer headers are not kept. */
const mostBytes = 1024;

const udpChecksum = 6;
const ipv4Checksum = 10;
const greKinds: readonly number[] = [numberOf("gre"), numberOf("nvgre")];
const greHasChecksum = 0x8000;
const greHasSequence = 0x1000;
const l2tpKind = numberOf("l2tp");
const l2tpHasSequence = 0x0800;
const gtpKind = numberOf("gtp");
const gtpHasSequence = 0x02;

export class Envelope {
  /** Interface it was seen on. */
  readonly interfaceIndex: number;
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly isSymmetric: boolean;
  // All positions are relative to the frame.
  private readonly lengths: readonly LengthField[];
  private readonly addresses: readonly AddressPair[];
  private readonly packets: readonly OuterPacket[];

  private constructor(packet: Packet, path: EncapsulationPath, notes: NonNullable<EncapsulationPath["notes"]>) {
    const { frame } = packet;
    this.interfaceIndex = packet.interfaceIndex;
    this.bytes = packet.bytes.slice(frame, packet.linkEnd);
    this.isSymmetric = path.isOnlyOf(symmetric);
    this.lengths = notes.lengths.map(({ at, start }) => ({ at: at - frame, start: start - frame }));
    this.addresses = notes.addresses.map(({ at, length }) => ({ at: at - frame, length }));
    this.packets = notes.packets.map((outer) => ({
      ...outer,
      network: outer.network - frame,
      transport: outer.transport - frame,
    }));
  }

  /**
   * What is around the packet in hand. Undefined where nothing can be sent in it, where it is too long, and where it
   * came in fragments: another packet may do.
   */
  static around(packet: Packet, path: EncapsulationPath, linkType: number): Envelope | undefined {
    const { frame, frameEnd, linkEnd } = packet;
    const { notes } = path;
    if (notes === undefined || !linkTypes.includes(linkType) || !path.isOnlyOf(sendable)) return undefined;
    if (linkEnd < frame || linkEnd > frameEnd || linkEnd - frame > mostBytes) return undefined;
    const envelope = new Envelope(packet, path, notes);
    return envelope.isNumbered || envelope.isAuthenticated ? undefined : envelope;
  }

  /** The frame with this IP packet in it. */
  enclose(packet: Uint8Array): Uint8Array {
    const frame = new Uint8Array(this.bytes.length + packet.length);
    frame.set(this.bytes);
    frame.set(packet, this.bytes.length);
    const view = new DataView(frame.buffer);
    for (const { at, start } of this.lengths) view.setUint16(at, frame.length - start);
    for (let layer = this.packets.length - 1; layer >= 0; layer--) {
      const outer = this.packets[layer] as OuterPacket;
      const gre = greAt(outer);
      if (gre !== undefined && (view.getUint16(gre) & greHasChecksum) !== 0) writeChecksum(frame, gre + 4, gre);
      if (outer.protocol === UDP) finishUdp(frame, view, outer);
      if (outer.family === 4)
        writeChecksum(frame, outer.network + ipv4Checksum, outer.network, headerEnd(frame, outer));
    }
    return frame;
  }

  /**
   * The same for the opposite direction, where that can be told: undefined for numbers that only the receiver
   * knows, such as GTP's.
   */
  turned(): Envelope | undefined {
    if (!this.isSymmetric) return undefined;
    const bytes = this.bytes.slice();
    for (const { at, length } of this.addresses) {
      bytes.copyWithin(at, at + length, at + 2 * length);
      bytes.set(this.bytes.subarray(at, at + length), at + length);
    }
    return Object.assign(Object.create(Envelope.prototype) as Envelope, this, { bytes });
  }

  /**
   * True where packets in it carry sequence numbers, by which a receiver drops those it does not expect (RFC 2890 §2.2,
   * RFC 2661 §5.4, 3GPP TS 29.281 §5.1).
   */
  private get isNumbered(): boolean {
    const view = new DataView(this.bytes.buffer);
    return this.packets.some((outer) => {
      const gre = greAt(outer);
      if (gre !== undefined) return (view.getUint16(gre) & greHasSequence) !== 0;
      const inUdp = outer.transport + udpHeaderBytes;
      if (outer.kind === gtpKind) return (view.getUint8(inUdp) & gtpHasSequence) !== 0;
      return outer.kind === l2tpKind && (view.getUint16(inUdp) & l2tpHasSequence) !== 0;
    });
  }

  /** True where a tunnel's packets have an authentication header. */
  private get isAuthenticated(): boolean {
    return this.packets.some(({ network }) => isAuthenticated(this.bytes, network, this.bytes.length));
  }
}

/** Where the GRE header is in an outer packet that has one. */
function greAt({ kind, protocol, transport }: OuterPacket): number | undefined {
  if (!greKinds.includes(kind)) return undefined;
  return protocol === UDP ? transport + udpHeaderBytes : transport;
}

/** Where an outer IPv4 packet has none, the checksum stays left out (RFC 768), and so it does with IPv6 (RFC 6935 §5). */
function finishUdp(frame: Uint8Array, view: DataView, { family, network, transport }: OuterPacket): void {
  if (view.getUint16(transport + udpChecksum) === 0) return;
  const addresses =
    family === 4 ? frame.subarray(network + 12, network + 20) : frame.subarray(network + 8, network + 40);
  const pseudo = pseudoHeader(addresses, UDP, frame.length - transport);
  writeChecksum(frame, transport + udpChecksum, transport, frame.length, pseudo);
  if (view.getUint16(transport + udpChecksum) === 0) view.setUint16(transport + udpChecksum, 0xffff);
}

function headerEnd(frame: Uint8Array, { network }: OuterPacket): number {
  return network + Math.max(ipv4HeaderBytes, ((frame[network] as number) & 0xf) * 4);
}
