// The packet that an ICMP error is about: it quotes the packet's beginning, behind eight bytes of its own (RFC 792;
// RFC 4443 §2.4).
//
//   │ IP header │ ICMP header, 8 bytes │ quoted IP header │ quoted transport header, 8 bytes of it or more │
//                                        ▲ start            ▲ transport
//
// Nothing of it is checked but what is needed to find addresses and ports: routers change what they quote.

import { AUTHENTICATION, extensionBytes, FRAGMENT, fragmentHeaderBytes, headersBehind } from "../ip/ipv6.js";
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

/** Types of ICMP errors: unreachable, source quench, redirect, time exceeded, parameter problem. */
export const icmpErrors: readonly number[] = [3, 4, 5, 11, 12];
/** The same of ICMPv6, which has no source quench, and where a redirect is no error. */
const icmpv6Errors: readonly number[] = [1, 2, 3, 4];

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

  /**
   * Reads what the ICMP message at the cursor, or at `transport` behind it, quotes; false where it quotes nothing, or too
   * little to have addresses.
   */
  read(packet: Packet, transport: number = packet.transport): boolean {
    const { bytes, end, family } = packet;
    const types = family === 4 ? icmpErrors : icmpv6Errors;
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
  private readIpv4({ bytes, view, end }: Packet, start: number): boolean {
    this.protocol = bytes[start + 9] as number;
    this.addresses = start + 12;
    this.transport = start + Math.max(ipv4HeaderBytes, ((bytes[start] as number) & 0xf) * 4);
    if ((view.getUint16(start + 6) & 0x1fff) !== 0) return false;
    if (this.protocol !== AUTHENTICATION) return true;
    const length = extensionBytes(AUTHENTICATION, bytes, this.transport, end);
    if (length === Infinity) return true;
    this.protocol = bytes[this.transport] as number;
    this.transport += length;
    return true;
  }

  private readIpv6({ bytes, view, end }: Packet, start: number): boolean {
    this.addresses = start + 8;
    for (const { protocol, at } of headersBehind(bytes, start, end)) {
      this.protocol = protocol;
      this.transport = at;
      const isFragment = protocol === FRAGMENT && at + fragmentHeaderBytes <= end;
      if (isFragment && (view.getUint16(at + 2) & 0xfff8) !== 0) return false;
    }
    return true;
  }
}
