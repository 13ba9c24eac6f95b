/**
 * libnids' choices, made through the engine's public parameters: what its parameters mean in ours, and what has no
 * counterpart and why.
 */
import { UsageError } from "./command-line.js";

const day = 86_400_000;

/** Defaults of libnids' parameters that the event lines show, or that ours differ from. */
export const libnidsDefaults = {
  ...{ n_tcp_streams: 1040, sk_buff_size: 168, scan_num_hosts: 256, scan_num_ports: 10, tcp_flow_timeout: 3600 },
};

/** libnids' table of sources has room for so many in each bucket. */
const sourcesPerBucket = 10;

/** Parameters of libnids that one of the engine's stands for, see engineParams. */
const withCounterpart = new Set([
  ...["n_tcp_streams", "one_loop_less", "scan_num_hosts", "scan_num_ports", "tcp_flow_timeout", "tcp_workarounds"],
]);

/** Parameters of libnids that change nothing here. */
const withoutCounterpart = new Set([
  "n_hosts", // buckets of the fragment table: ours grows
  "sk_buff_size", // cost of a queued packet: ours counts bytes (D7); the lines of ip events use it
  "dev_addon", // the same
  "scan_delay", // has no effect there (D13)
  "multiproc", // the engine is one thread's
  "queue_limit", // of multiproc
  "pcap_timeout", // live capture only, as the next one
  "promisc",
  "syslog_level", // alerts are events, no log
]);

/**
 * The engine's parameters for what the command line asks of libnids.
 *
 * @param {import("./command-line.js").Options} options
 * @param {import("./current-packet.js").CurrentPacket} current
 * @returns {Partial<import("@tsnids/nids").NidsParams>}
 */
export function engineParams(options, current) {
  const { params, dropSource } = options;
  for (const name of params.keys()) {
    if (withCounterpart.has(name) || withoutCounterpart.has(name)) continue;
    throw new UsageError(`unknown param: ${name}`);
  }
  const setting = (/** @type {keyof typeof libnidsDefaults} */ name) => params.get(name) ?? libnidsDefaults[name];
  const streams = setting("n_tcp_streams");
  return {
    midstream: false,
    holePolicy: "wait",
    finTakesSequence: false,
    anyAckConfirmsFin: true,
    believeUnseenAcks: true,
    stuckCloseTimeoutMs: (params.get("tcp_workarounds") ?? 0) !== 0 ? 10_000 : 0,
    segmentPolicy: "bsd",
    fragmentPolicy: "linux",
    tunnels: [],
    foldEncapsulations: ["vlan", "mpls"],
    checksums: "verify",
    checksumRules: options.checksumRules,
    followTcp: streams !== 0,
    maxStreams: Math.floor((streams * 3) / 4) + 1,
    scanPorts: setting("scan_num_ports"),
    scanDelayMs: 365 * day,
    maxScanSources: Math.max(0, setting("scan_num_hosts")) * sourcesPerBucket,
    // Seconds, and 0 or less means never.
    tupleReuseMs: setting("tcp_flow_timeout") > 0 ? setting("tcp_flow_timeout") * 1000 : 365 * day,
    oneLoopLess: (params.get("one_loop_less") ?? 0) !== 0,
    // Nothing is forgotten for its age, and nothing is remembered of what has ended.
    fragmentTimeoutMs: day,
    halfOpenTimeoutMs: 0,
    idleTimeoutMs: 0,
    closingTimeoutMs: 0,
    lingerMs: 0,
    // There is no IPv6 in libnids (D17).
    ipFilter: (bytes) => current.family === 4 && (dropSource === undefined || sourceOf(bytes) !== dropSource),
  };
}

/** @param {Uint8Array} bytes */
function sourceOf(bytes) {
  return bytes.length < 20 ? "" : bytes.subarray(12, 16).join(".");
}
