// The engine: it wires the rooms and moves frames through them.
//
//   process(batch) ─► link ─► ip ─► (defragmenter) ─► tcp ─► callbacks
//                                                  ├► udp ─► callbacks
//                                                  └► icmp ─► callbacks

import { FrameBatch, LinkType } from "@tsnids/pcap";
import type { CaptureInterface, FrameSource } from "@tsnids/pcap";
import { EventEmitter } from "eventemitter3";
import { AlertSink } from "./alerts.js";
import type { Alert, AlertCode } from "./alerts.js";
import { Faults } from "./callbacks/registry.js";
import { TcpNotifier } from "./callbacks/tcp-notifier.js";
import type { PacketTime, TcpCallback, TcpStream } from "./callbacks/tcp-stream.js";
import { Views } from "./callbacks/views.js";
import { ChecksumVerification } from "./checksum/verification.js";
import { PacketClock } from "./clock.js";
import { CallbackError, NidsError } from "./errors.js";
import { ExpressLane, expressWindow } from "./express-lane.js";
import { FrameReader } from "./frame-reader.js";
import { parseAddress } from "./ip/address.js";
import { Icmp } from "./icmp/icmp.js";
import type { IcmpCallback } from "./icmp/icmp.js";
import { Ip } from "./ip/ip.js";
import type { IpCallback } from "./ip/ip.js";
import { ResetSender } from "./kill/reset-sender.js";
import { LinkLayer } from "./link/decap.js";
import { EncapsulationPath } from "./link/encapsulation.js";
import { Tunnels } from "./link/tunnel/tunnels.js";
import { allocateMemory, intakeBytes, slabBytes } from "./memory/layout.js";
import type { EngineMemory } from "./memory/layout.js";
import { Packet } from "./packet.js";
import { resolveParams } from "./params.js";
import type { NidsParams } from "./params.js";
import { PortScanDetector } from "./scan/port-scan-detector.js";
import { SingleFrame } from "./single-frame.js";
import { Statistics } from "./stats.js";
import type { StatisticsSnapshot } from "./stats.js";
import { BacklogPool } from "./tcp/backlog.js";
import { FlowLookup } from "./tcp/flow-lookup.js";
import type { Tuple } from "./tcp/flow-lookup.js";
import { FlowTable } from "./tcp/flow-table.js";
import { Sides } from "./tcp/sides.js";
import { Tcp } from "./tcp/tcp.js";
import { Udp } from "./udp/udp.js";
import type { UdpCallback } from "./udp/udp.js";

/** The events of an engine. */
export interface NidsEvents {
  /** Something is odd about the traffic. */
  alert: (alert: Alert) => void;
  /** The counters, every `statisticsIntervalSeconds` of packet time and at exit. */
  statistics: (snapshot: StatisticsSnapshot) => void;
}

/** A userland IP stack that watches. Engines are independent of each other. */
export class Nids extends EventEmitter<NidsEvents> {
  private readonly params: NidsParams;
  private readonly memory: EngineMemory;
  private readonly packet: Packet;
  private readonly counters: Statistics = new Statistics();
  private readonly faults: Faults = new Faults(this.counters);
  private readonly alerts: AlertSink;
  private readonly clock: PacketClock;
  private readonly verification: ChecksumVerification;
  private readonly link: LinkLayer;
  private readonly ip: Ip;
  private readonly udp: Udp;
  private readonly icmp: Icmp;
  private readonly tcp: Tcp;
  private readonly scans: PortScanDetector;
  private readonly notifier: TcpNotifier;
  private readonly express: ExpressLane;
  private readonly lookup: FlowLookup;
  private readonly intake: Uint8Array;
  private readonly readers: WeakMap<FrameSource, FrameReader> = new WeakMap();
  private readonly single: SingleFrame = new SingleFrame();
  private interfaces: readonly CaptureInterface[] = [];
  private currentInterface = 0;
  private nextStatistics = 0;
  /** Stands for the frame in hand while there is none. */
  private readonly silentTime: FrameBatch = new FrameBatch(1);
  private busy = false;
  private uncounted = 0;

