// The way of an IP packet: filter, raw fragment callbacks, validation, defragmentation, ip callbacks, then TCP, UDP,
// ICMP, a tunnel or nothing. What comes out of a tunnel is an IP packet like any other.

import type { AlertSink } from "../alerts/alert-sink.js";
import type { Faults } from "../callbacks/faults.js";
import { Registry } from "../callbacks/registry.js";
import { showTo } from "../callbacks/show-to.js";
import type { Views } from "../callbacks/views.js";
import type { ChecksumVerification } from "../checksum/verification.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import type { Tunnels } from "../link/tunnel/tunnels.js";
import type { Icmp } from "../icmp/icmp.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { PortScanDetector } from "../scan/port-scan-detector.js";
import { ShareOfFlows } from "../share/flow-share.js";
import type { Statistics } from "../stats.js";
import type { Tcp } from "../tcp/tcp.js";
import type { Udp } from "../udp/udp.js";
import { Defragmenter } from "./defragmenter.js";
import { IpPacket } from "./ip-packet.js";
import { Ipv4 } from "./ipv4.js";
import { AUTHENTICATION, extensionBytes, Ipv6 } from "./ipv6.js";
import { ICMP, ICMPV6, TCP, UDP } from "./protocol.js";

/** Decides about an IP packet or fragment as it was captured, from its header on; not validated. False drops it. */
export type IpFilter = (bytes: Uint8Array) => boolean;

/** A registered ip or ip fragment callback. */
export type IpCallback = (packet: IpPacket) => void;

/** Everything the IP stage works with. */
export interface IpParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly alerts: AlertSink;
  readonly verification: ChecksumVerification;
  readonly faults: Faults;
  readonly views: Views;
  readonly seed: number;
  readonly tcp: Tcp;
  readonly udp: Udp;
  readonly path: EncapsulationPath;
  readonly tunnels: Tunnels;
  readonly icmp: Icmp;
  readonly scans: PortScanDetector;
}

export class Ip {
  /** Called for every IP packet or fragment as captured, before it is validated. */
  readonly fragmentCallbacks: Registry<IpCallback> = new Registry();
  /** Called for every valid, complete datagram. */
  readonly callbacks: Registry<IpCallback> = new Registry();

  private readonly packet: Packet;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly faults: Faults;
  private readonly views: Views;
  private readonly tcp: Tcp;
  private readonly udp: Udp;
  private readonly tunnels: Tunnels;
  private readonly icmp: Icmp;
  private readonly ipv4: Ipv4;
  private readonly ipv6: Ipv6;
  private readonly defragmenter: Defragmenter;
  private readonly shown: IpPacket;
  /** Undefined where the engine follows all flows. */
  private readonly share: ShareOfFlows | undefined;
  /** True where the packet in hand belongs to a flow that this engine follows. */
  private isOwn = true;

  constructor(parts: IpParts) {
    const { memory, packet, params, statistics, alerts } = parts;
    this.packet = packet;
    this.params = params;
    this.statistics = statistics;
    this.faults = parts.faults;
    this.tcp = parts.tcp;
    this.udp = parts.udp;
    this.tunnels = parts.tunnels;
    this.icmp = parts.icmp;
    this.ipv4 = new Ipv4(packet, memory.checksums, parts.verification, alerts);
    this.ipv6 = new Ipv6(packet, alerts, parts.seed);
    this.defragmenter = new Defragmenter(parts);
    this.views = parts.views;
    this.shown = new IpPacket(packet, parts.path, parts.views);
    const { share, followTcp } = params;
    if (share !== undefined) this.share = new ShareOfFlows(share, packet, parts.verification, parts.scans, followTcp);
  }

  /** True when somebody wants to see packets on the IP layer. */
  get isWatched(): boolean {
    const callbacks = this.fragmentCallbacks.newestFirst.length + this.callbacks.newestFirst.length;
    return callbacks > 0 || this.params.ipFilter !== undefined;
  }

  /** Takes the packet of this family at the cursor's `network` position, and those in tunnels within it. */
  receive(family: number): void {
    if (this.take(family)) this.goOn();
  }

