// Finds sources that try many targets: a port scan, or a sweep over hosts. A target is an address and a port that a
// source has sent a TCP segment without ACK to: SYN, NULL, FIN, XMAS and bare RST scans alike. The rule is libnids':
//
//   source ─► target 1 ─► target 2 ─► … ─► target `scanPorts` + 1: the alert, with all of them; then it counts anew
//          └── ≤ scanDelayMs ──┘  a longer pause between two segments begins anew, too
//
// At most `maxScanSources` sources are watched (scan-sources.ts). The kernel notes the SYNs of connections it opens
// (kernel/scan.ts), and leaves those of sources to be reported to this room.

import type { AlertSink } from "../alerts/alert-sink.js";
import { formatAddress } from "../ip/address.js";
import { chainedBuckets } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { Statistics } from "../stats.js";
import { ScanSources } from "./scan-sources.js";
import { TARGET_INTS } from "./scan-targets.js";

/** One target of a port scan. */
export interface ScanTarget {
  /** Address as text. */
  readonly address: string;
  /** Its TCP port. */
  readonly port: number;
  /** The flags of the TCP segment, as the byte in its header (RFC 9293 §3.1). */
  readonly flags: number;
}

export class PortScanDetector {
  private readonly packet: Packet;
  private readonly alerts: AlertSink;
  private readonly statistics: Statistics;
  private readonly sources: ScanSources;
  private readonly watches: boolean;
  private readonly maxTargets: number;
  private readonly delayMs: number;

  constructor(
    memory: EngineMemory,
    packet: Packet,
    params: NidsParams,
    statistics: Statistics,
    alerts: AlertSink,
    seed: number,
  ) {
    this.packet = packet;
    this.alerts = alerts;
    this.statistics = statistics;
    this.sources = new ScanSources(memory, packet, seed);
    this.watches = params.maxScanSources > 0;
    this.maxTargets = params.scanPorts;
    this.delayMs = params.scanDelayMs;
    const { kernel, capacity, scanSources: sources, scanBuckets: buckets, scanTargets: targets } = memory;
    const count = chainedBuckets(capacity.scanSources);
    kernel?.useScans(sources, buckets, count, targets, seed, capacity.scanSources, this.maxTargets, this.delayMs);
  }

  /** Notes the TCP segment without ACK the cursor is at, which has these flags. */
  note(flags: number): void {
    if (!this.watches) return;
    const { sources } = this;
    let source = sources.find();
    if (source === 0) {
      if (sources.full) this.statistics.scanSourcesForgotten++;
      source = sources.add();
    }
    if (sources.see(source) > this.delayMs) sources.restart(source);
    if (sources.hasTried(source)) return;
    sources.addTarget(source, flags);
    if (sources.count(source) <= this.maxTargets) return;
    this.report(sources.targets(source));
    sources.restart(source);
  }

  /** Forgets all sources. */
  clear(): void {
    this.sources.clear();
  }

  private report(numbers: readonly number[]): void {
    const { alerts, packet } = this;
    const targets: ScanTarget[] = [];
    const address = new DataView(new ArrayBuffer(packet.addressLength));
    for (let at = 0; at < numbers.length; at += TARGET_INTS) {
      for (let byte = 0; byte < packet.addressLength; byte += 4) {
        address.setInt32(byte, numbers[at + 1 + byte / 4] as number);
      }
      const portAndFlags = numbers[at] as number;
      const text = formatAddress(new Uint8Array(address.buffer));
      targets.push({ address: text, port: portAndFlags >>> 8, flags: portAndFlags & 0xff });
    }
    alerts.raise("port-scan", true, `${targets.length} targets`, { targets });
  }
}
