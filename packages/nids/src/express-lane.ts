// The express lane: plain Ethernet, IPv4 without options and fragments, TCP. Nearly all packets of most networks are the next segment
// of such a connection. Whatever is not as expected in any respect is left to the rooms, untouched: link, ip, tcp.
// Without this file the engine does the same, only slower.
//
// With many connections, time goes by waiting for their records to come from memory. The lane therefore looks ahead: it verifies
// and looks up a handful of frames in one go, which lets the processor wait for all of them at once, and then takes them
// one by one. What it found for a frame holds as long as no connection is made or removed in between.
//
//   frames  │ 1 │ 2 │ 3 │ … │ 32 │        lookAhead: checksum, hash, lookup        (nothing changes)
//           └─► take 1, take 2, …         in order: deliver, or leave to the rooms

import { LinkType } from "@tsnids/pcap";
import type { FrameBatch } from "@tsnids/pcap";
import type { Kernel } from "./checksum/kernel.js";
import type { ChecksumVerification } from "./checksum/verification.js";
import type { Ip } from "./ip/ip.js";
import type { LinkLayer } from "./link/decap.js";
import type { EngineMemory } from "./memory/layout.js";
import type { Packet } from "./packet.js";
import type { Statistics } from "./stats.js";
import type { FlowTable } from "./tcp/flow-table.js";
import type { Tcp } from "./tcp/tcp.js";

const ethernetBytes = 14;
const ipv4Bytes = 20;
const shortestFrame = 54;
const TCP = 6;
/** EtherType 0x0800, version 4, a header of five words; any type of service. */
const plainIpv4 = 0x08004500;
const typeAndVersionMask = 0xffffff00 | 0;
const headerAndPayloadRight = 3;
/** Frames looked at in one go. */
const window = 32;

/** What the lane works with. */
export interface ExpressParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly flows: FlowTable;
  readonly statistics: Statistics;
  readonly verification: ChecksumVerification;
  readonly link: LinkLayer;
  readonly ip: Ip;
  readonly tcp: Tcp;
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
  private readonly ip: Ip;
  private readonly tcp: Tcp;
  private open = false;
  private verifies = true;
  /** Side of the flow that sent each of the frames looked at, as FlowTable.find says it; 0: not for this lane. */
  private readonly found: Int32Array = new Int32Array(window);
  private first = 0;
  private version = 0;

  constructor(parts: ExpressParts) {
    this.packet = parts.packet;
    this.view = parts.memory.view;
    this.memory = parts.memory;
    this.kernel = parts.memory.kernel;
    this.flows = parts.flows;
    this.statistics = parts.statistics;
    this.verification = parts.verification;
    this.link = parts.link;
    this.ip = parts.ip;
    this.tcp = parts.tcp;
  }

  /** Opens the lane where nobody watches what it passes by; asked after every packet that did not take it. */
  review(): void {
    const { verification } = this;
    this.open = this.link.linkType === LinkType.ETHERNET && verification.settled && !this.ip.isWatched;
    this.verifies = verification.active;
  }

  /** Closes the lane until the next review: something has changed. */
  close(): void {
    this.open = false;
  }

  /**
   * Looks at the frames of a batch that come next, `shift` bytes behind where the batch says; returns the index of the first one it has not
   * looked at.
   */
  lookAhead(batch: FrameBatch, first: number, last: number, shift: number): number {
    const { found, kernel } = this;
    const { offset, capturedLength } = batch;
    const end = Math.min(last, first + window);
    this.first = first;
    this.version = this.flows.version;
    if (!this.open) {
      found.fill(0);
      return end;
    }
    for (let index = first; index < end; index++) {
      const frame = (offset[index] as number) + shift;
      const captured = capturedLength[index] as number;
      found[index - first] = kernel === undefined ? this.look(frame, captured) : this.ask(kernel, frame, captured);
    }
    return end;
  }

  /** Takes a frame all the way, if it is the expected kind. False leaves it as it was. */
  take(index: number, frame: number): boolean {
    const found = this.found[index - this.first] as number;
    if (found === 0 || !this.open || this.version !== this.flows.version) return false;
    const ip = frame + ethernetBytes;
    if (!this.tcp.takeInOrder(found, ip + ipv4Bytes, ip + this.view.getUint16(ip + 2))) return false;
    this.statistics.ipPackets++;
    this.statistics.tcpSegments++;
    return true;
  }

  private ask(kernel: Kernel, frame: number, captured: number): number {
    const { flows, memory } = this;
    return kernel.look(frame, captured, this.verifies ? 1 : 0, memory.index, flows.mask, memory.flows, flows.seed);
  }

  /** The same where there is no kernel. */
  private look(frame: number, captured: number): number {
    const { view } = this;
    if (captured < shortestFrame || (view.getInt32(frame + 12) & typeAndVersionMask) !== plainIpv4) return 0;
    const ip = frame + ethernetBytes;
    const totalLength = view.getUint16(ip + 2);
    if (totalLength > captured - ethernetBytes || totalLength < 2 * ipv4Bytes) return 0;
    if ((view.getUint16(ip + 6) & 0x3fff) !== 0 || this.memory.bytes[ip + 9] !== TCP) return 0;
    if (this.verifies && this.memory.checksums.ipv4(ip, ipv4Bytes, totalLength) !== headerAndPayloadRight) return 0;
    const ports = view.getInt32(ip + ipv4Bytes);
    return this.flows.find(view.getInt32(ip + 12), view.getInt32(ip + 16), ports, 0, this.packet);
  }
}
