// reject(): tells the source of a datagram that nobody is there, as the destination or a router would (RFC 792, RFC
// 4443 §3.1). The message quotes the packet, as much of it as fits where every path must let it through (RFC 1812
// §4.3.2.3, RFC 4443 §2.4 c).
//
//   │ IP: destination → source │ type, code, checksum, 4 zeros │ the packet from its IP header on … │
//
// Some packets are never answered, lest one packet make many, or errors make errors (RFC 1122 §3.2.2, RFC 4443 §2.4 e).

import { LinkType } from "@tsnids/pcap";
import { NidsError } from "../errors.js";
import type { IcmpMessage } from "../icmp/icmp-message.js";
import { icmpErrors } from "../icmp/quoted-packet.js";
import { IpPacket } from "../ip/ip-packet.js";
import { ICMP, icmpHeaderBytes, ICMPV6, ipv4HeaderBytes, ipv6HeaderBytes } from "../ip/protocol.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import type { LinkLayer } from "../link/decap.js";
import type { Packet } from "../packet.js";
import type { Statistics } from "../stats.js";
import type { UdpDatagram } from "../udp/udp-datagram.js";
import { Envelope } from "./envelope.js";
import type { InjectedFrame, Injection } from "./injector.js";
import { ipDatagram, pseudoHeader, writeChecksum } from "./ip-datagram.js";
import { checkRejectOptions } from "./kill-options.js";
import type { RejectOptions, RejectReason } from "./kill-options.js";
import { refusal } from "./rails.js";
import type { Rails } from "./rails.js";

/** What a message must quote of the transport header, where there is so much. */
const leastQuoted = 8;

interface Unreachable {
  readonly type: number;
  readonly codes: Readonly<Record<RejectReason, number>>;
  /** Bytes of the longest answer, IP header included. */
  readonly longest: number;
}

const ofIpv4: Unreachable = { type: 3, codes: { port: 3, host: 1, prohibited: 13 }, longest: 576 };
const ofIpv6: Unreachable = { type: 1, codes: { port: 4, host: 3, prohibited: 1 }, longest: 1280 };

/** ICMPv6 types below this are errors, known or not. */
const firstInformational = 128;
const ICMPV6_REDIRECT = 137;

/** First byte of the first IPv4 address that is no host's: multicast, reserved, broadcast. */
const firstMulticast = 224;
const ipv6Multicast = 0xff;
const ethernetAddress = 6;
/** Packet types in a cooked capture: broadcast and multicast. */
const toMany: readonly number[] = [1, 2];

const unanswered = refusal("not-answerable");

/** What rejections are made from. */
export interface RejectParts {
  readonly packet: Packet;
  readonly path: EncapsulationPath;
  readonly link: LinkLayer;
  readonly statistics: Statistics;
  readonly rails: Rails;
}

export class Rejecter {
  private readonly packet: Packet;
  private readonly path: EncapsulationPath;
  private readonly link: LinkLayer;
  private readonly statistics: Statistics;
  private readonly rails: Rails;

  constructor(parts: RejectParts) {
    this.packet = parts.packet;
    this.path = parts.path;
    this.link = parts.link;
    this.statistics = parts.statistics;
    this.rails = parts.rails;
  }

  /** Answers the packet in hand, which `shown` must be; throws NidsError as `Nids.reject` says. */
  reject(shown: UdpDatagram | IcmpMessage | IpPacket, options: RejectOptions): Injection {
    checkRejectOptions(options);
    this.rails.check("reject");
    if (!isInHand(shown, this.packet)) {
      throw new NidsError(
        "invalid-argument",
        "reject(packet): give it what a udp, icmp or ip callback of this engine was called with, before that callback returns",
      );
    }
    if (!this.mayBeAnswered()) return unanswered;
    const ends = [this.address(0), this.address(1)] as const;
    const injection = this.rails.send(ends, options.dryRun, () => [this.frame(ends, options.reason ?? "port")]);
    if (injection.outcome === "sent") this.statistics.rejects++;
    return injection;
  }

  private frame([source, destination]: readonly [Uint8Array, Uint8Array], reason: RejectReason): InjectedFrame {
    const envelope = Envelope.around(this.packet, this.path, this.link.linkType)?.turned();
    if (envelope === undefined) {
      throw new NidsError(
        "not-injectable",
        "reject(): an answer can be sent on Ethernet, cooked and bare IP captures, and into tunnels whose header is the same in both " +
          "directions (packet.encapsulation says what the packet is in)",
      );
    }
    const { type, codes, longest } = source.length === 4 ? ofIpv4 : ofIpv6;
    const quoted = this.quote(longest);
    const message = new Uint8Array(icmpHeaderBytes + quoted.length);
    message.set([type, codes[reason]]);
    message.set(quoted, icmpHeaderBytes);
    const isIpv4 = source.length === 4;
    const addresses = new Uint8Array([...destination, ...source]);
    const pseudo = isIpv4 ? undefined : pseudoHeader(addresses, ICMPV6, message.length);
    writeChecksum(message, 2, 0, message.length, pseudo);
    const bytes = envelope.enclose(ipDatagram(destination, source, isIpv4 ? ICMP : ICMPV6, message));
    return { bytes, interfaceIndex: envelope.interfaceIndex, to: "source" };
  }

  private quote(longest: number): Uint8Array {
    const { bytes, network, end, family } = this.packet;
    const room = longest - icmpHeaderBytes - (family === 4 ? ipv4HeaderBytes : ipv6HeaderBytes);
    return bytes.subarray(network, Math.min(end, network + room));
  }

  private mayBeAnswered(): boolean {
    const { transport, end, cut } = this.packet;
    const quotable = cut === 0 || end - transport >= leastQuoted;
    return quotable && !this.isError() && !this.isToMany() && this.isBetweenHosts();
  }

  private isError(): boolean {
    const { bytes, family, protocol, transport } = this.packet;
    const type = bytes[transport] as number;
    if (family === 4) return protocol === ICMP && icmpErrors.includes(type);
    return protocol === ICMPV6 && (type < firstInformational || type === ICMPV6_REDIRECT);
  }

  /** True where the link layer says that the frame, or one inside a tunnel, goes to more than one station. */
  private isToMany(): boolean {
    const { bytes, view, frame } = this.packet;
    const { linkType } = this.link;
    if (linkType === LinkType.LINUX_SLL && toMany.includes(view.getUint16(frame))) return true;
    if (linkType === LinkType.LINUX_SLL2 && toMany.includes(bytes[frame + 10] as number)) return true;
    const addresses = this.path.notes?.addresses ?? [];
    return addresses.some(({ at, length }) => length === ethernetAddress && ((bytes[at] as number) & 1) !== 0);
  }

  /** True where both addresses are of one host each; a subnet's broadcast address cannot be told. */
  private isBetweenHosts(): boolean {
    return [this.address(0), this.address(1)].every((address) => {
      const first = address[0] as number;
      if (address.length === 4) return first > 0 && first < firstMulticast;
      return first !== ipv6Multicast && address.some((byte) => byte !== 0);
    });
  }

  private address(which: number): Uint8Array {
    const { bytes, addresses, addressLength } = this.packet;
    return bytes.slice(addresses + which * addressLength, addresses + (which + 1) * addressLength);
  }
}

/** True for what the callbacks that are being called were given, whatever it is that the caller gives. */
function isInHand(shown: unknown, packet: Packet): boolean {
  const { ip = shown } = (shown ?? {}) as { readonly ip?: unknown };
  return ip instanceof IpPacket && ip.isInHandOf(packet);
}