  /** Throws NidsError `unknown-parameter` or `invalid-parameter` for a parameter that is not as it should be, `no-memory` where there is not enough. */
  constructor(params: Partial<NidsParams> = {}) {
    super();
    this.params = resolveParams(params);
    const { followTcp, maxStreams, maxReassemblyBytes, maxFragmentBytes, injector } = this.params;
    const memory = allocateMemory({
      flows: followTcp ? maxStreams : 1,
      segmentSlabs: Math.ceil(maxReassemblyBytes / slabBytes),
      fragmentSlabs: Math.ceil(maxFragmentBytes / slabBytes),
    });
    const packet = new Packet(memory);
    const views = new Views(this.params.poisonAfterCallback);
    const alerts = new AlertSink(this, packet, this.counters, this.faults, views);
    this.alerts = alerts;
    const seed = randomSeed();
    const flows = new FlowTable(memory, seed);
    const path = new EncapsulationPath(packet, this.params, alerts, seed);
    const resets = new ResetSender(flows, path, injector);
    const shared = { memory, packet, params: this.params, statistics: this.counters, alerts };
    this.memory = memory;
    this.packet = packet;
    this.intake = memory.bytes.subarray(memory.intake, memory.intake + intakeBytes);
    this.clock = new PacketClock(packet, alerts);
    this.verification = new ChecksumVerification(this.params, memory.checksums, alerts);
    this.link = new LinkLayer(packet, path, this.counters, alerts);
    const backlogs = new BacklogPool();
    const sides = new Sides(flows, backlogs);
    this.notifier = new TcpNotifier(flows, path, sides, this.params, this.counters, this.faults, resets, views);
    this.scans = new PortScanDetector(packet, this.params, this.counters, alerts);
    const { verification, link, notifier, faults, scans } = this;
    this.tcp = new Tcp({ ...shared, flows, notifier, verification, link, resets, scans, backlogs });
    this.udp = new Udp(packet, path, verification, this.counters, faults, views);
    const tunnels = new Tunnels(packet, path, this.params);
    this.lookup = new FlowLookup(memory, flows, seed);
    const { lookup, tcp, udp } = this;
    this.icmp = new Icmp({ ...shared, path, faults, views, lookup, notifier, tcp });
    this.ip = new Ip({ ...shared, path, verification, faults, views, seed, tcp, udp, icmp: this.icmp, tunnels });
    this.express = new ExpressLane({ ...shared, flows, link, verification, ip: this.ip, tcp: this.tcp, notifier });
  }

  /** Has `callback` asked about every TCP connection that gets established from now on. */
  registerTcp(callback: TcpCallback): void {
    this.notifier.registry.add(callback);
  }

  /** No longer asks `callback` about new connections; those it listens to already it keeps. */
  unregisterTcp(callback: TcpCallback): void {
    this.notifier.registry.remove(callback);
  }

  /** Calls `callback` for every UDP datagram. */
  registerUdp(callback: UdpCallback): void {
    this.udp.callbacks.add(callback);
  }

  unregisterUdp(callback: UdpCallback): void {
    this.udp.callbacks.remove(callback);
  }

  /** Calls `callback` for every ICMP message below IPv4, and every ICMPv6 message below IPv6. */
  registerIcmp(callback: IcmpCallback): void {
    this.icmp.callbacks.add(callback);
  }

  unregisterIcmp(callback: IcmpCallback): void {
    this.icmp.callbacks.remove(callback);
  }

  /** Calls `callback` for every valid IP datagram, after defragmentation and before any tcp or udp callback. */
  registerIp(callback: IpCallback): void {
    this.ip.callbacks.add(callback);
    this.express.close();
  }

  unregisterIp(callback: IpCallback): void {
    this.ip.callbacks.remove(callback);
  }

