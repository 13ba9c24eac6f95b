// The rooms of an engine, made and put together: who works with whom. What they do together is in engine.ts.

import type { EventEmitter } from "eventemitter3";
import { AlertSink } from "./alerts/alert-sink.js";
import { Faults } from "./callbacks/faults.js";
import { TcpNotifier } from "./callbacks/tcp-notifier.js";
import { Views } from "./callbacks/views.js";
import { ChecksumVerification } from "./checksum/verification.js";
import { PacketClock } from "./clock.js";
import type { NidsEvents } from "./engine.js";
import { ExpressLane } from "./express/express-lane.js";
import { FrameLoop } from "./frame-loop.js";
import { Icmp } from "./icmp/icmp.js";
import { Ip } from "./ip/ip.js";
import { Rails } from "./kill/rails.js";
import { Rejecter } from "./kill/rejecter.js";
import { ResetSender } from "./kill/reset-sender.js";
import { LinkLayer } from "./link/decap.js";
import { EncapsulationPath } from "./link/encapsulation.js";
import { Tunnels } from "./link/tunnel/tunnels.js";
import { allocateMemory, slabBytes } from "./memory/layout.js";
import { StatisticsInterval } from "./statistics-interval.js";
import { OpenSources } from "./sources/open-sources.js";
import { Packet } from "./packet.js";
import type { NidsParams } from "./params/params.js";
import { PortScanDetector } from "./scan/port-scan-detector.js";
import { Statistics } from "./stats.js";
import { BacklogPool } from "./tcp/backlog-pool.js";
import { FlowLookup } from "./tcp/flow-lookup.js";
import { FlowTable } from "./tcp/flow-table.js";
import { Sides } from "./tcp/sides.js";
import { Tcp } from "./tcp/tcp.js";
import { Udp } from "./udp/udp.js";

/** The rooms the engine itself speaks to. */
export interface Rooms {
  readonly packet: Packet;
  readonly statistics: Statistics;
  readonly faults: Faults;
  readonly alerts: AlertSink;
  readonly clock: PacketClock;
  readonly verification: ChecksumVerification;
  readonly link: LinkLayer;
  readonly ip: Ip;
  readonly udp: Udp;
  readonly icmp: Icmp;
  readonly tcp: Tcp;
  readonly scans: PortScanDetector;
  readonly rejecter: Rejecter;
  readonly notifier: TcpNotifier;
  readonly express: ExpressLane;
  readonly loop: FrameLoop;
  readonly lookup: FlowLookup;
  readonly sources: OpenSources;
  readonly interval: StatisticsInterval;
}

/**
 * Makes the rooms. `events` are those of the engine; `tick` is called when the packet clock has moved on by a second or
 * more. Throws NidsError `no-memory`.
 */
export function makeRooms(params: NidsParams, events: EventEmitter<NidsEvents>, tick: () => void): Rooms {
  const { followTcp, maxStreams, maxReassemblyBytes, maxFragmentBytes, maxFragmentedDatagrams } = params;
  const { maxScanSources, scanPorts } = params;
  const memory = allocateMemory({
    flows: followTcp ? maxStreams : 1,
    segmentSlabs: Math.ceil(maxReassemblyBytes / slabBytes),
    fragmentSlabs: Math.ceil(maxFragmentBytes / slabBytes),
    incompleteDatagrams: maxFragmentedDatagrams,
    scanSources: maxScanSources,
    scanTargets: maxScanSources * scanPorts,
  });
  const statistics = new Statistics();
  const faults = new Faults(statistics);
  const packet = new Packet(memory);
  const views = new Views(params.poisonAfterCallback);
  const alerts = new AlertSink(events, packet, statistics, faults, views, params.share);
  const seed = randomSeed();
  const flows = new FlowTable(memory, seed);
  const path = new EncapsulationPath(packet, params, alerts, seed);
  const shared = { memory, packet, params, statistics, alerts };
  const link = new LinkLayer(packet, path, statistics, alerts);
  const rails = new Rails(packet, params, statistics);
  const resets = new ResetSender({ ...shared, flows, path, link, rails });
  const clock = new PacketClock(packet, alerts);
  const verification = new ChecksumVerification(params, memory.checksums, alerts);
  const backlogs = new BacklogPool(memory, flows);
  const sides = new Sides(flows, backlogs);
  const notifier = new TcpNotifier(flows, path, sides, params, statistics, faults, resets, views);
  const scans = new PortScanDetector(memory, packet, params, statistics, alerts, seed);
  const tcp = new Tcp({ ...shared, flows, notifier, verification, resets, scans, backlogs });
  const udp = new Udp(packet, path, verification, statistics, faults, views);
  const tunnels = new Tunnels(packet, path, params);
  const lookup = new FlowLookup(memory, flows, seed);
  const icmp = new Icmp({ ...shared, path, faults, views, lookup, notifier, connections: tcp.connections });
  const ip = new Ip({ ...shared, path, verification, faults, views, seed, tcp, udp, icmp, tunnels, scans });
  const express = new ExpressLane({ ...shared, flows, faults, link, path, verification, ip, tcp, notifier });
  const rejecter = new Rejecter({ ...shared, path, link, rails });
  const loop = new FrameLoop({ ...shared, faults, clock, verification, link, ip, express, tick });
  const sources = new OpenSources(loop.intake);
  const interval = new StatisticsInterval(params.statisticsIntervalSeconds);
  return {
    packet,
    statistics,
    faults,
    alerts,
    clock,
    verification,
    link,
    ip,
    udp,
    icmp,
    tcp,
    scans,
    rejecter,
    notifier,
    express,
    loop,
    lookup,
    sources,
    interval,
  };
}

/**
 * The seed of all hashes; 0 where the platform has no `crypto`. The one exception to the rule against randomness in
 * eslint.config.js: no event depends on it.
 */
function randomSeed(): number {
  const seed = new Uint32Array(1);
  (globalThis as { crypto?: { getRandomValues(into: Uint32Array): void } }).crypto?.getRandomValues(seed);
  return seed[0] as number;
}

/** Every open stream is told EXITING, and the rooms forget what they know of the traffic. */
export function emptyRooms({ packet, tcp, ip, scans, link, verification, clock, loop, interval }: Rooms): void {
  packet.network = 0;
  tcp.connections.exit();
  ip.exit();
  scans.clear();
  link.exit();
  verification.clear();
  clock.clear();
  loop.clear();
  interval.clear();
}
