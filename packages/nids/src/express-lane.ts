// The express lane: plain Ethernet, IPv4 without options and fragments, TCP. Nearly all packets of most networks are such, and most of
// them the next segment of their connection. Those are delivered in one step; the others go to the TCP room with what was found out
// about them. Whatever is not as expected below TCP is left to the rooms, untouched: link, ip, tcp.
// Without this file the engine does the same, only slower.
//
// With many connections, time goes by waiting for their records to come from memory. The lane therefore looks ahead: it verifies
// and looks up a window of frames in one go, which lets the processor wait for all of them at once, and then takes them
// one by one. What it found for a frame holds as long as no connection is removed in between.
//
//   frames  │ 1 │ 2 │ 3 │ … │ 32 │        lookAhead: headers, lookup, checksum     (nothing changes)
//           └─► take, take, …             in order: deliver, hand to TCP, or leave to the rooms
//
// The window lies in the engine's memory, where the kernel fills it in: one call for all of its frames.

import { LinkType } from "@tsnids/pcap";
import type { FrameBatch } from "@tsnids/pcap";
import type { TcpNotifier } from "./callbacks/tcp-notifier.js";
import type { Kernel } from "./checksum/kernel.js";
import type { ChecksumVerification } from "./checksum/verification.js";
import type { Ip } from "./ip/ip.js";
import type { LinkLayer } from "./link/decap.js";
import type { EncapsulationPath } from "./link/encapsulation.js";
import { windowBytes } from "./memory/layout.js";
import type { EngineMemory } from "./memory/layout.js";
import type { Packet } from "./packet.js";
import type { NidsParams } from "./params.js";
import type { Statistics } from "./stats.js";
import type { FlowTable } from "./tcp/flow-table.js";
import type { InOrder } from "./tcp/in-order.js";
import { decisiveFlags, TcpFlag, tcpHeaderBytes } from "./tcp/segment.js";
import type { Tcp } from "./tcp/tcp.js";

const ethernetBytes = 14;
const ipv4Bytes = 20;
const shortestFrame = 54;
const TCP = 6;
/** EtherType 0x0800, version 4, a header of five words; any type of service. */
const plainIpv4 = 0x08004500;
const typeAndVersionMask = 0xffffff00 | 0;
const headerAndPayloadRight = 3;

/** The entry of a frame in the window, as Int32 fields: what the lane says of it, and what the kernel finds. */
const ENTRY_INTS = 16;
/** Frames looked at in one go. */
export const expressWindow: number = windowBytes / (ENTRY_INTS * 4);
/** The streams of so many flows stay in the processor's cache, and need not be asked for ahead. */
const FEW_FLOWS = 256;
const FRAME = 0;
const CAPTURED = 1;
/** Side of the flow that sent the frame, as FlowTable.find says it; 0: no flow is known. */
const FOUND = 2;
const SEQUENCE = 3;
const ACKNOWLEDGMENT = 4;
const WINDOW = 5;
/** Where the payload begins; 0: the frame is not for this lane, and the rest is not there. */
const PAYLOAD = 6;
const LENGTH = 7;
/** The TCP header's length and flags, as in the header. */
const FLAGS = 14;

/** What the lane works with. */
export interface ExpressParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly params: NidsParams;
  readonly flows: FlowTable;
  readonly statistics: Statistics;
  readonly verification: ChecksumVerification;
  readonly link: LinkLayer;
  readonly path: EncapsulationPath;
  readonly ip: Ip;
  readonly tcp: Tcp;
  readonly notifier: TcpNotifier;
}

