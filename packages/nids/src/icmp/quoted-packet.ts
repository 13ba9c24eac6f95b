// The packet that an ICMP error is about: it quotes the packet's beginning, behind eight bytes of its own (RFC 792;
// RFC 4443 §2.4).
//
//   │ IP header │ ICMP header, 8 bytes │ quoted IP header │ quoted transport header, 8 bytes of it or more │
//                                        ▲ start            ▲ transport
//
// Nothing of it is checked but what is needed to find addresses and ports: routers change what they quote.

import { AUTHENTICATION, extensionBytes, FRAGMENT } from "../ip/ipv6.js";
import {
  DCCP,
  ICMP,
  icmpHeaderBytes,
  ICMPV6,
  ipv4HeaderBytes,
  ipv6HeaderBytes,
  SCTP,
  TCP,
  UDP,
  UDP_LITE,
} from "../ip/protocol.js";
import type { Packet } from "../packet.js";

const fragmentHeaderBytes = 8;
const maxExtensionHeaders = 8;

/**
 * ICMP types that quote a packet: unreachable, source quench, redirect, time exceeded, parameter problem; ICMPv6
 * errors are 1 to 4.
 */
const quotingTypes = { 4: [3, 4, 5, 11, 12], 6: [1, 2, 3, 4] } as const;

/** Protocols whose header begins with two ports. */
const protocolsWithPorts: readonly number[] = [TCP, UDP, DCCP, SCTP, UDP_LITE];

/** Where the parts of a quoted packet lie in the engine's memory. One object, reused. */
export class QuotedPacket {
  protocol = 0;
  /** The source address, which the destination follows. */
  addresses = 0;
  transport = 0;
  /** Bytes there are of the transport header and what follows it. */
  available = 0;
  /** True where the first bytes of the transport header are ports. */
  hasPorts = false;
  /** True where they are the type and the code of an ICMP message of the same family. */
  hasType = false;

  /** Reads what the ICMP message at the cursor quotes; false where it quotes nothing, or too little to have addresses. */
  read(packet: Packet): boolean {
    const { bytes, transport, end, family } = packet;
    const types: readonly number[] = quotingTypes[family === 4 ? 4 : 6];
    const start = transport + icmpHeaderBytes;
    const headerBytes = family === 4 ? ipv4HeaderBytes : ipv6HeaderBytes;
    if (!types.includes(bytes[transport] as number) || start + headerBytes > end) return false;
    if ((bytes[start] as number) >>> 4 !== family) return false;
    const isFirst = family === 4 ? this.readIpv4(packet, start) : this.readIpv6(packet, start);
    this.available = Math.max(0, end - this.transport);
    this.hasPorts = isFirst && this.available >= 4 && protocolsWithPorts.includes(this.protocol);
    this.hasType = isFirst && this.available >= 2 && this.protocol === (family === 4 ? ICMP : ICMPV6);
    return true;
  }

  /** Source port << 16 | destination port. */
  ports(packet: Packet): number {
    return packet.view.getInt32(this.transport);
  }

  /** True for anything but a later fragment, which has no transport header. */
  private readIpv4(packet: Packet, start: number): boolean {
    const { bytes, view } = packet;
    this.protocol = bytes[start + 9] as number;
    this.addresses = start + 12;
    this.transport = start + Math.max(ipv4HeaderBytes, ((bytes[start] as number) & 0xf) * 4);
    if ((view.getUint16(start + 6) & 0x1fff) !== 0) return false;
    if (this.protocol === AUTHENTICATION) this.pass(packet);
    return true;
  }

  private readIpv6(packet: Packet, start: number): boolean {
    const { bytes, view, end } = packet;
    this.addresses = start + 8;
    this.protocol = bytes[start + 6] as number;
    this.transport = start + ipv6HeaderBytes;
    for (let headers = 0; headers < maxExtensionHeaders; headers++) {
      const { protocol, transport } = this;
      if (protocol === FRAGMENT && transport + fragmentHeaderBytes <= end) {
        if ((view.getUint16(transport + 2) & 0xfff8) !== 0) return false;
        this.protocol = bytes[transport] as number;
        this.transport += fragmentHeaderBytes;
      } else if (!this.pass(packet)) {
        return true;
      }
    }
    return true;
  }

  /** Goes past the extension header it is at; false where it is at none, or at one that does not say how long it is. */
  private pass({ bytes, end }: Packet): boolean {
    const { protocol, transport } = this;
    const length = extensionBytes(protocol, bytes, transport, end);
    if (length === 0 || length === Infinity) return false;
    this.protocol = bytes[transport] as number;
    this.transport += length;
    return true;
  }
}
