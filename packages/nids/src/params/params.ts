// Every parameter of the engine: type, unit, default and meaning. `resolveParams` turns what the user gave into a complete
// set or says what is wrong with it, naming the parameter, its unit and its range.

import { isObject } from "@tsnids/pcap";
import { wrongArgument } from "./arguments.js";
import type { ChecksumRule } from "../checksum/rules.js";
import { NidsError } from "../errors.js";
import type { IpFilter } from "../ip/ip.js";
import { fragmentPolicies } from "../ip/overlap-policy.js";
import type { FragmentPolicy } from "../ip/overlap-policy.js";
import type { Injector } from "../kill/injector.js";
import { encapsulationKinds, tunnelKinds } from "../link/encapsulation.js";
import type { EncapsulationKind, TunnelKind } from "../link/encapsulation.js";
import { mostScopes } from "../link/scopes.js";
import { amount, choice, complaint, described, flag, ports, someOf } from "./param-rule.js";
import type { Rule } from "./param-rule.js";
import { faultInShare } from "../share/flow-share.js";
import type { FlowShare } from "../share/flow-share.js";
import { segmentPolicies } from "../tcp/overlap-policy.js";
import type { SegmentPolicy } from "../tcp/overlap-policy.js";
import { unknownParameter } from "./unknown-param.js";

/** What to do with packets whose checksums are wrong. */
export const checksumModes = ["verify", "ignore", "auto"] as const;
/** One of `checksumModes`; the parameter `checksums` says what each does. */
export type ChecksumMode = (typeof checksumModes)[number];

/** What becomes of a hole in a stream. */
export const holePolicies = ["gap", "wait"] as const;
/** One of `holePolicies`; the parameter `holePolicy` says what each does. */
export type HolePolicy = (typeof holePolicies)[number];