export class ExpressLane {
  private readonly packet: Packet;
  private readonly view: DataView<ArrayBuffer>;
  private readonly memory: EngineMemory;
  private readonly kernel: Kernel | undefined;
  private readonly flows: FlowTable;
  private readonly statistics: Statistics;
  private readonly verification: ChecksumVerification;
  private readonly link: LinkLayer;
  private readonly path: EncapsulationPath;
  private readonly ip: Ip;
  private readonly tcp: Tcp;
  private readonly inOrder: InOrder;
  private readonly notifier: TcpNotifier;
  /** False where a flow that is not known may be another engine's (parameter `share`): the rooms find out. */
  private readonly takesUnknown: boolean;
  private open = false;
  /** True as long as the window tells the truth about the frames in it. */
  private usable = false;
  private verifies = true;
  /** True while checksums that are right are counted, too. */
  private isOnTrial = true;
  private readonly entries: Int32Array<ArrayBuffer>;
  /** The entry of the next frame. */
  private next = 0;
  private version = 0;
  /** Packets taken that are not counted yet. */
  private taken = 0;
  /** Never read: see TcpNotifier.touch. */
  private touched = 0;

  constructor(parts: ExpressParts) {
    this.packet = parts.packet;
    this.view = parts.memory.view;
    this.memory = parts.memory;
    this.kernel = parts.memory.kernel;
    this.flows = parts.flows;
    this.statistics = parts.statistics;
    this.verification = parts.verification;
    this.link = parts.link;
    this.path = parts.path;
    this.ip = parts.ip;
    this.tcp = parts.tcp;
    this.inOrder = parts.tcp.inOrder;
    this.notifier = parts.notifier;
    this.takesUnknown = parts.params.share === undefined;
    this.entries = new Int32Array(parts.memory.buffer, parts.memory.window, expressWindow * ENTRY_INTS);
  }

  /** Opens the lane where nobody watches what it passes by; asked after every packet that did not take it. */
  review(): void {
    const { verification } = this;
    this.open = this.link.linkType === LinkType.ETHERNET && !this.ip.isWatched && this.inOrder.usable;
    this.usable &&= this.open;
    this.verifies = verification.mayCount;
    this.isOnTrial = !verification.settled;
  }

  /** Closes the lane until the next review, and forgets what was looked at ahead: something has changed. */
  close(): void {
    this.open = this.usable = false;
  }

  /** Looks at frames first … end - 1 of a batch, at most a window, `shift` bytes behind where the batch says. */
  lookAhead(batch: FrameBatch, first: number, end: number, shift: number): void {
    const { entries } = this;
    const { offset, capturedLength } = batch;
    this.next = 0;
    this.version = this.flows.version;
    this.usable = this.open;
    const count = this.open ? end - first : 0;
    for (let index = first, entry = 0; index < first + count; index++, entry += ENTRY_INTS) {
      entries[entry + FRAME] = (offset[index] as number) + shift;
      entries[entry + CAPTURED] = capturedLength[index] as number;
    }
    this.ask(count);
    if (this.flows.live > FEW_FLOWS) this.touched = this.notifier.touch(entries, FOUND, ENTRY_INTS, count);
  }

  /** Takes the next frame that was looked at, if it is plain. False leaves it as it was. */
  take(): boolean {
    const { entries } = this;
    const entry = this.next;
    this.next = entry + ENTRY_INTS;
    const payload = entries[entry + PAYLOAD] as number;
    if (payload === 0 || !this.usable) return false;
    const found = this.version === this.flows.version ? (entries[entry + FOUND] as number) : 0;
    if (found === 0 && !this.takesUnknown) return false;
    this.taken++;
    const flags = entries[entry + FLAGS] as number;
    const length = entries[entry + LENGTH] as number;
    if (this.isOnTrial)
      this.tryOut(entries[entry + FRAME] as number, entries[entry + CAPTURED] as number, payload + length);
    if (found !== 0 && (flags & decisiveFlags) === TcpFlag.ACK) {
      const transport = (entries[entry + FRAME] as number) + ethernetBytes + ipv4Bytes;
      const sequence = entries[entry + SEQUENCE] as number;
      const ack = entries[entry + ACKNOWLEDGMENT] as number;
      const advertised = entries[entry + WINDOW] as number;
      if (this.inOrder.take(found, transport, payload, length, sequence, ack, advertised)) return true;
    }
    this.enter(entries[entry + FRAME] as number, entries[entry + CAPTURED] as number, payload + length);
    this.tcp.receivePlain(found, flags, payload, length);
    return true;
  }

