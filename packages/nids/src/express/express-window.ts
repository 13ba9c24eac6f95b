// The window the express lane looks ahead at: for each of its frames what the headers say, whether the checksums are
// right, and which flow it is of. It lies in the engine's memory, where the kernel fills it in (kernel/express.ts): one
// call for all of its frames. Where there is no kernel, the same is done here.
//
//   entry   │ frame, captured │ found │ sequence, ack, flags, window │ payload, length │ (the kernel's notes) │ ns │     a cache line
//
// Then it is gone over once more, frame by frame, by the kernel too (kernel/advance.ts): those nobody is told
// of are done with.

import type { FrameBatch } from "@tsnids/pcap";
import type { Kernel } from "../memory/kernel.js";
import { ipv4HeaderBytes, TCP, tcpHeaderBytes } from "../ip/protocol.js";
import { ethernetBytes } from "../link/ethernet.js";
import { windowBytes } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import { overlapBits } from "../reassembly/overlap.js";
import { slabsOf } from "../reassembly/piece-nodes.js";
import type { Statistics } from "../stats.js";
import type { FlowTable } from "../tcp/flow-table.js";
import { Taken } from "../tcp/in-order.js";
import type { InOrder } from "../tcp/in-order.js";
import { segmentPolicies } from "../tcp/overlap-policy.js";
import { decisiveFlags, TcpFlag } from "../tcp/segment.js";

/** A plain frame begins with the headers of Ethernet, of IPv4 without options, which says TCP, and of TCP. */
const shortestFrame = 54;
/** EtherType 0x0800, version 4, a header of five words; any type of service. */
const plainIpv4 = 0x08004500;
const typeAndVersionMask = 0xffffff00 | 0;
const headerAndPayloadRight = 3;

/** The entry of a frame, as Int32 fields: what the lane says of it, and what is found out. kernel/window.ts has the same. */
export const ENTRY_INTS = 16;
export const FRAME = 0;
export const CAPTURED = 1;
/** Side of the flow that sent the frame, as FlowTable.find says it; 0: no flow is known. */
export const FOUND = 2;
export const SEQUENCE = 3;
export const ACKNOWLEDGMENT = 4;
/** Of the TCP header, as it stands there: its length and flags in the upper half, the window in the lower. */
export const FLAGS_AND_WINDOW = 5;
/** Where the payload begins; 0: the frame is not for this lane, and the rest is not there. */
export const PAYLOAD = 6;
export const LENGTH = 7;
/** When the frame was captured, behind its second. */
const NANOSECONDS = 15;

/** Bytes of an entry, 64, as a power of two. */
export const entryShift = 6;
const entryBytes = 1 << entryShift;

/** What has become of a frame that somebody may have to be told of. kernel/outcome.ts has the same. */
export const Outcome = {
  /** Nothing: it is as it was. */
  LEFT: 0,
  /** The segment was taken, and its bytes are to be delivered. */
  DELIVER: 1,
  /** Its connection is established, which is to be announced; the segment is still to be taken. */
  ANNOUNCE: 2,
  /** The segment was taken, and completes the end of its connection. */
  COMPLETE: 3,
  /** As DELIVER; and the turn of what waited behind it has come. */
  FILL: 4,
  /** The frame completed a datagram that is not plain; its entry says where that lies. */
  ASSEMBLED: 5,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];
/** Its bits in what `advance` returns. */
export const outcomeMask = 7;
/** Frames looked at in one go. */
export const expressWindow: number = windowBytes / entryBytes;

export class ExpressWindow {
  readonly entries: Int32Array<ArrayBuffer>;
  private readonly memory: EngineMemory;
  private readonly kernel: Kernel | undefined;
  private readonly packet: Packet;
  private readonly flows: FlowTable;
  private readonly inOrder: InOrder;
  /** When the frames of the window were captured, in whole seconds. */
  private seconds = 0;
  /** What the kernel counts: kernel/window.ts has the names. */
  private readonly tally: Int32Array<ArrayBuffer>;

  /** With `follows` the kernel keeps segments out of order, and opens and closes connections, where that is plain. */
  constructor(
    memory: EngineMemory,
    packet: Packet,
    params: NidsParams,
    flows: FlowTable,
    inOrder: InOrder,
    follows: boolean,
  ) {
    this.memory = memory;
    this.kernel = memory.kernel;
    this.packet = packet;
    this.flows = flows;
    this.inOrder = inOrder;
    this.entries = new Int32Array(memory.buffer, memory.window, expressWindow * ENTRY_INTS);
    this.tally = new Int32Array(memory.buffer, memory.window + windowBytes, 6);
    const { extras, backlogs, segments, capacity } = memory;
    const slabs = slabsOf(segments, capacity.segmentSlabs);
    const policy = overlapBits(segmentPolicies[params.segmentPolicy]);
    const { maxQueuedBytes, maxQueuedSegments, share } = params;
    this.kernel?.useFlows(memory.flows, memory.details, memory.index, flows.index.seed, capacity.flows);
    this.kernel?.useBacklogs(extras, backlogs, segments, slabs, policy, maxQueuedBytes, maxQueuedSegments);
    this.kernel?.useTally(memory.window + windowBytes);
    // A flow that is not known may be another engine's: the rooms find out.
    this.kernel?.follow(follows ? 1 : 0, share === undefined ? 1 : 0);
  }

