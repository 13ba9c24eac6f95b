// The payloads of TCP segments, as they pass: nothing is put in order, nothing is left out but duplicates of the
// loopback device.

import { requireOptions } from "./arguments.js";
import { LoopbackDuplicates } from "./loopback.js";
import { sniffing, sniffOptionNames } from "./sniff.js";
import type { SniffOptions } from "./sniff.js";
import type { Timestamp } from "./timestamp.js";

/** What `tcpData` can be told. */
export interface TcpDataOptions extends SniffOptions {
  /** Leaves out the second of two copies that a loopback device shows of each packet. Default: false. */
  readonly withoutLoopbackDuplicates?: boolean | undefined;
}

/** The payload of a segment. */
export interface TcpData {
  /** When it was captured. */
  readonly timestamp: Timestamp;
  /** The bytes as far as they were captured; yours to keep. */
  readonly data: Uint8Array;
}

/**
 * The payloads of TCP segments that fulfil the filter, of whatever link type; segments without payload are passed over.
 * It ends when you leave the loop, with `timeout` or `signal`. Throws what `sniff` throws.
 *
 *     for await (const { timestamp, data } of tcpData({ filter: "tcp src port 9988", device: "lo" })) …
 */
export async function* tcpData(options: TcpDataOptions = {}): AsyncGenerator<TcpData, void, undefined> {
  requireOptions(options, [...sniffOptionNames, "withoutLoopbackDuplicates"]);
  const duplicates = options.withoutLoopbackDuplicates === true ? new LoopbackDuplicates() : undefined;
  for await (const packet of sniffing(Infinity, options)) {
    if (packet.tcp === undefined || packet.payload.length === 0) continue;
    if (duplicates?.isDuplicate(packet) === true) continue;
    yield { timestamp: packet.timestamp, data: packet.payload };
  }
}
