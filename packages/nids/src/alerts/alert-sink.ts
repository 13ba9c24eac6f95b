// The way of an alert to the user: counted, filled in with what is known of the packet in hand, and given to whoever
// listens. In an engine that is a share of others, only what is about its own flows.

import type { EventEmitter } from "eventemitter3";
import { alertCatalogue } from "./alerts.js";
import type { Alert, AlertCode } from "./alerts.js";
import type { Faults } from "../callbacks/faults.js";
import type { Views } from "../callbacks/views.js";
import type { NidsEvents } from "../engine.js";
import { formatAddress } from "../ip/address.js";
import { ipv6HeaderBytes, TCP, UDP } from "../ip/protocol.js";
import type { Packet } from "../packet.js";
import type { ScanTarget } from "../scan/port-scan-detector.js";
import { isAboutFlow } from "../share/flow-share.js";
import type { FlowShare } from "../share/flow-share.js";
import type { Statistics } from "../stats.js";

/** What an alert is about, where that is not the current packet. */
export interface AlertSubject {
  /** The packet's bytes from its IP header on, where it is not the current one or its addresses could not be read. */
  readonly packet?: Uint8Array;
  readonly targets?: readonly ScanTarget[];
}

/** Counts alerts and hands them to whoever listens. */
export class AlertSink {
  private readonly events: EventEmitter<NidsEvents>;
  private readonly packet: Packet;
  private readonly statistics: Statistics;
  private readonly faults: Faults;
  private readonly views: Views;
  /** True where another share raises the alerts about what all shares see. */
  private readonly onlyFlows: boolean;
  private readonly raised: Map<AlertCode, number> = new Map();

  constructor(
    events: EventEmitter<NidsEvents>,
    packet: Packet,
    statistics: Statistics,
    faults: Faults,
    views: Views,
    share: FlowShare | undefined,
  ) {
    this.events = events;
    this.packet = packet;
    this.statistics = statistics;
    this.faults = faults;
    this.views = views;
    this.onlyFlows = share !== undefined && share.index > 0;
  }

  /** How often each alert was raised. */
  counts(): { readonly [code in AlertCode]?: number } {
    return Object.fromEntries(this.raised);
  }

  /** Raises an alert about the current packet; `withAddresses` where its IP header is known to be whole. */
  raise(code: AlertCode, withAddresses: boolean, detail?: string, subject: AlertSubject = {}): void {
    const { packet, events, views } = this;
    if (this.onlyFlows && !isAboutFlow(code)) return;
    this.statistics.alerts++;
    this.raised.set(code, (this.raised.get(code) ?? 0) + 1);
    if (events.listenerCount("alert") === 0) return;
    const length = packet.addressLength;
    const address = (at: number): string => formatAddress(packet.bytes.subarray(at, at + length));
    const isKnown = withAddresses && packet.network !== 0;
    const { severity, text } = alertCatalogue[code];
    const { seconds, nanoseconds } = packet;
    const source = isKnown ? address(packet.addresses) : undefined;
    const destination = isKnown ? address(packet.addresses + length) : undefined;
    const [sourcePort, destinationPort] = isKnown ? this.ports() : [];
    const bytes = subject.packet ?? (isKnown ? this.captured() : undefined);
    const alert: Alert = {
      ...{ code, severity, text, detail, seconds, nanoseconds, source, destination, sourcePort, destinationPort },
      totalLength: isKnown && bytes !== undefined ? totalLength(bytes, packet.family) : undefined,
      packet: bytes === undefined ? undefined : views.lend(bytes, 0, bytes.length),
      targets: subject.targets,
    };
    try {
      events.emit("alert", alert);
    } catch (error) {
      this.faults.note(error, undefined);
    }
    views.reclaim();
  }

  /** The current packet from its IP header on; its end is known when its transport is. */
  private captured(): Uint8Array {
    const { bytes, network, networkEnd, transport, end } = this.packet;
    return bytes.subarray(network, transport === 0 ? networkEnd : end);
  }

  private ports(): number[] {
    const { view, transport, end, protocol, fragmentOffset } = this.packet;
    const has = (protocol === TCP || protocol === UDP) && fragmentOffset === 0 && transport > 0 && transport + 4 <= end;
    return has ? [view.getUint16(transport), view.getUint16(transport + 2)] : [];
  }
}

/** The length of a packet of this family by its header. */
function totalLength(packet: Uint8Array, family: number): number {
  const length = (at: number): number => ((packet[at] as number) << 8) | (packet[at + 1] as number);
  return family === 4 ? length(2) : length(4) + ipv6HeaderBytes;
}