  /** Calls `callback` for every IP packet or fragment as it was captured, before anything is checked. */
  registerIpFragment(callback: IpCallback): void {
    this.ip.fragmentCallbacks.add(callback);
    this.express.close();
  }

  unregisterIpFragment(callback: IpCallback): void {
    this.ip.fragmentCallbacks.remove(callback);
  }

  /**
   * Processes the frames of a batch, from `first` on. Throws CallbackError when a callback threw, after the packet was
   * finished: the frames behind it are still to be processed (`first` = error.frame + 1). Throws NidsError `reentrant`
   * when called from a callback. A batch without frames that tells of silence moves the clock on: what is due then is done.
   */
  process(batch: FrameBatch, first = 0): void {
    if (batch.length === 0) this.whileBusy(() => this.silence(batch));
    else this.whileBusy(() => this.frames(batch, first, batch.length));
  }

  /**
   * Processes one frame: its bytes from the link header on, when it was captured, its LINKTYPE, and how many bytes it had on the
   * wire. The bytes are copied. Throws what `process` throws, and NidsError `invalid-argument`.
   */
  processFrame(
    frame: Uint8Array,
    time: PacketTime,
    linkType: number = LinkType.ETHERNET,
    originalLength: number = frame.length,
  ): void {
    // Not while another frame is being processed: the batch may be in use.
    this.whileBusy(() => this.frames(this.single.of(frame, time, linkType, originalLength), 0, 1));
  }

  /**
   * Processes a whole source, then exits. Where a callback throws, it rejects with that CallbackError; the same call again goes on
   * behind that frame. Where the source throws, the engine exits first and then rejects with the source's error.
   */
  async run(source: FrameSource): Promise<void> {
    const reader = this.readerOf(source);
    for (;;) {
      const batch = await this.batchOf(source, reader);
      if (batch === undefined) break;
      const first = reader.index;
      reader.index = batch.length;
      this.goOnBehind(reader, () => this.process(batch, first));
    }
    this.exit();
  }

  /** Processes one frame of a source; false when there is none left. Does not exit. Throws what `process` throws, and what the source does. */
  async next(source: FrameSource): Promise<boolean> {
    return (await this.dispatch(source, 1)) === 1;
  }

  /**
   * Processes the frames the source has at hand, or waits for some: at most `count` of them. Returns how many they were; 0 when there is none
   * left. Does not exit. Throws what `process` throws, the same call again goes on behind that frame; what the source throws; and NidsError
   * `invalid-argument` for a count that is not a whole number above 0.
   */
  async dispatch(source: FrameSource, count: number = Infinity): Promise<number> {
    if (!(Number.isInteger(count) || count === Infinity) || count < 1) {
      throw new NidsError(
        "invalid-argument",
        `dispatch(source, count): count must be a whole number above 0, not ${count}`,
      );
    }
    const reader = this.readerOf(source);
    const batch = await this.framesOf(reader);
    if (batch === undefined) {
      this.readers.delete(source);
      return 0;
    }
    const first = reader.index;
    reader.index = Math.min(batch.length, first + count);
    this.goOnBehind(reader, () => this.whileBusy(() => this.frames(batch, first, reader.index)));
    return reader.index - first;
  }

  /** Tells every open stream EXITING and forgets everything but the registrations and counters; the engine can be used again. */
  exit(): void {
    this.whileBusy(() => {
      this.packet.network = 0;
      this.tcp.exit();
      this.ip.exit();
      this.scans.clear();
      this.link.exit();
      this.verification.clear();
      this.clock.clear();
      this.interfaces = [];
      this.nextStatistics = 0;
    });
    this.tellStatistics();
    if (this.faults.pending) throw this.faults.take(-1);
  }