  /** The same for an IPv4 datagram that the kernel has put together from fragments. */
  receiveReassembled(): void {
    this.statistics.datagramsReassembled++;
    if (this.takeReassembled(4)) this.goOn();
  }

  /** Gives up incomplete datagrams. */
  exit(): void {
    this.defragmenter.clear();
  }

  /** From the filter to the ip callbacks; false when the packet goes no further, or waits for its other fragments. */
  private take(family: number): boolean {
    const { packet } = this;
    packet.family = family;
    if (this.fragmentCallbacks.newestFirst.length > 0 && this.share?.isOwnAsCaptured !== false) {
      this.show(this.fragmentCallbacks, false);
    }
    const { ipFilter } = this.params;
    if (ipFilter !== undefined && !this.passes(ipFilter)) {
      this.statistics.ipFiltered++;
      return false;
    }
    if (!this.parse(family)) return false;
    if (packet.fragmentOffset !== 0 || packet.moreFragments) {
      return this.defragmenter.add() && this.takeReassembled(family);
    }
    this.showWhole();
    return true;
  }

  private takeReassembled(family: number): boolean {
    const { packet } = this;
    packet.missing = 0;
    if (!this.parse(family)) return false;
    if (packet.fragmentOffset !== 0 || packet.moreFragments) {
      this.statistics.ipInvalid++; // a fragment inside a datagram that was whole: nobody sends that (RFC 8200 §4.5)
      return false;
    }
    this.showWhole();
    return true;
  }

  /** Shows a valid, complete datagram to those who watch. */
  private showWhole(): void {
    if (this.share !== undefined) this.isOwn = this.share.isOwn;
    if (this.callbacks.newestFirst.length > 0 && this.isOwn) this.show(this.callbacks, true);
  }

  /** What is in the packet in hand, and in tunnels within it. */
  private goOn(): void {
    for (let version = this.handOn(); version !== 0; version = this.handOn()) {
      this.statistics.tunnelled++;
      this.packet.linkEnd = this.packet.network;
      if (!this.take(version)) return;
    }
  }

  /** To TCP, UDP, ICMP or into a tunnel; returns the version of the packet in that, or 0. */
  private handOn(): number {
    const { packet, tunnels, isOwn } = this;
    if (packet.protocol === TCP) {
      if (isOwn) this.tcp.receive();
      else this.share?.overhear();
      return 0;
    }
    if (packet.protocol === (packet.family === 4 ? ICMP : ICMPV6)) {
      if (isOwn) this.icmp.receive();
      return 0;
    }
    if (packet.protocol === UDP) {
      return (isOwn ? this.udp.receive(tunnels) : this.udp.acceptable(tunnels)) ? tunnels.enter() : 0;
    }
    if (packet.protocol === AUTHENTICATION && packet.family === 4) return this.passAuthentication() ? this.handOn() : 0;
    return tunnels.enter();
  }

  /**
   * Takes an authentication header off an IPv4 packet (RFC 4302 §2); in IPv6 it is one of the extension headers. False
   * where it runs out of the packet, or another one follows.
   */
  private passAuthentication(): boolean {
    const { packet } = this;
    const { bytes, transport, end } = packet;
    const length = extensionBytes(AUTHENTICATION, bytes, transport, end);
    if (transport + length > end) return false;
    packet.protocol = bytes[transport] as number;
    packet.transport += length;
    return packet.protocol !== AUTHENTICATION;
  }

  private parse(family: number): boolean {
    this.packet.transport = 0;
    if (family === 4 ? this.ipv4.parse() : this.ipv6.parse()) {
      this.statistics.ipPackets++;
      return true;
    }
    this.statistics.ipInvalid++;
    return false;
  }

  private passes(filter: IpFilter): boolean {
    const { bytes, network, networkEnd } = this.packet;
    try {
      return filter(new Uint8Array(bytes.buffer, network, networkEnd - network));
    } catch (error) {
      this.faults.note(error, undefined);
      return true;
    }
  }

  private show(callbacks: Registry<IpCallback>, validated: boolean): void {
    this.shown.validated = validated;
    this.shown.inHand = true;
    showTo(callbacks, this.shown, this.faults, this.views);
    this.shown.inHand = false;
  }
}