/** The parameters of an engine. All are optional when an engine is made. */
export interface NidsParams {
  /**
   * `verify` drops packets with wrong checksums and raises an alert; `ignore` does not look; `auto` verifies, but during
   * an interface's first 1000 packets takes it for offload where more than a tenth of what a source sends is wrong, accepts
   * what that source sends, and says so once. Captures on the sending host or on loopback need `auto` or `ignore`.
   */
  readonly checksums: ChecksumMode;
  /**
   * Exceptions from `checksums` by the network of the source, such as `{ network: "10.0.0.0/8", verify: false }`:
   * the first rule that has the source decides about the checksums of IP header, TCP and UDP. Those of ICMP are
   * always verified.
   */
  readonly checksumRules: readonly ChecksumRule[];
  /** Follow connections whose beginning was not captured. */
  readonly midstream: boolean;
  /**
   * `gap`: a hole that the receiver has acknowledged becomes a gap notification after a grace, and the stream goes on
   * behind it. `wait`: holes are for ever, as in libnids.
   */
  readonly holePolicy: HolePolicy;
  /**
   * Packet time a hole may still be filled after an acknowledgment has covered it, in milliseconds. Taps deliver
   * packets late and out of order.
   */
  readonly holeGraceMs: number;
  /** Segments that may arrive in the same direction after a hole was covered before it becomes a gap. */
  readonly holeGraceSegments: number;
  /**
   * A FIN takes a sequence number (RFC 9293 §3.4), and nothing at or behind it is data. `false`, as in libnids: it
   * takes none, and what comes after it is delivered.
   */
  readonly finTakesSequence: boolean;
  /** As in libnids: any acknowledgment that follows a FIN confirms it, not only one that covers it. */
  readonly anyAckConfirmsFin: boolean;
  /**
   * As in libnids: an acknowledgment is believed where it covers bytes that were never seen. Segments that end before
   * it are dropped, and it alone says where the window lies. Segments then take the long way, which is slower.
   */
  readonly believeUnseenAcks: boolean;
  /** Who wins where copies of a TCP segment that waits overlap. */
  readonly segmentPolicy: SegmentPolicy;
  /** Who wins where fragments of IPv4 overlap; `discard`: nobody, the datagram ends, as in Linux since 4.19. */
  readonly fragmentPolicy: FragmentPolicy;
  /** The same for IPv6, where hosts have to discard the datagram (RFC 8200 §4.5). */
  readonly ipv6FragmentPolicy: FragmentPolicy;
  /**
   * The same for datagrams to hosts in these networks, whatever the family: `{ "10.1.0.0/16": "windows" }`. The longest
   * prefix decides. Addresses in none of them follow `fragmentPolicy` or `ipv6FragmentPolicy`.
   */
  readonly fragmentPolicyByNetwork: Readonly<Record<string, FragmentPolicy>> | undefined;
  /**
   * Packet time in which an established connection that is silent may still not be replaced by a new one between the
   * same endpoints: until then a SYN that would begin one is passed over, in milliseconds (libnids: tcp_flow_timeout).
   * 0: it is replaced at once.
   */
  readonly tupleReuseMs: number;
  /** Connections followed at once. */
  readonly maxStreams: number;
  /** Bytes that may wait behind holes, in one direction of one connection. */
  readonly maxQueuedBytes: number;
  /** Segments that may wait behind holes, in one direction of one connection. */
  readonly maxQueuedSegments: number;
  /** Bytes that may wait behind holes in all connections, in pieces of up to 2048 bytes. */
  readonly maxReassemblyBytes: number;
  /** Bytes of IP fragments that may wait for the rest of their datagram, in pieces of up to 2048 bytes. */
  readonly maxFragmentBytes: number;
  /** Datagrams that may be incomplete at once. */
  readonly maxFragmentedDatagrams: number;
  /** Fragments kept of one datagram. */
  readonly maxFragmentsPerDatagram: number;
  /** Packet time an incomplete datagram is kept after its first fragment, in milliseconds (RFC 8200 §4.5: 60 s). */
  readonly fragmentTimeoutMs: number;
  /** Packet time after which a connection that never got established is forgotten, in milliseconds; 0: never. */
  readonly halfOpenTimeoutMs: number;
  /** Packet time without a packet after which an established connection ends as TIMED_OUT, in milliseconds; 0: never. */
  readonly idleTimeoutMs: number;
  /**
   * Packet time without a packet after which an established connection ends as TIMED_OUT where one side has finished
   * sending, in milliseconds; 0: never.
   */
  readonly closingTimeoutMs: number;
  /**
   * Packet time after which a connection ends as TIMED_OUT, active or not, where one side has finished and the other's FIN
   * waits for bytes that are missing, in milliseconds; 0: never. libnids' tcp_workarounds is 10,000.
   */
  readonly stuckCloseTimeoutMs: number;
  /** Packet time a connection that has ended still absorbs late packets, in milliseconds. */
  readonly lingerMs: number;
  /**
   * As in libnids: at JUST_ESTABLISHED the first callback that asks for a direction has it alone, and a DATA
   * notification is repeated while bytes are consumed and fresh ones are left.
   */
  readonly oneLoopLess: boolean;
  /**
   * Follow TCP connections. Without it segments are checked and looked at for scans, and that is all: no tcp callback
   * is called, and no memory is taken for connections (libnids: n_tcp_streams 0).
   */
  readonly followTcp: boolean;
  /** Distinct targets (address and port) one source may send TCP segments without ACK to; one more is a `port-scan`. */
  readonly scanPorts: number;
  /** The longest pause in packet time between two such segments of one source; behind a longer one its targets are counted anew. */
  readonly scanDelayMs: number;
  /** Sources watched for scans at once; 0: none, there is no such detection. Times `scanPorts` it may be at most 16,777,216. */
  readonly maxScanSources: number;
  /** Distinct VLANs and tunnels told apart; more are treated as one. */
  readonly maxScopes: number;
  /** VLAN tags, MPLS labels, PPPoE sessions and tunnels that may be around one packet, one in the other. */
  readonly maxEncapsulations: number;
  /** Tunnels that are looked into. */
  readonly tunnels: readonly TunnelKind[];
  /**
   * What does not tell flows apart: with `vlan` in the list, the same addresses and ports in two VLANs are one
   * connection. MPLS labels usually differ between the two directions of a connection.
   */
  readonly foldEncapsulations: readonly EncapsulationKind[];
  /** UDP ports of VXLAN: the standard one, and the one Linux used before there was a standard. */
  readonly vxlanPorts: readonly number[];
  /** UDP ports of Geneve. */
  readonly genevePorts: readonly number[];
  /** UDP ports of GTP-U. */
  readonly gtpPorts: readonly number[];
  /** UDP ports of Teredo servers. */
  readonly teredoPorts: readonly number[];
  /** UDP ports of L2TP. */
  readonly l2tpPorts: readonly number[];
  /** UDP ports of GRE in UDP. */
  readonly greInUdpPorts: readonly number[];
  /** UDP ports of MPLS in UDP. */
  readonly mplsInUdpPorts: readonly number[];
  /**
   * Follow only the flows of this share, such as `{ index: 0, of: 4, seed: 1 }`: for several engines that divide a
   * capture among them, each given all its frames. Limits are those of each engine. Alerts about what comes before the
   * flows (`ip-…`, `fragment-…`, `port-scan`, …) are raised by share 0.
   */
  readonly share: FlowShare | undefined;
  /** Asked for each IP packet or fragment as captured, before it is validated; false drops it silently. */
  readonly ipFilter: IpFilter | undefined;
  /** What `stream.kill()` and `nids.reject()` send with; without one they throw. */
  readonly injector: Injector | undefined;
  /**
   * `stream.kill()` and `nids.reject()` make frames and send none, unless their option `dryRun` says otherwise.
   * Needs no injector.
   */
  readonly killDryRun: boolean;
  /** Where not empty, only what has an end in one of these networks, such as "10.0.0.0/8", may be killed or rejected. */
  readonly killAllow: readonly string[];
  /**
   * What has an end in one of these networks may not be killed or rejected, whatever `killAllow` says. Ends of
   * tunnels do not count.
   */
  readonly killDeny: readonly string[];
  /**
   * How often in a second of packet time something may be killed or rejected; where packets go back in time, in their
   * own second.
   */
  readonly maxKillsPerSecond: number;
  /**
   * Packet time after which packets of a killed stream show that it lives (`stream.killed`), in milliseconds;
   * rounded up to seconds.
   */
  readonly killGraceMs: number;
  /** Streams whose headers are kept for `kill()`, where there is an injector; those that began first are given up first. */
  readonly maxKillableStreams: number;
  /** Seconds of packet time between two `statistics` events; 0: only at the end. */
  readonly statisticsIntervalSeconds: number;
  /** Fills views with 0xDB after each callback, to find readers that keep bytes without copying them. */
  readonly poisonAfterCallback: boolean;
}