  /** The stream between these endpoints, client first, where it is followed and somebody listens to it. */
  findTcpStream(tuple: Tuple): TcpStream | undefined {
    const { clientAddress, serverAddress } = tuple;
    const [client, server] = [parseAddress(clientAddress), parseAddress(serverAddress)];
    if (client === undefined || server === undefined) {
      const wrong = client === undefined ? `clientAddress "${clientAddress}"` : `serverAddress "${serverAddress}"`;
      throw new NidsError("invalid-argument", `findTcpStream: ${wrong} is not an IPv4 or IPv6 address`);
    }
    return this.notifier.streamAt(this.lookup.find(client, server, tuple));
  }

  /** Packet time of the frame that is processed, or was last; for use in callbacks. */
  get time(): PacketTime {
    const { seconds, nanoseconds } = this.packet;
    return { seconds, nanoseconds };
  }

  /** How often each alert was raised; alerts that never were are left out. */
  alertCounts(): { readonly [code in AlertCode]?: number } {
    return this.alerts.counts();
  }

  /** A copy of the counters. */
  statistics(): StatisticsSnapshot {
    if (this.busy) this.countFrames(this.packet.index + 1);
    return this.counters.snapshot();
  }

  private frames(batch: FrameBatch, first: number, last: number): void {
    // Here and not in the loop's own function, which would be compiled anew where a second capture begins.
    if (batch.interfaces !== this.interfaces) this.changeInterfaces(batch);
    if (batch.bytes.buffer === this.memory.buffer) {
      this.framesInPlace(batch, first, last, batch.bytes.byteOffset);
      return;
    }
    // Bytes from elsewhere are copied into the intake, as many frames at a time as it holds.
    const { offset, capturedLength, bytes } = batch;
    while (first < last) {
      const start = offset[first] as number;
      let end = start;
      let next = first;
      for (; next < last && (offset[next] as number) >= end; next++) {
        const frameEnd = (offset[next] as number) + (capturedLength[next] as number);
        if (frameEnd - start > intakeBytes) break;
        end = frameEnd;
      }
      if (next === first) {
        throw new NidsError("invalid-argument", `process(batch): frame ${first} is longer than ${intakeBytes} bytes`);
      }
      this.intake.set(bytes.subarray(start, end));
      this.framesInPlace(batch, first, next, this.memory.intake - start);
      first = next;
    }
  }

  /** The loop over frames that lie in the engine's memory, `shift` bytes behind where the batch says. */
  private framesInPlace(batch: FrameBatch, first: number, last: number, shift: number): void {
    const { offset, capturedLength } = batch;
    const { packet, faults, express } = this;
    packet.batch = batch;
    this.uncounted = first;
    let index = first;
    try {
      while (index < last) {
        packet.index = index;
        const end = this.openWindow(batch, index, last);
        express.lookAhead(batch, index, end, shift);
        while (index < end) {
          packet.index = index;
          if (!express.take()) this.frame((offset[index] as number) + shift, capturedLength[index] as number);
          index++;
          if (faults.pending) throw faults.take(index - 1);
        }
      }
    } finally {
      this.countFrames(index);
    }
  }

  /**
   * Sets interface and clock by the frame at `first`; returns the index behind the last frame of the same interface and second, at most a
   * window further on. What happens once a second is thus no branch in the loop over frames.
   */
  private openWindow(batch: FrameBatch, first: number, last: number): number {
    const { seconds, interfaceIndex } = batch;
    const second = seconds[first];
    const interfaceOfWindow = interfaceIndex[first] as number;
    if (interfaceOfWindow !== this.currentInterface) this.select(interfaceOfWindow);
    if (second !== this.clock.seconds && this.clock.set()) this.tick();
    const limit = Math.min(last, first + expressWindow);
    let end = first + 1;
    while (end < limit && seconds[end] === second && interfaceIndex[end] === interfaceOfWindow) end++;
    return end;
  }

