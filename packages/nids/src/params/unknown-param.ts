// A parameter that nobody knows: what may have been meant. For the name of a parameter of libnids that is what it has
// become here, for any other name the nearest one. docs/migrating-from-libnids.md says more about libnids' parameters.

import { nearestName } from "./edit-distance.js";
import { NidsError } from "../errors.js";

/** What libnids' parameters are here. */
const counterparts: { readonly [name: string]: string } = {
  n_tcp_streams: "maxStreams",
  n_hosts: "maxFragmentedDatagrams",
  sk_buff_size: "maxQueuedBytes",
  dev_addon: "maxQueuedBytes",
  scan_num_hosts: "maxScanSources",
  scan_delay: "scanDelayMs",
  scan_num_ports: "scanPorts",
  ip_filter: "ipFilter",
  one_loop_less: "oneLoopLess",
  tcp_workarounds: "stuckCloseTimeoutMs",
  tcp_flow_timeout: "tupleReuseMs",
};

const source = "it belongs to the source of frames, which run(source) is given";
const thread = "an engine belongs to one thread";

/** What is said of those that are no parameter here. */
const others: { readonly [name: string]: string } = {
  device: source,
  filename: source,
  pcap_desc: source,
  pcap_filter: source,
  promisc: source,
  pcap_timeout: source,
  syslog: 'listen with on("alert", listener)',
  syslog_level: 'the engine writes no log, listen with on("alert", listener)',
  no_mem: "the constructor throws where there is no memory, and later there are limits",
  multiproc: thread,
  queue_limit: thread,
};

/** The error for a name that is none of `known`. */
export function unknownParameter(name: string, known: readonly string[]): NidsError {
  return new NidsError("unknown-parameter", `unknown parameter "${name}"${hint(name, known)}`);
}

function hint(name: string, known: readonly string[]): string {
  if (Object.hasOwn(others, name)) return `: ${others[name]}`;
  const meant = Object.hasOwn(counterparts, name) ? counterparts[name] : nearestName(name, known);
  return meant === undefined ? "; NidsParams (docs/reference.md) has those there are" : `; did you mean "${meant}"?`;
}
