// The engine's public names.

export { alertCatalogue } from "./alerts.js";
export type { Alert, AlertCode, AlertSeverity } from "./alerts.js";
export type { ChecksumRule } from "./checksum/rules.js";
export type { HalfStream } from "./callbacks/half-stream.js";
export type { EndReason, GapReason, StreamOrigin } from "./callbacks/reasons.js";
export { TcpState } from "./callbacks/tcp-stream.js";
export type {
  Attachment,
  PacketTime,
  StreamRecording,
  TcpCallback,
  TcpStream,
  TerminalState,
} from "./callbacks/tcp-stream.js";
export { Nids } from "./engine.js";
export type { NidsEvents } from "./engine.js";
export { CallbackError, NidsError } from "./errors.js";
export type { NidsErrorCode } from "./errors.js";
export type { IcmpCallback } from "./icmp/icmp.js";
export type { IcmpMessage, QuotedFlow } from "./icmp/icmp-message.js";
export { formatAddress, parseAddress } from "./ip/address.js";
export type { IpCallback, IpFilter } from "./ip/ip.js";
export type { IpPacket } from "./ip/ip-packet.js";
export type { FragmentPolicy } from "./ip/overlap-policy.js";
export { extensionBytes as ipv6ExtensionBytes } from "./ip/ipv6.js";
export type { InjectedFrame, Injection, InjectionOutcome, InjectionTarget, Injector } from "./kill/injector.js";
export { killSides, killStrategies, rejectReasons } from "./kill/kill-options.js";
export type { KillOptions, KillSides, KillStrategy, RejectOptions, RejectReason } from "./kill/kill-options.js";
export type { KillVerdict } from "./kill/kill-watch.js";
export { LinkDissector } from "./link/dissector.js";
export type { LinkHeader, LinkHeaders } from "./link/dissector.js";
export { encapsulationKinds, tunnelKinds } from "./link/encapsulation.js";
export type { Encapsulation, EncapsulationKind, TunnelKind } from "./link/encapsulation.js";
export { HeaderType } from "./link/header-type.js";
export { checksumModes, holePolicies, paramRules } from "./params.js";
export type { ChecksumMode, HolePolicy, NidsParams } from "./params.js";
export type { ScanTarget } from "./scan/port-scan-detector.js";
export { mostShares } from "./share/flow-hash.js";
export type { FlowShare } from "./share/flow-share.js";
export { everyShare, FrameSieve } from "./share/frame-sieve.js";
export type { SievedFrames } from "./share/frame-sieve.js";
export { totalOfShares } from "./share/totals.js";
export type { SortedFrames } from "./share/totals.js";
export type { StatisticsSnapshot } from "./stats.js";
export type { Tuple } from "./tcp/flow-lookup.js";
export type { SegmentPolicy } from "./tcp/overlap-policy.js";
export { HalfState } from "./tcp/sides.js";
export type { UdpCallback } from "./udp/udp.js";
export type { UdpDatagram } from "./udp/udp-datagram.js";
