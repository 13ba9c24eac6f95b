// The engine: what its users call, and the way of frames through its rooms (rooms.ts).
//
//   process(batch) ─► link ─► ip ─► (defragmenter) ─► tcp ─► callbacks
//                                                  ├► udp ─► callbacks
//                                                  └► icmp ─► callbacks

import { LinkType } from "@tsnids/pcap";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { EventEmitter } from "eventemitter3";
import type { Alert, AlertCode } from "./alerts/alerts.js";
import { requireCount, requireFrames } from "./params/arguments.js";
import type { StreamRecording, TcpCallback } from "./callbacks/tcp-callback.js";
import type { TcpStream } from "./callbacks/tcp-stream.js";
import type { PacketTime } from "./clock.js";
import { EngineWork } from "./engine-work.js";
import type { CallbackError } from "./errors.js";
import type { FrameReader } from "./sources/frame-reader.js";
import type { IcmpCallback } from "./icmp/icmp.js";
import type { IcmpMessage } from "./icmp/icmp-message.js";
import type { IpCallback } from "./ip/ip.js";
import type { IpPacket } from "./ip/ip-packet.js";
import type { Injection } from "./kill/injector.js";
import type { RejectOptions } from "./kill/kill-options.js";
import { resolveParams } from "./params/params.js";
import type { NidsParams } from "./params/params.js";
import { emptyRooms, makeRooms } from "./rooms.js";
import type { Rooms } from "./rooms.js";
import { SingleFrame } from "./sources/single-frame.js";
import type { StatisticsSnapshot } from "./stats.js";
import type { Tuple } from "./tcp/flow-lookup.js";
import type { UdpCallback } from "./udp/udp.js";
import type { UdpDatagram } from "./udp/udp-datagram.js";

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
  private readonly rooms: Rooms;
  private readonly single: SingleFrame = new SingleFrame();
  private readonly work: EngineWork;

  /** Throws NidsError `unknown-parameter`, `invalid-parameter`, `invalid-argument`, and `no-memory` for too little. */
  constructor(params: Partial<NidsParams> = {}) {
    super();
    this.params = resolveParams(params);
    this.rooms = makeRooms(this.params, this, () => this.tick());
    this.work = new EngineWork(this.rooms.notifier.current);
  }

  /** Has `callback` asked about every TCP connection that gets established from now on. */
  registerTcp(callback: TcpCallback): void {
    this.rooms.notifier.registry.add(callback);
  }

  /** No longer asks `callback` about new connections; those it listens to already it keeps. */
  unregisterTcp(callback: TcpCallback): void {
    this.rooms.notifier.unregister(callback);
  }

  /** Calls `callback` for every UDP datagram. */
  registerUdp(callback: UdpCallback): void {
    this.rooms.udp.callbacks.add(callback);
  }

  /** No longer calls `callback` for UDP datagrams. */
  unregisterUdp(callback: UdpCallback): void {
    this.rooms.udp.callbacks.remove(callback);
  }

  /** Calls `callback` for every ICMP message below IPv4, and every ICMPv6 message below IPv6. */
  registerIcmp(callback: IcmpCallback): void {
    this.rooms.icmp.callbacks.add(callback);
  }

  /** No longer calls `callback` for ICMP and ICMPv6 messages. */
  unregisterIcmp(callback: IcmpCallback): void {
    this.rooms.icmp.callbacks.remove(callback);
  }

  /** Calls `callback` for every valid IP datagram, after defragmentation and before any tcp or udp callback. */
  registerIp(callback: IpCallback): void {
    this.rooms.ip.callbacks.add(callback);
    this.rooms.express.close();
  }

  /** No longer calls `callback` for valid IP datagrams. */
  unregisterIp(callback: IpCallback): void {
    this.rooms.ip.callbacks.remove(callback);
  }

  /** Calls `callback` for every IP packet or fragment as it was captured, before anything is checked. */
  registerIpFragment(callback: IpCallback): void {
    this.rooms.ip.fragmentCallbacks.add(callback);
    this.rooms.express.close();
  }

  /** No longer calls `callback` for IP packets and fragments as captured. */
  unregisterIpFragment(callback: IpCallback): void {
    this.rooms.ip.fragmentCallbacks.remove(callback);
  }

  /**
   * Processes the frames of a batch, from `first` on. Throws CallbackError when a callback threw, after the packet was
   * finished: the frames behind it are still to be processed (`first` = error.frame + 1). Throws NidsError `reentrant`
   * from a callback, `invalid-argument` for no batch or no frame of it. A batch that tells of silence moves the clock.
   */
  process(batch: FrameBatch, first = 0): void {
    requireFrames(batch, first);
    // Not with a function of its own, which V8 would compile once more.
    const before = this.work.begin();
    try {
      if (batch.length === 0) this.rooms.loop.silence(batch);
      else this.rooms.loop.frames(batch, first, batch.length);
    } finally {
      this.work.end(before);
    }
  }

  /**
   * Processes one frame: its bytes from the link header on, when it was captured, its LINKTYPE, and how many bytes it
   * had on the wire, where these were more. The bytes are copied. Throws what `process` throws.
   */
  processFrame(
    frame: Uint8Array,
    time: PacketTime,
    linkType: number = LinkType.ETHERNET,
    originalLength?: number,
  ): void {
    // Not while another frame is being processed: the batch may be in use.
    this.work.during(() => this.rooms.loop.frames(this.single.of(frame, time, linkType, originalLength), 0, 1));
  }

  /**
   * Processes a whole source, then exits. Where a callback throws, it rejects with that CallbackError; the same call
   * again goes on behind that frame, and where it was at exit (`frame` is -1), does nothing. Until then, or until
   * `exit()`, the source stays open. Where the source throws, the engine exits first and then rejects with the
   * source's error. NidsError `reentrant` when called from a callback, or while another call reads the source.
   */
  async run(source: FrameSource): Promise<void> {
    if (this.rooms.sources.forgetFinished(source)) return;
    const reader = this.take(source);
    try {
      await this.processAll(reader);
    } catch (error) {
      reader.goOnBehind(error);
      if (!reader.isAsking) throw error;
      this.rooms.sources.leave(source, reader);
      this.end();
      throw error;
    } finally {
      reader.isTaken = false;
    }
    this.rooms.sources.leave(source, reader);
    const fault = this.end();
    if (fault === undefined) return;
    this.rooms.sources.noteFinished(source);
    throw fault;
  }

  /** The loop over the batches of a source; by itself, as V8 would compile it anew for what is done once. */
  private async processAll(reader: FrameReader): Promise<void> {
    for (;;) {
      const batch = reader.inHand ?? reader.accept(await reader.ask());
      if (batch === undefined) break;
      this.process(batch, reader.take(batch.length));
    }
  }

  /** Processes one frame of a source; false when there is none left. Does not exit. Throws as `dispatch` does. */
  async next(source: FrameSource): Promise<boolean> {
    return (await this.dispatch(source, 1)) === 1;
  }

  /**
   * Processes the frames the source has at hand, or waits for some: at most `count` of them. Returns how many they
   * were; 0 when there is none left. Does not exit. Throws what `process` throws, the same call again goes on
   * behind that frame; what the source throws; NidsError `reentrant` while another call reads the source, and
   * `invalid-argument` for a count that is not a whole number above 0.
   */
  async dispatch(source: FrameSource, count: number = Infinity): Promise<number> {
    requireCount(count);
    const reader = this.take(source);
    try {
      const batch = await this.framesOf(reader);
      if (batch === undefined) {
        this.rooms.sources.leave(source, reader);
        return 0;
      }
      const first = reader.take(count);
      this.work.during(() => this.rooms.loop.frames(batch, first, reader.index));
      return reader.index - first;
    } catch (error) {
      reader.goOnBehind(error);
      throw error;
    } finally {
      reader.isTaken = false;
    }
  }

  /**
   * Tells every open stream EXITING and forgets everything but the registrations and counters; the engine can be used
   * again. Sources that were not read to their end, and that no call reads now, are closed.
   */
  exit(): void {
    this.work.requireRest();
    this.rooms.sources.leaveIdle();
    const fault = this.end();
    if (fault !== undefined) throw fault;
  }

  /** The stream from this client to this server, where somebody listens to it. Throws NidsError `invalid-argument`. */
  findTcpStream(tuple: Tuple): TcpStream | undefined {
    return this.rooms.notifier.streams.at(this.rooms.lookup.find(tuple));
  }

  /**
   * Answers a packet, as a rule a UDP datagram, with an ICMP or ICMPv6 "unreachable" to its source, as if from its
   * destination, back the same way. To be called from the callback that the packet was given to.
   *
   * Returns what was sent, or why nothing was: `not-answerable` for ICMP errors, for what goes to or comes from
   * multicast, broadcast and no address at all, and for what the snap length left too little of to quote. Throws
   * NidsError `no-injector` without an injector, `invalid-argument` for a packet that is not in hand (fragments never
   * are) and for options there are not, `not-injectable` where an answer cannot be sent, and `injector-failed` where
   * the injector threw.
   */
  reject(packet: UdpDatagram | IcmpMessage | IpPacket, options: RejectOptions = {}): Injection {
    return this.rooms.rejecter.reject(packet, options);
  }

  /** Has `recording` asked by `stream.record()` from now on, in place of the one before. */
  recordWith(recording: StreamRecording): void {
    this.rooms.notifier.recording = recording;
  }

  /** Packet time of the frame that is processed, or was last; for use in callbacks. */
  get time(): PacketTime {
    const { seconds, nanoseconds } = this.rooms.packet;
    return { seconds, nanoseconds };
  }

  /** Whether the checksums of an interface of the last batch are no longer on trial (`checksums: "auto"`). */
  isSettled(interfaceIndex: number): boolean {
    return this.rooms.verification.isSettled(interfaceIndex);
  }

  /** How often each alert was raised; alerts that never were are left out. */
  alertCounts(): { readonly [code in AlertCode]?: number } {
    return this.rooms.alerts.counts();
  }

  /** A copy of the counters. */
  statistics(): StatisticsSnapshot {
    if (this.work.isUnderWay) this.rooms.loop.countInHand();
    return this.rooms.statistics.snapshot();
  }

  /** All but registrations and counters is forgotten. Returns the error of a callback, where one threw. */
  private end(): CallbackError | undefined {
    this.work.during(() => emptyRooms(this.rooms));
    this.tellStatistics();
    return this.rooms.faults.pending ? this.rooms.faults.take(-1) : undefined;
  }

  private tick(): void {
    const { seconds } = this.rooms.clock;
    this.rooms.packet.network = 0; // what happens now is not the doing of a packet
    this.rooms.tcp.connections.tick(seconds);
    if (this.rooms.interval.isOver(seconds)) this.tellStatistics();
  }

  private tellStatistics(): void {
    try {
      this.emit("statistics", this.statistics());
    } catch (error) {
      this.rooms.faults.note(error, undefined);
    }
  }

  /** The source is this call's until it gives it back; callbacks get none. */
  private take(source: FrameSource): FrameReader {
    this.work.requireRest();
    return this.rooms.sources.take(source);
  }

  /** The batch that holds the next frame; silence before it is dealt with. */
  private async framesOf(reader: FrameReader): Promise<FrameBatch | undefined> {
    for (;;) {
      const batch = reader.inHand ?? reader.accept(await reader.ask());
      if (batch?.length !== 0) return batch;
      this.process(batch);
    }
  }
}