  /** Counts the frames of the batch in hand before `end` that are not counted yet; done once for many, not for each. */
  private countFrames(end: number): void {
    const { capturedLength } = this.packet.batch;
    let bytes = 0;
    for (let index = this.uncounted; index < end; index++) bytes += capturedLength[index] as number;
    this.counters.frames += end - this.uncounted;
    this.counters.bytes += bytes;
    this.uncounted = end;
    this.express.count();
  }

  /** The way of any frame. */
  private frame(frame: number, captured: number): void {
    const { packet } = this;
    packet.frame = frame;
    packet.frameEnd = frame + captured;
    let family = this.link.locate();
    for (;;) {
      packet.reassembled = false;
      packet.linkEnd = packet.network;
      if (family !== 0) this.ip.receive(family);
      if (packet.rest === 0) break;
      family = this.link.locateNext();
    }
    this.express.review();
  }

  /** Another capture begins: its interfaces have nothing to do with those before. */
  private changeInterfaces(batch: FrameBatch): void {
    this.interfaces = batch.interfaces;
    this.verification.clear();
    this.select(batch.interfaceIndex[0] ?? 0);
  }

  private select(index: number): void {
    this.express.close();
    this.currentInterface = index;
    this.link.linkType = this.interfaces[index]?.linkType ?? -1;
    this.verification.select(index);
  }

  /** Nothing came until a time: that is the time of whatever happens now, such as connections that are given up. */
  private silence({ silentUntil }: FrameBatch): void {
    if (silentUntil < 0 || !this.clock.advance(silentUntil)) return;
    const { packet, silentTime, faults } = this;
    silentTime.clear();
    silentTime.push(0, 0, 0, silentUntil, 0, this.currentInterface);
    packet.batch = silentTime;
    packet.index = 0;
    this.uncounted = 1; // statistics() counts up to the frame in hand, and this is none.
    this.tick();
    if (faults.pending) throw faults.take(-1);
  }

  private tick(): void {
    const { seconds } = this.clock;
    this.packet.network = 0; // what happens now is not the doing of a packet
    this.tcp.tick(seconds);
    const interval = this.params.statisticsIntervalSeconds;
    if (interval === 0 || seconds < this.nextStatistics) return;
    if (this.nextStatistics !== 0) this.tellStatistics();
    this.nextStatistics = seconds + interval;
  }

  private tellStatistics(): void {
    try {
      this.emit("statistics", this.statistics());
    } catch (error) {
      this.faults.note(error, undefined);
    }
  }

  /** Does work on the batch in hand; where a callback throws, the reader goes on behind that frame. */
  private goOnBehind(reader: FrameReader, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof CallbackError) reader.index = error.frame + 1;
      throw error;
    }
  }

  private readerOf(source: FrameSource): FrameReader {
    const known = this.readers.get(source);
    if (known !== undefined) return known;
    const reader = new FrameReader(source, this.intake);
    this.readers.set(source, reader);
    return reader;
  }

  /** The batch that holds the next frame; silence before it is dealt with. */
  private async framesOf(reader: FrameReader): Promise<FrameBatch | undefined> {
    for (;;) {
      const batch = await reader.batch();
      if (batch?.length !== 0) return batch;
      this.process(batch);
    }
  }

  private async batchOf(source: FrameSource, reader: FrameReader): Promise<FrameBatch | undefined> {
    try {
      const batch = await reader.batch();
      if (batch === undefined) this.readers.delete(source);
      return batch;
    } catch (error) {
      this.readers.delete(source);
      this.exit();
      throw error;
    }
  }

  private whileBusy(work: () => void): void {
    if (this.busy) {
      throw new NidsError(
        "reentrant",
        "the engine is processing a packet: call it again after the callback has returned",
      );
    }
    this.busy = true;
    try {
      work();
    } finally {
      this.busy = false;
    }
  }
}

/** 32 bits nobody outside knows. */
function randomSeed(): number {
  const seed = new Uint32Array(1);
  (globalThis as { crypto?: { getRandomValues(into: Uint32Array): void } }).crypto?.getRandomValues(seed);
  return seed[0] as number;
}