const faultInInjector = (value: object): string | undefined =>
  typeof Reflect.get(value, "inject") === "function" ? undefined : "an object with inject()";

const day = 86_400_000;
const mebibyte = 1 << 20;
/** Targets of scans that may be remembered: 400 MB of them. */
const mostScanTargets = 1 << 24;

/** The rules, as data: documentation and tests are made from them. */
export const paramRules: { readonly [name in keyof NidsParams]: Rule } = {
  checksums: choice(checksumModes, "auto"),
  checksumRules: { kind: "rules", default: Object.freeze([]) },
  midstream: flag(true),
  holePolicy: choice(holePolicies, "gap"),
  holeGraceMs: amount("milliseconds", 1000, 0, day),
  holeGraceSegments: amount("segments", 256, 1, 1_000_000),
  finTakesSequence: flag(true),
  anyAckConfirmsFin: flag(false),
  believeUnseenAcks: flag(false),
  segmentPolicy: choice(Object.keys(segmentPolicies), "bsd"),
  fragmentPolicy: choice(Object.keys(fragmentPolicies), "linux"),
  ipv6FragmentPolicy: choice(Object.keys(fragmentPolicies), "discard"),
  fragmentPolicyByNetwork: { kind: "networks", choices: Object.keys(fragmentPolicies), default: undefined },
  tupleReuseMs: amount("milliseconds", 0, 0, 365 * day),
  maxStreams: amount("connections", 1 << 20, 1, 1 << 22),
  maxQueuedBytes: amount("bytes", 4 * mebibyte, 1, 1024 * mebibyte),
  maxQueuedSegments: amount("segments", 3072, 1, 1_000_000),
  maxReassemblyBytes: amount("bytes", 256 * mebibyte, 2048, 1024 * mebibyte),
  maxFragmentBytes: amount("bytes", 32 * mebibyte, 2048, 1024 * mebibyte),
  maxFragmentedDatagrams: amount("datagrams", 8192, 1, 1_000_000),
  maxFragmentsPerDatagram: amount("fragments", 1024, 1, 8192),
  fragmentTimeoutMs: amount("milliseconds", 60_000, 1, day),
  halfOpenTimeoutMs: amount("milliseconds", 30_000, 0, 365 * day),
  idleTimeoutMs: amount("milliseconds", 3_600_000, 0, 365 * day),
  closingTimeoutMs: amount("milliseconds", 60_000, 0, 365 * day),
  stuckCloseTimeoutMs: amount("milliseconds", 0, 0, day),
  lingerMs: amount("milliseconds", 10_000, 0, day),
  oneLoopLess: flag(false),
  maxScopes: amount("scopes", 16_384, 1, mostScopes),
  maxEncapsulations: amount("encapsulations", 16, 1, 64),
  tunnels: someOf(tunnelKinds, tunnelKinds),
  foldEncapsulations: someOf(encapsulationKinds, ["mpls"]),
  vxlanPorts: ports(4789, 8472),
  genevePorts: ports(6081),
  gtpPorts: ports(2152),
  teredoPorts: ports(3544),
  l2tpPorts: ports(1701),
  greInUdpPorts: ports(4754),
  mplsInUdpPorts: ports(6635),
  followTcp: flag(true),
  scanPorts: amount("targets", 10, 0, 1024),
  scanDelayMs: amount("milliseconds", 3000, 1, 365 * day),
  maxScanSources: amount("sources", 4096, 0, 1 << 20),
  share: { kind: "object", default: undefined, fault: faultInShare },
  ipFilter: { kind: "function", default: undefined },
  injector: { kind: "object", default: undefined, fault: faultInInjector },
  killDryRun: flag(false),
  killAllow: { kind: "network-list", default: Object.freeze([]) },
  killDeny: { kind: "network-list", default: Object.freeze([]) },
  maxKillsPerSecond: amount("kills", 100, 0, 1_000_000),
  killGraceMs: amount("milliseconds", 1000, 0, day),
  maxKillableStreams: amount("streams", 65_536, 1, 1 << 22),
  statisticsIntervalSeconds: amount("seconds", 0, 0, 86_400),
  poisonAfterCallback: flag(false),
};