  /** Counts the packets taken since it was asked last. */
  count(): void {
    this.statistics.ipPackets += this.taken;
    this.statistics.tcpSegments += this.taken;
    this.taken = 0;
  }

  /** A packet whose checksums are right is part of the trial of its interface. */
  private tryOut(frame: number, captured: number, end: number): void {
    this.enter(frame, captured, end);
    this.verification.noteRight(this.packet);
    this.review();
  }

  /** Fills in the cursor, as link and ip would have done. */
  private enter(frame: number, captured: number, end: number): void {
    const { packet, view } = this;
    const ip = frame + ethernetBytes;
    packet.frame = frame;
    packet.frameEnd = packet.networkEnd = frame + captured;
    packet.network = packet.linkEnd = ip;
    packet.rest = packet.missing = packet.cut = packet.fragmentOffset = 0;
    packet.moreFragments = packet.reassembled = false;
    packet.family = 4;
    packet.protocol = TCP;
    packet.addresses = ip + 12;
    packet.sourceKey = view.getInt32(ip + 12);
    packet.destinationKey = view.getInt32(ip + 16);
    packet.transport = ip + ipv4Bytes;
    packet.end = end;
    this.path.begin();
  }

  private ask(count: number): void {
    const { flows, memory, kernel, entries } = this;
    if (kernel !== undefined) {
      const { mask, seed } = flows.index;
      kernel.look(memory.window, count, this.verifies ? 1 : 0, memory.index, mask, memory.flows, seed);
      return;
    }
    for (let entry = 0; entry < count * ENTRY_INTS; entry += ENTRY_INTS) {
      entries[entry + PAYLOAD] = 0;
      entries[entry + FOUND] = this.look(entry);
    }
  }

  /** The same where there is no kernel. */
  private look(entry: number): number {
    const { view, entries } = this;
    const frame = entries[entry + FRAME] as number;
    const captured = entries[entry + CAPTURED] as number;
    if (captured < shortestFrame || (view.getInt32(frame + 12) & typeAndVersionMask) !== plainIpv4) return 0;
    const ip = frame + ethernetBytes;
    const totalLength = view.getUint16(ip + 2);
    if (totalLength > captured - ethernetBytes || totalLength < 2 * ipv4Bytes) return 0;
    if ((view.getUint16(ip + 6) & 0x3fff) !== 0 || this.memory.bytes[ip + 9] !== TCP) return 0;
    const source = view.getInt32(ip + 12);
    const destination = view.getInt32(ip + 16);
    if (source >>> 1 === destination >>> 1) return 0;
    const tcp = ip + ipv4Bytes;
    const offsetAndFlags = view.getUint16(tcp + 12);
    const headerBytes = (offsetAndFlags >>> 10) & 0x3c;
    const length = totalLength - ipv4Bytes - headerBytes;
    if (headerBytes < tcpHeaderBytes || length < 0) return 0;
    if (this.verifies && this.memory.checksums.ipv4(ip, ipv4Bytes, totalLength) !== headerAndPayloadRight) return 0;
    entries[entry + SEQUENCE] = view.getInt32(tcp + 4);
    entries[entry + ACKNOWLEDGMENT] = view.getInt32(tcp + 8);
    entries[entry + WINDOW] = view.getUint16(tcp + 14);
    entries[entry + PAYLOAD] = tcp + headerBytes;
    entries[entry + LENGTH] = length;
    entries[entry + FLAGS] = offsetAndFlags;
    return this.flows.find(source, destination, view.getInt32(tcp), 0, this.packet);
  }
}
