// The express lane: plain Ethernet, IPv4 without options and fragments, TCP. Nearly all packets of most networks are
// such, and most of them the next segment of their connection, or open or close one as connections usually do. Those
// are taken in one step, by the kernel where there is one; the others go to the TCP room with what was found out about
// them. Datagrams are put together from fragments, too, and are then like frames. Whatever is not as expected below TCP
// is left to the rooms, untouched: link, ip, tcp. Without this file the engine does the same, only slower.
//
// With many connections, time goes by waiting for their records to come from memory. The lane therefore looks ahead: it
// verifies and looks up a window of frames in one go, which lets the processor wait for all of them at once, and then
// takes them in order. What it found for a frame holds as long as no connection is removed in between.
//
//   frames  │ 1 │ 2 │ 3 │ … │ 64 │        lookAhead: headers, lookup, checksum     (nothing changes)
//           └─► take, take, …             in order: pass by, deliver, announce, hand to TCP, or leave to the rooms

import { LinkType } from "@tsnids/pcap";
import type { FrameBatch } from "@tsnids/pcap";
import type { Faults } from "../callbacks/faults.js";
import type { TcpNotifier } from "../callbacks/tcp-notifier.js";
import type { ChecksumVerification } from "../checksum/verification.js";
import {
  CAPTURED,
  ENTRY_INTS,
  entryShift,
  ExpressWindow,
  FLAGS_AND_WINDOW,
  FOUND,
  FRAME,
  LENGTH,
  Outcome,
  outcomeMask,
  PAYLOAD,
} from "./express-window.js";
import type { Ip } from "../ip/ip.js";
import { ipv4HeaderBytes, TCP } from "../ip/protocol.js";
import type { LinkLayer } from "../link/decap.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import { ethernetBytes } from "../link/ethernet.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import type { Statistics } from "../stats.js";
import type { FlowTable } from "../tcp/flow-table.js";
import type { Tcp } from "../tcp/tcp.js";

/** The streams of so many flows stay in the processor's cache, and need not be asked for ahead. */
const FEW_FLOWS = 256;

