// From a frame to the IP packet in it: the header of the link type, then whatever lies between it and IP. A frame of a
// link type that is not decoded is counted, and the type is named once.

import { LinkType, linkTypeName } from "@tsnids/pcap";
import type { AlertSink } from "../alerts/alert-sink.js";
import type { Packet } from "../packet.js";
import type { Statistics } from "../stats.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { followHeaders } from "./headers.js";
import type { HeaderDecoder } from "./headers.js";
import { subframe } from "./ieee80211.js";
import { linkDecoders } from "./link-types.js";

/** The link layer: strips what lies before the IP header. */
export class LinkLayer {
  private readonly packet: Packet;
  private readonly path: EncapsulationPath;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly unknown: Set<number> = new Set();
  private decode: HeaderDecoder | undefined = linkDecoders.get(LinkType.ETHERNET);
  private current: number = LinkType.ETHERNET;

  constructor(packet: Packet, path: EncapsulationPath, statistics: Statistics, alerts: AlertSink) {
    this.packet = packet;
    this.path = path;
    this.statistics = statistics;
    this.alerts = alerts;
  }

  /** The LINKTYPE of the frames to come. */
  get linkType(): number {
    return this.current;
  }

  set linkType(type: number) {
    this.current = type;
    this.decode = linkDecoders.get(type);
  }

  /** Finds the IP packet of the current frame: 4 or 6, or 0 when there is none. */
  locate(): number {
    const { packet, path, decode } = this;
    this.begin(packet.frame);
    if (decode === undefined) return this.unknownLink();
    const family = followHeaders(decode(packet, path), packet, path);
    if (family === 0) this.statistics.framesNotIp++;
    return family;
  }

  /** Finds the packet at `rest`, in a frame that holds several, as `locate` does. */
  locateNext(): number {
    const { packet, path } = this;
    this.begin(packet.rest);
    const family = followHeaders(subframe(packet), packet, path);
    if (family !== 0) this.statistics.aggregated++;
    return family;
  }

  /** Forgets all VLANs and tunnels. */
  exit(): void {
    this.path.exit();
  }

  /** The first header is at `at`; nothing is known of what follows. */
  private begin(at: number): void {
    const { packet } = this;
    const { batch, index } = packet;
    const cut = (batch.originalLength[index] as number) - (batch.capturedLength[index] as number);
    this.path.begin();
    packet.network = at;
    packet.networkEnd = packet.frameEnd;
    packet.missing = Math.max(0, cut);
    packet.rest = 0;
  }

  private unknownLink(): number {
    this.statistics.framesUnknownLink++;
    if (!this.unknown.has(this.current)) {
      this.unknown.add(this.current);
      this.alerts.raise("link-unknown", false, `link type ${this.current}, ${linkTypeName(this.current)}`);
    }
    return 0;
  }
}