/**
 * The complete set of parameters for what the user gave; throws NidsError `unknown-parameter`, `invalid-parameter`, or
 * `invalid-argument` where that is no object.
 */
export function resolveParams(given: Partial<NidsParams>): NidsParams {
  if (!isObject(given) || Array.isArray(given)) {
    throw wrongArgument("new Nids(params)", "params", "an object with parameters", given);
  }
  const known = Object.keys(paramRules);
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw unknownParameter(name, known);
  }
  const values = Object.entries(paramRules).map(([name, rule]) => {
    const value = (given as { readonly [name: string]: unknown })[name];
    if (value === undefined) return [name, rule.default];
    const wanted = complaint(rule, value);
    if (wanted !== undefined) {
      throw new NidsError("invalid-parameter", `parameter "${name}" must be ${wanted}, not ${described(rule, value)}`);
    }
    // A list is copied: the caller may change his.
    return [name, Array.isArray(value) ? Object.freeze([...(value as unknown[])]) : value];
  });
  const params = Object.fromEntries(values) as NidsParams;
  const targets = params.maxScanSources * params.scanPorts;
  if (targets > mostScanTargets) {
    const what = `"maxScanSources" times "scanPorts" must be at most ${mostScanTargets}, not ${targets}`;
    throw new NidsError("invalid-parameter", `parameter ${what}: lower one of them`);
  }
  // The share is a copy, too; the injector is the caller's own.
  return Object.freeze({ ...params, share: params.share && Object.freeze({ ...params.share }) });
}