/** What the lane works with. */
export interface ExpressParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly params: NidsParams;
  readonly flows: FlowTable;
  readonly statistics: Statistics;
  readonly faults: Faults;
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
  private readonly flows: FlowTable;
  private readonly statistics: Statistics;
  private readonly faults: Faults;
  private readonly verification: ChecksumVerification;
  private readonly link: LinkLayer;
  private readonly path: EncapsulationPath;
  private readonly ip: Ip;
  private readonly tcp: Tcp;
  private readonly notifier: TcpNotifier;
  /** False where a flow that is not known may be another engine's (parameter `share`): the rooms find out. */
  private readonly takesUnknown: boolean;
  private open = false;
  /** True as long as the window tells the truth about the frames in it, but for their flows. */
  private usable = false;
  private verifies = true;
  /** True while checksums that are right are counted, too. */
  private isOnTrial = true;
  private readonly window: ExpressWindow;
  private readonly entries: Int32Array<ArrayBuffer>;
  /** Index of the window's first frame in the batch, and how far its frames lie behind where the batch says. */
  private first = 0;
  private shift = 0;
  private version = 0;
  /** Packets taken that are not counted yet. */
  private taken = 0;
  /** Never read: see StreamTable.touch. */
  private touched = 0;

  constructor(parts: ExpressParts) {
    this.packet = parts.packet;
    this.view = parts.memory.view;
    this.flows = parts.flows;
    this.statistics = parts.statistics;
    this.faults = parts.faults;
    this.verification = parts.verification;
    this.link = parts.link;
    this.path = parts.path;
    this.ip = parts.ip;
    this.tcp = parts.tcp;
    this.notifier = parts.notifier;
    this.takesUnknown = parts.params.share === undefined;
    const { memory, packet, params, flows, tcp } = parts;
    this.window = new ExpressWindow(memory, packet, params, flows, tcp.inOrder, tcp.kernelFollows);
    this.entries = this.window.entries;
  }

  /**
   * Opens the lane where nobody watches what it passes by; asked where an interface begins, and after every packet that
   * did not take it.
   */
  review(): void {
    const { verification } = this;
    this.open = this.link.linkType === LinkType.ETHERNET && !this.ip.isWatched && this.tcp.inOrder.usable;
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
    this.first = first;
    this.shift = shift;
    this.version = this.flows.version;
    this.usable = this.open;
    if (!this.open) return;
    this.window.fill(batch, first, end - first, shift, this.verifies);
    // In a trial too, that is from the beginning: V8 would compile the loop over windows anew when it is first done.
    if (this.isOnTrial || this.flows.live > FEW_FLOWS) {
      this.touched = this.notifier.streams.touch(this.entries, FOUND, ENTRY_INTS);
    }
  }

  /**
   * Takes the frames that were looked at, from `index` to `end` - 1, up to the first that is not plain: returns its
   * index, and leaves it as it was; `end` where there is none. The cursor is at the last frame taken, or at the one
   * that was left. Throws CallbackError behind a frame for which a callback threw.
   */
  take(index: number, end: number): number {
    const { packet, faults, first } = this;
    while (index < end) {
      let limit = end;
      if (this.isOnTrial) {
        packet.index = index;
        if (!this.tryOut((index - first) * ENTRY_INTS)) return index;
        limit = index + 1;
      }
      const reached = this.advance(index - first, limit - first);
      const next = first + (reached >> entryShift);
      this.taken += next - index;
      index = next;
      if (index < limit) {
        packet.index = index;
        const outcome = (reached & outcomeMask) as Outcome;
        if (outcome === Outcome.DELIVER) {
          this.taken++;
          this.deliver((index - first) * ENTRY_INTS);
        } else if (!this.conclude(index - first, outcome)) {
          return index;
        }
        index++;
      }
      if (faults.pending) throw faults.take(index - 1);
    }
    packet.index = end - 1;
    return end;
  }

  /** See ExpressWindow.advance; stays where it is when the window is no longer right. */
  private advance(from: number, to: number): number {
    return this.usable && this.version === this.flows.version ? this.window.advance(from, to) : from << entryShift;
  }

  /** Does what is left to do for a frame whose bytes are not just to be delivered; false where it is not for this lane. */
  private conclude(place: number, outcome: Outcome): boolean {
    const entry = place * ENTRY_INTS;
    if (outcome === Outcome.LEFT && !this.isPlain(entry)) return false;
    this.taken++;
    if (outcome === Outcome.FILL) this.fill(entry);
    else if (outcome === Outcome.ANNOUNCE) this.announce(place, entry);
    else if (outcome === Outcome.COMPLETE) this.complete(entry);
    else if (outcome === Outcome.ASSEMBLED) this.handOn(entry);
    else this.hand(entry);
    return true;
  }

  /** The segment is taken, but for its bytes. */
  private deliver(entry: number): void {
    const { entries, packet } = this;
    const found = entries[entry + FOUND] as number;
    const payload = entries[entry + PAYLOAD] as number;
    this.notifier.data(found >> 1, found & 1, packet.bytes, payload, entries[entry + LENGTH] as number);
  }

  /** The same, and it has filled a hole. */
  private fill(entry: number): void {
    const found = this.entries[entry + FOUND] as number;
    this.enter(entry);
    this.deliver(entry);
    this.tcp.resume(found >> 1, found & 1);
  }

  /** The segment has established its connection: that is announced, then the segment is taken like any other. */
  private announce(place: number, entry: number): void {
    const found = this.entries[entry + FOUND] as number;
    this.enter(entry);
    if (!this.tcp.connections.announce(found >> 1, found & 1)) return;
    const reached = this.advance(place, place + 1);
    if (reached >> entryShift > place) return;
    if ((reached & outcomeMask) === Outcome.DELIVER) this.deliver(entry);
    else this.hand(entry);
  }

  /** Both sides have finished. */
  private complete(entry: number): void {
    this.enter(entry);
    this.tcp.connections.settle((this.entries[entry + FOUND] as number) >> 1);
  }

  /** True where the frame is for this lane. */
  private isPlain(entry: number): boolean {
    return this.usable && this.entries[entry + PAYLOAD] !== 0 && (this.takesUnknown || this.found(entry) !== 0);
  }

  /** The flow of a frame; 0 where none is known, or no longer. */
  private found(entry: number): number {
    return this.version === this.flows.version ? (this.entries[entry + FOUND] as number) : 0;
  }

  /** Hands a plain frame to the TCP room. */
  private hand(entry: number): void {
    const { entries } = this;
    this.enter(entry);
    const payload = entries[entry + PAYLOAD] as number;
    const length = entries[entry + LENGTH] as number;
    this.tcp.receivePlain(this.found(entry), (entries[entry + FLAGS_AND_WINDOW] as number) >>> 16, payload, length);
  }

  /** Hands a datagram that was put together, and holds no plain segment, to the IP room. */
  private handOn(entry: number): void {
    this.enter(entry);
    this.ip.receiveReassembled();
    this.review();
  }

  /** Counts the packets taken since it was asked last. */
  count(): void {
    this.statistics.ipPackets += this.taken;
    this.statistics.tcpSegments += this.taken;
    this.window.count(this.statistics);
    this.taken = 0;
  }

  /**
   * A packet whose checksums are right is part of the trial of its interface; false for one that is not for this lane.
   */
  private tryOut(entry: number): boolean {
    if (!this.isPlain(entry)) return false;
    this.enter(entry);
    this.verification.noteRight(this.packet);
    if (this.verification.settled) this.review();
    return true;
  }

  /** Fills in the cursor, as link and ip would have done. */
  private enter(entry: number): void {
    const { packet, view, entries } = this;
    const at = entries[entry + FRAME] as number;
    const ip = at + ethernetBytes;
    const { batch, index } = packet;
    // Of a datagram from fragments only what lies behind the link header is where the entry says.
    const frame = (batch.offset[index] as number) + this.shift;
    packet.frame = frame;
    packet.frameEnd = frame + (batch.capturedLength[index] as number);
    packet.linkEnd = frame + ethernetBytes;
    packet.network = ip;
    packet.networkEnd = at + (entries[entry + CAPTURED] as number);
    packet.reassembled = at !== frame;
    packet.rest = packet.missing = packet.cut = packet.fragmentOffset = 0;
    packet.moreFragments = false;
    packet.family = 4;
    packet.protocol = TCP;
    packet.addresses = packet.pseudoHeader = ip + 12;
    packet.sourceKey = view.getInt32(ip + 12);
    packet.destinationKey = view.getInt32(ip + 16);
    packet.transport = ip + ipv4HeaderBytes;
    packet.end = (entries[entry + PAYLOAD] as number) + (entries[entry + LENGTH] as number);
    this.path.begin();
    this.path.notes?.ethernet(frame);
  }
}
