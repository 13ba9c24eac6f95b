// The catalogue of alerts, as data, and what an alert is to the user. An alert says something about the traffic; it is
// never thrown. `libnids` is the code libnids gives the same event (its nids_warnings), where it has one.

import type { ScanTarget } from "../scan/port-scan-detector.js";

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
  /** Packet time, in whole seconds since 1970. */
  readonly seconds: number;
  /** Nanoseconds within that second. */
  readonly nanoseconds: number;
  /** Address the packet came from, where it had any. */
  readonly source: string | undefined;
  /** Address the packet was sent to, where it had any. */
  readonly destination: string | undefined;
  /** Port it came from, where it was a TCP segment or UDP datagram. */
  readonly sourcePort: number | undefined;
  /** Port it was sent to, where it was a TCP segment or UDP datagram. */
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
