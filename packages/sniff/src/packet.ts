// A decoded packet: layers from the outside in, then payload. It owns its bytes and may be kept.

import { hexy } from "hexy";
import type { PacketError } from "./errors.js";
import { Arp } from "./protocol/arp.js";
import { Icmp } from "./protocol/icmp.js";
import { Ipv4, Ipv6 } from "./protocol/ip.js";
import type { Layer } from "./protocol/layer.js";
import { Ethernet, Vlan } from "./protocol/link.js";
import { Tcp } from "./protocol/tcp.js";
import { Udp } from "./protocol/udp.js";
import type { Timestamp } from "./timestamp.js";
import { tree } from "./tree.js";

/** What a packet is made of. */
export interface PacketParts {
  /** When it was captured. */
  readonly timestamp: Timestamp;
  /** The whole frame, as far as it was captured. */
  readonly bytes: Uint8Array;
  /** Bytes the frame had on the wire. */
  readonly originalLength: number;
  /** How the frame begins: a LINKTYPE_ number. */
  readonly linkType: number;
  /** The headers, outermost first. */
  readonly layers: readonly Layer[];
  /** What follows the last header, as far as it was captured. */
  readonly payload: Uint8Array;
  /** Bytes of the payload that the snap length cut off. */
  readonly missing: number;
  /** What the frame has behind the packet: padding, checksums. */
  readonly trailer: Uint8Array;
  /** Why it was not decoded to the end; undefined where it was. */
  readonly problem: PacketError | undefined;
}

/** A packet. As a string it is a tree of protocols, fields and flags. */
export class Packet implements PacketParts {
  /** When it was captured. */
  readonly timestamp: Timestamp;
  /** The whole frame, as far as it was captured. */
  readonly bytes: Uint8Array;
  /** Bytes the frame had on the wire. */
  readonly originalLength: number;
  /** How the frame begins: a LINKTYPE_ number. */
  readonly linkType: number;
  /** The headers, outermost first. */
  readonly layers: readonly Layer[];
  /** What follows the last header, as far as it was captured. */
  readonly payload: Uint8Array;
  /** Bytes of the payload that the snap length cut off. */
  readonly missing: number;
  /** What the frame has behind the packet: padding, checksums. */
  readonly trailer: Uint8Array;
  /** Why it was not decoded to the end; undefined where it was. */
  readonly problem: PacketError | undefined;

  constructor(parts: PacketParts) {
    this.timestamp = parts.timestamp;
    this.bytes = parts.bytes;
    this.originalLength = parts.originalLength;
    this.linkType = parts.linkType;
    this.layers = parts.layers;
    this.payload = parts.payload;
    this.missing = parts.missing;
    this.trailer = parts.trailer;
    this.problem = parts.problem;
  }

  /** The outermost Ethernet header; undefined where there is none, as for all that follow. */
  get ethernet(): Ethernet | undefined {
    return this.layers.find((layer) => layer instanceof Ethernet);
  }

  /** The outermost VLAN tag. */
  get vlan(): Vlan | undefined {
    return this.layers.find((layer) => layer instanceof Vlan);
  }

  /** The ARP message. */
  get arp(): Arp | undefined {
    return this.layers.find((layer) => layer instanceof Arp);
  }

  /** The IP header, of either version. */
  get ip(): Ipv4 | Ipv6 | undefined {
    return this.layers.find((layer) => layer instanceof Ipv4 || layer instanceof Ipv6);
  }

  /** The TCP header. */
  get tcp(): Tcp | undefined {
    return this.layers.find((layer) => layer instanceof Tcp);
  }

  /** The UDP header. */
  get udp(): Udp | undefined {
    return this.layers.find((layer) => layer instanceof Udp);
  }

  /** The header of an ICMP or ICMPv6 message. */
  get icmp(): Icmp | undefined {
    return this.layers.find((layer) => layer instanceof Icmp);
  }

  /** Lines of 16 bytes: place, bytes in hexadecimal, and as text. The whole frame, without a line break at the end. */
  hexdump(): string {
    const { buffer, byteOffset, length } = this.bytes;
    // A Buffer, because hexy 0.4.0 takes the bytes of a plain Uint8Array for text in UTF-8.
    return hexy(Buffer.from(buffer, byteOffset, length), { bytesPerGroup: 1 }).trimEnd();
  }

  /** The tree, without a line break at the end. */
  toString(): string {
    return tree(this);
  }
}
