// Engines that divide the flows of one capture among them. Each is given the same frames, or those that FrameSieve
// sorts out for it, and follows the flows of its share. What comes before the flows is the same in all of them, because
// all have seen the same: VLANs and tunnels, incomplete datagrams, whether checksums count, who scans, the clock.
// Alerts about that, and counters of it, are the business of share 0.
//
//   frame ─► link ─► ip ─► defrag ─┬─► own flow: tcp, udp, icmp, ip callbacks
//                 (all shares)     └─► another share's: what it says about scans and checksums is noted, and that is all

import type { AlertCode } from "../alerts/alerts.js";
import type { ChecksumVerification } from "../checksum/verification.js";
import { QuotedPacket } from "../icmp/quoted-packet.js";
import { AUTHENTICATION, extensionBytes } from "../ip/ipv6.js";
import { ICMP, ICMPV6, ipv4HeaderBytes, ipv6HeaderBytes, TCP, tcpHeaderBytes, UDP } from "../ip/protocol.js";
import type { Packet } from "../packet.js";
import type { PortScanDetector } from "../scan/port-scan-detector.js";
import { TcpFlag } from "../tcp/segment.js";
import { flowHash, mostShares, shareOfHash } from "./flow-hash.js";

/** The share of an engine that follows some of the flows. */
export interface FlowShare {
  /** Which of the shares it is: 0 to `of` - 1. */
  readonly index: number;
  /** How many shares there are, at most 1024. */
  readonly of: number;
  /** 32 bits that nobody who sends packets should know, the same for all shares: with them, flows could be made to meet in one. */
  readonly seed: number;
}

/** What a share should have been, where it is not. */
export function faultInShare(value: object): string | undefined {
  const { index, of, seed } = value as Partial<FlowShare>;
  const isWhole = (given: unknown, most: number): given is number =>
    Number.isInteger(given) && (given as number) >= 0 && (given as number) <= most;
  if (isWhole(of, mostShares) && isWhole(index, of - 1) && isWhole(seed, 0xffffffff)) return undefined;
  return `a share such as { index: 0, of: 4, seed: 1 }, with an index below "of", at most ${mostShares} shares and a seed of 32 bits`;
}

/** True for alerts about what only the share of a flow looks at; others are about what every share has seen. */
export function isAboutFlow(code: AlertCode): boolean {
  return code.startsWith("tcp-") || code === "streams-limit";
}

/** Says which packets are an engine's own, and hears what the others say. */
export class ShareOfFlows {
  private readonly share: FlowShare;
  private readonly packet: Packet;
  private readonly verification: ChecksumVerification;
  private readonly scans: PortScanDetector;
  private readonly verifiesTcp: boolean;
  private readonly quote: QuotedPacket = new QuotedPacket();

  constructor(
    share: FlowShare,
    packet: Packet,
    verification: ChecksumVerification,
    scans: PortScanDetector,
    verifiesTcp: boolean,
  ) {
    this.share = share;
    this.packet = packet;
    this.verification = verification;
    this.scans = scans;
    this.verifiesTcp = verifiesTcp;
  }

  /**
   * True where the valid datagram at the cursor belongs to a flow of this share. An ICMP error goes with the flow that
   * it quotes; what has no ports goes by its addresses; an authentication header changes nothing.
   */
  get isOwn(): boolean {
    const { packet, quote } = this;
    const { bytes, family, addresses, end } = packet;
    let { protocol, transport } = packet;
    if (protocol === AUTHENTICATION && family === 4) {
      const length = extensionBytes(AUTHENTICATION, bytes, transport, end);
      if (transport + length < end) {
        protocol = bytes[transport] as number;
        transport += length;
      }
    }
    if (protocol === (family === 4 ? ICMP : ICMPV6) && transport < end && quote.read(packet, transport)) {
      const hasPorts = quote.hasPorts && (quote.protocol === TCP || quote.protocol === UDP);
      return this.isShareOf(quote.addresses, hasPorts ? quote.ports(packet) : 0);
    }
    return this.isShareOf(addresses, this.portsAt(protocol, transport, end));
  }

  /**
   * The same for a packet as captured, before anything is checked. Later fragments go by their addresses, what has no
   * whole header is share 0's.
   */
  get isOwnAsCaptured(): boolean {
    const { bytes, view, family, network, networkEnd } = this.packet;
    const isV4 = family === 4;
    if (networkEnd - network < (isV4 ? ipv4HeaderBytes : ipv6HeaderBytes)) return this.share.index === 0;
    const transport = network + (isV4 ? ((bytes[network] as number) & 0xf) * 4 : ipv6HeaderBytes);
    const isLater = isV4 && (view.getUint16(network + 6) & 0x1fff) !== 0;
    const protocol = isLater ? 0 : (bytes[network + (isV4 ? 9 : 6)] as number);
    return this.isShareOf(network + (isV4 ? 12 : 8), this.portsAt(protocol, transport, networkEnd));
  }

  /**
   * Evaluates another share's TCP segment, at the cursor, for scans and the trial of checksums only; in the same order
   * as Tcp.receive.
   */
  overhear(): void {
    const { packet, scans, verification } = this;
    const { view, transport, end, cut } = packet;
    if (end - transport < tcpHeaderBytes || packet.isUnaddressed) return;
    const offsetAndFlags = view.getUint16(transport + 12);
    const headerBytes = (offsetAndFlags >>> 10) & 0x3c;
    const length = end - transport - headerBytes;
    if (headerBytes < tcpHeaderBytes || length + cut < 0) return;
    if ((offsetAndFlags & TcpFlag.ACK) === 0) scans.note(offsetAndFlags & 0xff);
    if (this.verifiesTcp && length >= 0 && !verification.settled) verification.transportRight(packet);
  }

  private portsAt(protocol: number, transport: number, end: number): number {
    const has = (protocol === TCP || protocol === UDP) && transport + 4 <= end;
    return has ? this.packet.view.getInt32(transport) : 0;
  }

  private isShareOf(addresses: number, ports: number): boolean {
    const { packet, share } = this;
    const hash = flowHash(packet.view, addresses, packet.addressLength, ports, share.seed);
    return shareOfHash(hash, share.of) === share.index;
  }
}
