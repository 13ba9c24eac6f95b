// From a frame to the IP packet in it. Each link type has a row in a table by its LINKTYPE number; a frame of any other type
// is counted and the type is named once.

import { LinkType } from "@tsnids/pcap";
import type { AlertSink } from "../alerts.js";
import type { NidsParams } from "../params.js";
import type { Packet } from "../packet.js";
import type { Statistics } from "../stats.js";
import { EtherType, ethernet, tagged } from "./ethernet.js";
import { ScopeTable } from "./scopes.js";

/** Sets `network` and `scope` of the packet and returns the EtherType of what begins there; 0 when there is nothing. */
type LinkDecoder = (packet: Packet, scopes: ScopeTable) => number;

/** No link header: the version nibble says which IP it is. */
function bareIp(packet: Packet, at: number): number {
  packet.network = at;
  if (at >= packet.frameEnd) return 0;
  const version = (packet.bytes[at] as number) >>> 4;
  return version === 4 ? EtherType.IPV4 : version === 6 ? EtherType.IPV6 : 0;
}

/** Linux "cooked" capture, version 1: 16 bytes that end with the EtherType. */
function linuxCooked(packet: Packet, scopes: ScopeTable): number {
  return tagged(packet, scopes, packet.frame + 14);
}

/** Four bytes with an address family; which number means IPv6 differs between systems, the packet itself does not. */
function addressFamily(packet: Packet): number {
  return bareIp(packet, packet.frame + 4);
}

const decoders: ReadonlyMap<number, LinkDecoder> = new Map<number, LinkDecoder>([
  [LinkType.ETHERNET, ethernet],
  [LinkType.LINUX_SLL, linuxCooked],
  [LinkType.NULL, addressFamily],
  [LinkType.LOOP, addressFamily],
  [LinkType.RAW, (packet) => bareIp(packet, packet.frame)],
  [LinkType.IPV4, (packet) => bareIp(packet, packet.frame)],
  [LinkType.IPV6, (packet) => bareIp(packet, packet.frame)],
]);

/** The link layer: strips what lies before the IP header. */
export class LinkLayer {
  private readonly packet: Packet;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly scopes: ScopeTable;
  private readonly unknown: Set<number> = new Set();
  private decode: LinkDecoder | undefined = ethernet;
  private current: number = LinkType.ETHERNET;

  constructor(packet: Packet, params: NidsParams, statistics: Statistics, alerts: AlertSink) {
    this.packet = packet;
    this.statistics = statistics;
    this.alerts = alerts;
    this.scopes = new ScopeTable(params.maxScopes, () => alerts.raise("scope-limit", false));
  }

  /** The LINKTYPE of the frames to come. */
  get linkType(): number {
    return this.current;
  }

  set linkType(type: number) {
    this.current = type;
    this.decode = decoders.get(type);
  }

  /** Finds the IP packet of the current frame: 4 or 6, or 0 when there is none. */
  locate(): number {
    const { packet, decode } = this;
    packet.scope = 0;
    if (decode === undefined) return this.unknownLink();
    const type = decode(packet, this.scopes);
    if (type === EtherType.IPV4) return 4;
    if (type === EtherType.IPV6) return 6;
    this.statistics.framesNotIp++;
    return 0;
  }

  /** Forgets all VLANs and tunnels. */
  exit(): void {
    this.scopes.clear();
  }

  private unknownLink(): number {
    this.statistics.framesUnknownLink++;
    if (!this.unknown.has(this.current)) {
      this.unknown.add(this.current);
      this.alerts.raise("link-unknown", false, `link type ${this.current}`);
    }
    return 0;
  }
}
