// The catalogue of alerts, as data, and the way an alert takes to the user. An alert says something about the traffic; it
// is never thrown. `libnids` is the code libnids gives the same event (its nids_warnings), where it has one.

import type { Faults } from "./callbacks/registry.js";
import type { Views } from "./callbacks/views.js";
import type { NidsEvents } from "./engine.js";
import type { EventEmitter } from "eventemitter3";
import { formatAddress } from "./ip/address.js";
import { ipv6HeaderBytes, TCP, UDP } from "./ip/protocol.js";
import type { Packet } from "./packet.js";
import type { ScanTarget } from "./scan/port-scan-detector.js";
import { isAboutFlow } from "./share/flow-share.js";
import type { FlowShare } from "./share/flow-share.js";
import type { Statistics } from "./stats.js";

/** How much an alert asks for attention: `info` least, `warning` most. */
export type AlertSeverity = "info" | "notice" | "warning";

/** What an alert means. */
export interface AlertKind {
  readonly severity: AlertSeverity;
  /** Where the expected behaviour is written down. */
  readonly source: string;
  readonly text: string;
  readonly libnids?: number;
}

/** The codes of alerts; texts may change, codes do not. */
export type AlertCode =
  | "ip-header"
  | "ip-options"
  | "ip-extension-headers"
  | "ip-jumbogram"
  | "fragment-oversize"
  | "fragment-beyond-end"
  | "fragment-end-moved"
  | "fragment-overlap"
  | "fragment-conflict"
  | "fragment-length"
  | "fragment-tiny"
  | "fragment-limit"
  | "tcp-header"
  | "tcp-checksum"
  | "tcp-bad-handshake"
  | "tcp-data-after-fin"
  | "tcp-unexpected-signature"
  | "tcp-overlap-conflict"
  | "tcp-queue-limit"
  | "streams-limit"
  | "port-scan"
  | "checksum-offload"
  | "link-unknown"
  | "scope-limit"
  | "encapsulation-depth"
  | "clock-backwards";

/** Every alert there is. */
export const alertCatalogue: { readonly [code in AlertCode]: AlertKind } = {
  "ip-header": { severity: "notice", source: "RFC 791 §3.1, RFC 8200 §3", text: "invalid IP header", libnids: 4 },
  "ip-options": {
    severity: "warning",
    source: "RFC 791 §3.1, RFC 7126 §4.3",
    text: "source routed IP packet, or malformed IP options",
    libnids: 5,
  },
  "ip-extension-headers": {
    severity: "notice",
    source: "RFC 8200 §4",
    text: "too many or malformed IPv6 extension headers",
  },
  "ip-jumbogram": {
    severity: "notice",
    source: "RFC 2675",
    text: "IPv6 packet with a jumbo payload",
  },
  "fragment-oversize": {
    severity: "warning",
    source: "RFC 791 §3.2",
    text: "fragments make a datagram longer than 65535 bytes (ping of death)",
    libnids: 1,
  },
  "fragment-beyond-end": {
    severity: "warning",
    source: "RFC 791 §3.2",
    text: "fragments reach beyond the end of their datagram (teardrop)",
    libnids: 2,
  },
  "fragment-end-moved": {
    severity: "warning",
    source: "RFC 791 §3.2",
    text: "two last fragments disagree about the end of their datagram",
  },
  "fragment-overlap": { severity: "notice", source: "RFC 5722 §3", text: "overlapping IP fragments", libnids: 3 },
  "fragment-conflict": {
    severity: "warning",
    source: "RFC 5722 §3",
    text: "overlapping IP fragments hold different bytes",
  },
  "fragment-length": {
    severity: "notice",
    source: "RFC 791 §3.2, RFC 8200 §4.5",
    text: "a fragment without payload, or one before the last whose length is no multiple of 8",
  },
  "fragment-tiny": {
    severity: "warning",
    source: "RFC 1858 §3, RFC 3128 §2, RFC 7112 §5",
    text: "the headers of a datagram are cut across its fragments",
  },
  "fragment-limit": { severity: "notice", source: "maxFragment… parameters", text: "no room for more IP fragments" },
  "tcp-header": { severity: "notice", source: "RFC 9293 §3.1", text: "invalid TCP header", libnids: 7 },
  "tcp-checksum": { severity: "notice", source: "RFC 9293 §3.1", text: "wrong TCP checksum", libnids: 7 },
  "tcp-bad-handshake": {
    severity: "warning",
    source: "RFC 9293 §3.5",
    text: "a packet that does not fit the handshake was ignored",
  },
  "tcp-data-after-fin": { severity: "warning", source: "RFC 9293 §3.6", text: "data at or behind a FIN was ignored" },
  "tcp-unexpected-signature": {
    severity: "warning",
    source: "RFC 2385 §2.0",
    text: "a signed RST in a connection that was not opened with signatures was ignored",
  },
  "tcp-overlap-conflict": {
    severity: "warning",
    source: "Ptacek & Newsham 1998",
    text: "copies of the same TCP bytes differ",
  },
  "tcp-queue-limit": {
    severity: "warning",
    source: "maxQueued… and maxReassemblyBytes parameters",
    text: "too much data waits behind a hole in a TCP stream",
    libnids: 8,
  },
  "streams-limit": {
    severity: "warning",
    source: "maxStreams parameter",
    text: "no room for more TCP streams: one was given up",
    libnids: 6,
  },
  "port-scan": {
    severity: "notice",
    source: "scanPorts parameter",
    text: "a source tries many addresses and ports",
    libnids: 0,
  },
  "checksum-offload": {
    severity: "info",
    source: "checksums parameter",
    text: "checksums look unfinished (offload) and are not verified from now on",
  },
  "link-unknown": {
    severity: "notice",
    source: "LINKTYPE_ registry",
    text: "frames of a link type that is not decoded",
  },
  "scope-limit": { severity: "notice", source: "maxScopes parameter", text: "too many VLANs or tunnels to tell apart" },
  "encapsulation-depth": {
    severity: "warning",
    source: "maxEncapsulations parameter",
    text: "too many VLANs, labels and tunnels around a packet: it was not looked into",
  },
  "clock-backwards": { severity: "info", source: "capture", text: "packet time went backwards" },
};

/**
 * One alert. What it says of a packet is as the packet's headers say it; where it has a header that cannot be read,
 * it is undefined.
 */
export interface Alert {
  /** What has happened, for programs: it does not change. */
  readonly code: AlertCode;
  /** That of its code in `alertCatalogue`. */
  readonly severity: AlertSeverity;
  /** What has happened, for people: the same for all alerts of the code. */
  readonly text: string;
  /** What it was about, beyond the addresses. */
  readonly detail: string | undefined;
  /** Packet time: whole seconds since 1970, and nanoseconds. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Addresses of the packet, where it had any. */
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** Ports, where it was a TCP segment or UDP datagram. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** Bytes of the IP packet, its header included. */
  readonly totalLength: number | undefined;
  /**
   * The packet from its IP header on, as far as it was captured; of a datagram that could not be put together,
   * the headers of its first fragment. A view, valid until the listener returns. Undefined where the alert is
   * about no packet.
   */
  readonly packet: Uint8Array | undefined;
  /** What the source of a `port-scan` has tried: `scanPorts` + 1 targets, in order. */
  readonly targets: readonly ScanTarget[] | undefined;
}

/** What an alert is about, where that is not the current packet. */
export interface AlertSubject {
  /** Another packet from its IP header on, or one that is not known to have addresses. */
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
