// From a frame to a packet: the engine says where the headers before the packet are, then one protocol after the other
// takes its header off. The first one that cannot ends the decoding: what is left is payload, and the packet has a
// problem.

import { HeaderType, LinkDissector } from "@tsnids/nids";
import { LinkType, linkTypeName } from "@tsnids/pcap";
import type { FrameTime } from "@tsnids/pcap";
import { requireFrame } from "./arguments.js";
import { PacketError, UnsupportedPacketError } from "./errors.js";
import { Packet } from "./packet.js";
import { Arp } from "./protocol/arp.js";
import { Cursor } from "./protocol/cursor.js";
import { Icmp } from "./protocol/icmp.js";
import { Ipv4, Ipv6, Ipv6Extension } from "./protocol/ip.js";
import { hex } from "./protocol/layer.js";
import type { Layer } from "./protocol/layer.js";
import { linkLayer } from "./protocol/link.js";
import { arpType, etherTypeNames, protocolNames } from "./protocol/names.js";
import { Tcp } from "./protocol/tcp.js";
import { Udp } from "./protocol/udp.js";
import { Timestamp } from "./timestamp.js";

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const NOTHING = 59;

/** Decodes frames, one by one. */
export class PacketDecoder {
  readonly #dissector: LinkDissector = new LinkDissector();

  /**
   * The packet of a frame, whose bytes it keeps. `linkType` is a LINKTYPE_ number, by default Ethernet; the frame is
   * whole where no `originalLength` is given. Never throws for what is in the frame: see `packet.problem`. Throws
   * SniffError `invalid-argument` for arguments that cannot be.
   */
  decode(frame: Uint8Array, time: FrameTime, linkType: number = LinkType.ETHERNET, originalLength?: number): Packet {
    requireFrame(frame, time, linkType, originalLength);
    const layers: Layer[] = [];
    const onWire = originalLength ?? frame.length;
    const cursor = new Cursor(frame, 0, frame.length, onWire - frame.length);
    let problem: PacketError | undefined;
    try {
      const next = this.#takeLink(cursor, linkType, layers);
      takePacket(cursor, next, layers);
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
      problem = error;
    }
    const { at, end, cut: missing } = cursor;
    const payload = frame.subarray(at, end);
    const trailer = frame.subarray(end);
    const timestamp = new Timestamp(time.seconds, time.nanoseconds);
    return new Packet({
      timestamp,
      bytes: frame,
      originalLength: onWire,
      linkType,
      layers,
      payload,
      missing,
      trailer,
      problem,
    });
  }

  /** Takes the headers before the packet off; what comes next, as a HeaderType or EtherType. */
  #takeLink(cursor: Cursor, linkType: number, layers: Layer[]): number {
    const { frame, cut } = cursor;
    const found = this.#dissector.dissect(frame, linkType, frame.length + cut);
    if (found === undefined)
      throw new UnsupportedPacketError(linkTypeName(linkType), "frames of this type are not decoded");
    for (const header of found.headers) layers.push(linkLayer(cursor, header, linkType));
    if (found.end < cursor.end) cursor.limit("frame", found.end - cursor.at);
    return found.next;
  }
}

function takePacket(cursor: Cursor, type: number, layers: Layer[]): void {
  if (type === HeaderType.IPV4) takeIpv4(cursor, layers);
  else if (type === HeaderType.IPV6) takeIpv6(cursor, layers);
  else if (type === arpType) layers.push(Arp.read(cursor));
  else if (etherTypeNames.has(type) || type >= 0x600) {
    throw new UnsupportedPacketError(etherTypeNames.get(type) ?? hex(type, 4), "packets of this type are not decoded");
  } else {
    throw new UnsupportedPacketError(layers.at(-1)?.protocol ?? "frame", "no IP packet follows");
  }
}

function takeIpv4(cursor: Cursor, layers: Layer[]): void {
  const ip = Ipv4.read(cursor);
  layers.push(ip);
  refuseLaterFragment("IPv4", ip.fragmentOffset);
  cursor.isFragment = ip.moreFragments;
  takeTransport(cursor, ip.nextProtocol, 4, layers);
}

function takeIpv6(cursor: Cursor, layers: Layer[]): void {
  const ip = Ipv6.read(cursor);
  layers.push(ip);
  let protocol = ip.nextProtocol;
  for (;;) {
    const extension = Ipv6Extension.read(cursor, protocol);
    if (extension === undefined) break;
    layers.push(extension);
    refuseLaterFragment("IPv6", extension.fragmentOffset);
    cursor.isFragment ||= extension.moreFragments;
    protocol = extension.nextProtocol;
  }
  takeTransport(cursor, protocol, 6, layers);
}

function refuseLaterFragment(protocol: string, offset: number): void {
  if (offset === 0) return;
  throw new UnsupportedPacketError(protocol, `a fragment, from byte ${offset} on: the next header is in the first one`);
}

function takeTransport(cursor: Cursor, protocol: number, family: 4 | 6, layers: Layer[]): void {
  if (protocol === TCP) layers.push(Tcp.read(cursor));
  else if (protocol === UDP) layers.push(Udp.read(cursor));
  else if (protocol === (family === 4 ? ICMP : ICMPV6)) layers.push(Icmp.read(cursor, family));
  else if (protocol !== NOTHING) {
    const name = protocolNames.get(protocol) ?? `protocol ${protocol}`;
    throw new UnsupportedPacketError(name, `packets with it are not decoded behind IPv${family}`);
  }
}
