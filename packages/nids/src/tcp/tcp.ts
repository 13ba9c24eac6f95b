// The way of a TCP segment: is its header right, and its checksum; does it look like a scan? Nearly all segments are
// the next one of an established connection: they take the short way (in-order.ts). All others go to
// segment-arrival.ts.

import type { AlertSink } from "../alerts/alert-sink.js";
import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { ChecksumVerification } from "../checksum/verification.js";
import { tcpHeaderBytes } from "../ip/protocol.js";
import type { ResetSender } from "../kill/reset-sender.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import { PieceStore } from "../reassembly/piece-store.js";
import type { PortScanDetector } from "../scan/port-scan-detector.js";
import type { Statistics } from "../stats.js";
import type { BacklogPool } from "./backlog-pool.js";
import { Closing } from "./closing.js";
import { Connections } from "./connections.js";
import { Delivery } from "./delivery.js";
import type { FlowTable } from "./flow-table.js";
import { Holes } from "./holes.js";
import { InOrder, Taken } from "./in-order.js";
import { Reassembler } from "./reassembler.js";
import { SegmentArrival } from "./segment-arrival.js";
import { decisiveFlags, Segment, TcpFlag } from "./segment.js";
import { Waiting } from "./waiting.js";

/** Everything the TCP stage works with. */
export interface TcpParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly flows: FlowTable;
  readonly notifier: TcpNotifier;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly alerts: AlertSink;
  readonly verification: ChecksumVerification;
  readonly resets: ResetSender;
  readonly scans: PortScanDetector;
  readonly backlogs: BacklogPool;
}

export class Tcp {
  /** The short way; the express lane takes it too. */
  readonly inOrder: InOrder;
  /**
   * True where the kernel may keep segments out of order, and open and close connections: nothing is kept to send
   * resets in, and FINs are as RFC 9293 has them.
   */
  readonly kernelFollows: boolean;
  /** All connections, for what happens to them besides segments. */
  readonly connections: Connections;
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly notifier: TcpNotifier;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly verification: ChecksumVerification;
  private readonly scans: PortScanDetector;
  private readonly follows: boolean;
  private readonly segment: Segment = new Segment();
  private readonly waiting: Waiting;
  private readonly arrival: SegmentArrival;

  constructor(parts: TcpParts) {
    const { memory, packet, flows, notifier, params, statistics, alerts } = parts;
    this.packet = packet;
    this.flows = flows;
    this.notifier = notifier;
    this.statistics = statistics;
    this.alerts = alerts;
    this.verification = parts.verification;
    this.scans = parts.scans;
    this.follows = params.followTcp;
    this.kernelFollows = !parts.resets.keeps && params.finTakesSequence && !params.anyAckConfirmsFin;
    const { backlogs } = parts;
    const store = new PieceStore(memory, memory.segments, memory.capacity.segmentSlabs);
    const delivery = new Delivery(flows, notifier, backlogs);
    const waiting = new Waiting(flows, alerts, store, backlogs, delivery);
    const holes = new Holes({ packet, flows, params, store, backlogs, delivery, waiting });
    const reassembler = new Reassembler({ ...parts, store, delivery, waiting, holes });
    const closing = new Closing(packet, flows, waiting, params);
    this.waiting = waiting;
    this.inOrder = new InOrder(packet, flows, params, statistics, waiting);
    this.connections = new Connections({ ...parts, waiting, holes, closing });
    const { segment, connections } = this;
    this.arrival = new SegmentArrival({ ...parts, segment, reassembler, waiting, closing, connections });
  }

  /** Takes the TCP segment the cursor is at. */
  receive(): void {
    const { packet } = this;
    const { view, transport, end } = packet;
    if (end - transport < tcpHeaderBytes) {
      this.refuse(packet.cut > 0);
      return;
    }
    if (packet.isUnaddressed) {
      this.refuse(false); // The express lane takes no such frame.
      return;
    }
    const offsetAndFlags = view.getUint16(transport + 12);
    const headerBytes = (offsetAndFlags >>> 10) & 0x3c;
    const payload = transport + headerBytes;
    const length = end - payload;
    if (headerBytes < tcpHeaderBytes || length < 0) {
      this.receiveCut(headerBytes, length);
      return;
    }
    if ((offsetAndFlags & TcpFlag.ACK) === 0) this.scans.note(offsetAndFlags & 0xff);
    if (!this.follows) {
      this.statistics.tcpUnfollowed++;
      return;
    }
    if (!this.verification.transportRight(packet)) {
      this.statistics.tcpInvalid++;
      this.alerts.raise("tcp-checksum", true);
      return;
    }
    this.statistics.tcpSegments++;
    this.take(this.flows.lookUp(this.packet), offsetAndFlags, payload, length);
  }

  /**
   * Takes the TCP segment the cursor is at, which the express lane has looked at, counted, and not taken itself.
   * `found` is what `find` would say of its flow, or 0 where that is not known.
   */
  receivePlain(found: number, offsetAndFlags: number, payload: number, length: number): void {
    if ((offsetAndFlags & TcpFlag.ACK) === 0) this.scans.note(offsetAndFlags & 0xff);
    if (found === 0) {
      this.take(this.flows.lookUp(this.packet), offsetAndFlags, payload, length);
      return;
    }
    this.segment.read(this.packet, offsetAndFlags & 0x3f, payload, length, 0);
    this.arrival.known(found >> 1, found & 1);
  }

  /** A segment that took the short way has filled the hole in front of what waits of this side. */
  resume(slot: number, from: number): void {
    this.waiting.drain(slot, from);
    this.connections.settle(slot);
  }

  /** A header that lies about its length, or one the snap length cut: then at least the length of the segment is known. */
  private receiveCut(headerBytes: number, length: number): void {
    const { packet } = this;
    if (headerBytes < tcpHeaderBytes || packet.cut + length < 0) {
      this.refuse(false);
      return;
    }
    const flags = packet.bytes[packet.transport + 13] as number;
    if ((flags & TcpFlag.ACK) === 0) this.scans.note(flags);
    if (!this.follows) {
      this.statistics.tcpUnfollowed++;
      return;
    }
    this.statistics.tcpSegments++;
    const found = this.flows.lookUp(packet);
    this.segment.read(packet, flags & 0x3f, packet.end, 0, packet.cut + length);
    if (found === 0) this.arrival.unknown();
    else this.arrival.known(found >> 1, found & 1);
  }

  private refuse(isCut: boolean): void {
    this.statistics.tcpInvalid++;
    if (!isCut) this.alerts.raise("tcp-header", true);
  }

  /** Takes a segment of a valid header and a right checksum, of a flow or none (0; `find` has just said so). */
  private take(found: number, offsetAndFlags: number, payload: number, length: number): void {
    const { packet, segment } = this;
    segment.read(packet, offsetAndFlags & 0x3f, payload, length, packet.cut);
    if (found === 0) {
      this.arrival.unknown();
      return;
    }
    const isPlain = packet.cut === 0 && (offsetAndFlags & decisiveFlags) === TcpFlag.ACK;
    if (isPlain && this.inOrder.usable) {
      const { sequence, ack, window } = segment;
      const taken = this.inOrder.take(found, packet.transport, payload, length, sequence, ack, window);
      if (taken >= Taken.DELIVER) this.notifier.data(found >> 1, found & 1, packet.bytes, payload, length);
      if (taken === Taken.FILL) this.resume(found >> 1, found & 1);
      if (taken !== Taken.NO) return;
    }
    this.arrival.known(found >> 1, found & 1);
  }
}