  /**
   * Looks at `count` frames of a batch, at most a window, `shift` bytes behind where the batch says; at their checksums
   * where `verifies` says so.
   */
  fill(batch: FrameBatch, first: number, count: number, shift: number, verifies: boolean): void {
    const { entries, memory, kernel } = this;
    const { offset, capturedLength, nanoseconds, seconds } = batch;
    for (let index = first, entry = 0; index < first + count; index++, entry += ENTRY_INTS) {
      entries[entry + FRAME] = (offset[index] as number) + shift;
      entries[entry + CAPTURED] = capturedLength[index] as number;
      entries[entry + NANOSECONDS] = nanoseconds[index] as number;
    }
    this.seconds = (seconds[first] as number) | 0;
    if (kernel !== undefined) {
      kernel.look(memory.window, count, verifies ? 1 : 0, this.flows.index.mask);
      return;
    }
    for (let entry = 0; entry < count * ENTRY_INTS; entry += ENTRY_INTS) {
      entries[entry + PAYLOAD] = 0;
      entries[entry + FOUND] = this.look(entry, verifies);
    }
  }

  /**
   * Takes the frames from place `from` to `to` - 1 of the window as far as nobody is told of them. Returns the place of
   * the first other one, `to` where there is none, shifted by `entryShift`, plus what has become of it, an `Outcome`.
   */
  advance(from: number, to: number): number {
    const { kernel } = this;
    if (kernel !== undefined) {
      const { window } = this.memory;
      const entry = window + from * entryBytes;
      return (
        kernel.advance(entry, window + to * entryBytes, this.packet.clock, this.seconds, this.flows.index.mask) - window
      );
    }
    for (let place = from; place < to; place++) {
      const taken = this.takeInOrder(place * ENTRY_INTS);
      if (taken === Taken.DELIVER) return place * entryBytes + Outcome.DELIVER;
      if (taken === Taken.FILL) return place * entryBytes + Outcome.FILL;
      if (taken === Taken.NO) return place * entryBytes + Outcome.LEFT;
    }
    return to * entryBytes;
  }

  /** Adds what the kernel has counted since this was called last. */
  count(statistics: Statistics): void {
    const [unfollowed = 0, outOfOrder = 0, duplicates = 0, forgotten = 0, fragments = 0, segments = 0] = this.tally;
    statistics.ipPackets += segments;
    statistics.fragments += fragments;
    statistics.datagramsReassembled += segments;
    statistics.tcpSegments += segments - fragments;
    statistics.tcpUnfollowed += unfollowed;
    statistics.tcpOutOfOrder += outOfOrder;
    statistics.tcpDuplicates += duplicates;
    statistics.scanSourcesForgotten += forgotten;
    this.tally.fill(0);
  }

  /** What the kernel finds of an entry, where there is no kernel. */
  private look(entry: number, verifies: boolean): number {
    const { entries, memory } = this;
    const { view } = memory;
    const frame = entries[entry + FRAME] as number;
    const captured = entries[entry + CAPTURED] as number;
    if (captured < shortestFrame || (view.getInt32(frame + 12) & typeAndVersionMask) !== plainIpv4) return 0;
    const ip = frame + ethernetBytes;
    const totalLength = view.getUint16(ip + 2);
    if (totalLength > captured - ethernetBytes || totalLength < 2 * ipv4HeaderBytes) return 0;
    if ((view.getUint16(ip + 6) & 0x3fff) !== 0 || memory.bytes[ip + 9] !== TCP) return 0;
    const source = view.getInt32(ip + 12);
    const destination = view.getInt32(ip + 16);
    if (source >>> 1 === destination >>> 1) return 0;
    const tcp = ip + ipv4HeaderBytes;
    const offsetAndFlags = view.getUint16(tcp + 12);
    const headerBytes = (offsetAndFlags >>> 10) & 0x3c;
    const length = totalLength - ipv4HeaderBytes - headerBytes;
    if (headerBytes < tcpHeaderBytes || length < 0) return 0;
    if (verifies && memory.checksums.ipv4(ip, ipv4HeaderBytes, totalLength) !== headerAndPayloadRight) return 0;
    entries[entry + SEQUENCE] = view.getInt32(tcp + 4);
    entries[entry + ACKNOWLEDGMENT] = view.getInt32(tcp + 8);
    entries[entry + PAYLOAD] = tcp + headerBytes;
    entries[entry + LENGTH] = length;
    entries[entry + FLAGS_AND_WINDOW] = view.getInt32(tcp + 12);
    return this.flows.find(source, destination, view.getInt32(tcp), 0, this.packet);
  }

  /** What the kernel does with an entry, where there is no kernel. */
  private takeInOrder(entry: number): Taken {
    const { entries } = this;
    const found = entries[entry + FOUND] as number;
    if (found === 0 || (((entries[entry + FLAGS_AND_WINDOW] as number) >>> 16) & decisiveFlags) !== TcpFlag.ACK)
      return Taken.NO;
    const transport = (entries[entry + FRAME] as number) + ethernetBytes + ipv4HeaderBytes;
    return this.inOrder.take(
      found,
      transport,
      entries[entry + PAYLOAD] as number,
      entries[entry + LENGTH] as number,
      entries[entry + SEQUENCE] as number,
      entries[entry + ACKNOWLEDGMENT] as number,
      (entries[entry + FLAGS_AND_WINDOW] as number) & 0xffff,
    );
  }
}
