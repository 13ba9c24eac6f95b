// Puts datagrams together from their fragments, of both families (RFC 791 §3.2, RFC 8200 §4.5). Fragments belong together when
// addresses, identification, protocol (IPv4 only), family and scope agree.
//
//   frame 1  │ hdr │ 0 ........ 1480 │                     what is kept: the payload in the piece store,
//   frame 2  │ hdr │ 1480 .... 2960 │                      and the headers of the fragment at offset 0
//   frame 3  │ hdr │ 2960 . 3000 │
//                       ▼
//   datagram │ hdr │ 0 ................................ 3000 │    length and fragment fields made right
//
// The result is laid into the datagram region of the engine's memory and parsed like a packet that just came in. Everything
// is bounded: datagrams, fragments of one, bytes of all, and the packet time a datagram may stay incomplete.

import type { AlertSink } from "../alerts.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params.js";
import type { OverlapTable } from "../reassembly/overlap.js";
import { PieceList, PieceStore } from "../reassembly/piece-store.js";
import type { Statistics } from "../stats.js";
import { fragmentPolicies } from "./overlap-policy.js";

const ipv6HeaderBytes = 40;

/** Bytes of the longest packet of a family: IPv6 does not count its header in the length field. */
function maxPacketBytes(family: number): number {
  return family === 4 ? 65535 : 65535 + ipv6HeaderBytes;
}

/** A datagram some fragments of which have come. */
class Datagram {
  readonly hash: number;
  /** Identity: addresses, scope, identification and protocol, as the bytes and numbers they are. */
  readonly addresses: Uint8Array;
  readonly scope: number;
  readonly identification: number;
  readonly protocol: number;
  readonly expiresSeconds: number;
  readonly expiresNanoseconds: number;
  readonly payload: PieceList = new PieceList();
  fragments = 0;
  /** Length of the payload, known from the last fragment; -1 before. */
  length = -1;
  /** Headers of the fragment at offset 0, and where in them the protocol is named. */
  header: Uint8Array | undefined = undefined;
  protocolAt = 0;
  /** Protocol of the payload, as the fragment at offset 0 says (RFC 8200 §4.5). */
  payloadProtocol = 0;
  /** Next datagram of the same hash. */
  next: Datagram | undefined = undefined;

  constructor(packet: Packet, hash: number, protocol: number, lifetimeMs: number) {
    this.hash = hash;
    this.addresses = packet.bytes.slice(packet.addresses, packet.addresses + 2 * packet.addressLength);
    this.scope = packet.scope;
    this.identification = packet.identification;
    this.protocol = protocol;
    const nanoseconds = packet.nanoseconds + (lifetimeMs % 1000) * 1e6;
    this.expiresSeconds = packet.seconds + Math.floor(lifetimeMs / 1000) + Math.floor(nanoseconds / 1e9);
    this.expiresNanoseconds = nanoseconds % 1e9;
  }

  matches(packet: Packet, protocol: number): boolean {
    if (this.identification !== packet.identification || this.scope !== packet.scope) return false;
    if (this.protocol !== protocol || this.addresses.length !== 2 * packet.addressLength) return false;
    return this.addresses.every((byte, index) => byte === packet.bytes[packet.addresses + index]);
  }

  expired(seconds: number, nanoseconds: number): boolean {
    return seconds > this.expiresSeconds || (seconds === this.expiresSeconds && nanoseconds > this.expiresNanoseconds);
  }
}

export class Defragmenter {
  private readonly packet: Packet;
  private readonly memory: EngineMemory;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly store: PieceStore;
  private readonly policy: OverlapTable;
  private readonly byHash: Map<number, Datagram> = new Map();
  /** All incomplete datagrams, the one that came first in front. */
  private readonly waiting: Set<Datagram> = new Set();

  constructor(memory: EngineMemory, packet: Packet, params: NidsParams, statistics: Statistics, alerts: AlertSink) {
    this.memory = memory;
    this.packet = packet;
    this.params = params;
    this.statistics = statistics;
    this.alerts = alerts;
    this.store = new PieceStore(memory.bytes, memory.fragments, memory.capacity.fragmentSlabs);
    this.policy = fragmentPolicies[params.fragmentPolicy];
  }

  /** Incomplete datagrams. */
  get size(): number {
    return this.waiting.size;
  }

  /**
   * Takes the fragment the cursor is at. True when it completed its datagram: the cursor's `network` then points to that,
   * and it wants to be parsed.
   */
  add(): boolean {
    const { packet } = this;
    this.statistics.fragments++;
    this.expire();
    const protocol = packet.family === 4 ? packet.protocol : 0;
    const datagram = this.find(protocol) ?? this.begin(protocol);
    const length = packet.end - packet.transport;
    if (packet.fragmentOffset + length + packet.repeatedBytes > maxPacketBytes(packet.family)) {
      this.alerts.raise("fragment-oversize", true);
      return false;
    }
    if (++datagram.fragments > this.params.maxFragmentsPerDatagram) {
      this.alerts.raise("fragment-limit", true, "maxFragmentsPerDatagram");
      this.giveUp(datagram);
      return false;
    }
    if (packet.fragmentOffset === 0) {
      datagram.header = packet.bytes.slice(packet.network, packet.network + packet.repeatedBytes);
      datagram.protocolAt = packet.protocolAt - packet.network;
      datagram.payloadProtocol = packet.protocol;
    }
    if (!packet.moreFragments) this.setLength(datagram, packet.fragmentOffset + length + packet.cut);
    return this.keep(datagram, length) && this.complete(datagram);
  }

  /** Gives up every incomplete datagram. */
  clear(): void {
    for (const datagram of this.waiting) this.giveUp(datagram);
  }

  private find(protocol: number): Datagram | undefined {
    let datagram = this.byHash.get(this.hash(protocol));
    while (datagram !== undefined && !datagram.matches(this.packet, protocol)) datagram = datagram.next;
    return datagram;
  }

  private hash(protocol: number): number {
    const { sourceKey, destinationKey, identification, scope } = this.packet;
    const hash = Math.imul(sourceKey, 0x9e3779b1) ^ Math.imul(destinationKey, 0x85ebca6b);
    return Math.imul(hash ^ identification ^ (protocol << 16) ^ (scope << 24), 0xc2b2ae35);
  }

  private begin(protocol: number): Datagram {
    if (this.waiting.size >= this.params.maxFragmentedDatagrams) {
      this.alerts.raise("fragment-limit", true, "maxFragmentedDatagrams");
      this.giveUpOldest();
    }
    const datagram = new Datagram(this.packet, this.hash(protocol), protocol, this.params.fragmentTimeoutMs);
    datagram.next = this.byHash.get(datagram.hash);
    this.byHash.set(datagram.hash, datagram);
    this.waiting.add(datagram);
    return datagram;
  }

  private setLength(datagram: Datagram, length: number): void {
    if (datagram.length >= 0 && datagram.length !== length) this.alerts.raise("fragment-end-moved", true);
    datagram.length = length;
  }

  /** Puts the payload into the store, making room by giving up the datagrams that have waited longest. */
  private keep(datagram: Datagram, length: number): boolean {
    const { packet, store, alerts } = this;
    let made = false;
    for (;;) {
      const { fragmentOffset, bytes, transport } = packet;
      const outcome = store.insert(datagram.payload, fragmentOffset, bytes, transport, length, this.policy);
      if (!made) for (let times = outcome.overlaps; times > 0; times--) alerts.raise("fragment-overlap", true);
      if (!made && outcome.conflicts > 0) alerts.raise("fragment-conflict", true);
      if (outcome.complete) return true;
      if (!made) alerts.raise("fragment-limit", true, "maxFragmentBytes");
      made = true;
      if (this.giveUpOldest() === datagram) return false;
    }
  }

  /** When nothing is missing, lays the datagram out and forgets it. */
  private complete(datagram: Datagram): boolean {
    const { payload, length, header } = datagram;
    if (length < 0 || header === undefined || payload.bytes < length) return false;
    // Pieces do not overlap and begin at 0: where they end behind their bytes, there is a hole.
    if (payload.bytes > 0 && this.store.lastEnd(payload) !== payload.bytes) return false;
    if (payload.bytes > length) {
      this.alerts.raise("fragment-beyond-end", true, undefined, { packet: header });
      this.giveUp(datagram);
      return false;
    }
    if (header.length + length > maxPacketBytes(this.packet.family)) {
      this.alerts.raise("fragment-oversize", true, undefined, { packet: header });
      this.giveUp(datagram);
      return false;
    }
    this.layOut(datagram, header);
    this.remove(datagram);
    this.statistics.datagramsReassembled++;
    return true;
  }

  private layOut(datagram: Datagram, header: Uint8Array): void {
    const { packet, store } = this;
    const { bytes, view, datagram: start } = this.memory;
    bytes.set(header, start);
    let at = start + header.length;
    const { payload } = datagram;
    while (payload.head !== 0) {
      const length = store.end(payload) - store.start(payload);
      const offset = store.offset(payload);
      bytes.set(store.bytes(payload).subarray(offset, offset + length), at);
      at += length;
      store.shift(payload);
    }
    if (packet.family === 4) {
      view.setUint16(start + 2, at - start);
      view.setUint16(start + 6, 0);
    } else {
      view.setUint16(start + 4, at - start - ipv6HeaderBytes);
      bytes[start + datagram.protocolAt] = datagram.payloadProtocol;
    }
    packet.network = start;
    packet.networkEnd = at;
    packet.reassembled = true;
  }

  private expire(): void {
    const { seconds, nanoseconds } = this.packet;
    for (const datagram of this.waiting) {
      if (!datagram.expired(seconds, nanoseconds)) return;
      this.giveUp(datagram);
    }
  }

  private giveUpOldest(): Datagram | undefined {
    for (const oldest of this.waiting) {
      this.giveUp(oldest);
      return oldest;
    }
    return undefined;
  }

  private giveUp(datagram: Datagram): void {
    this.statistics.datagramsGivenUp++;
    this.remove(datagram);
  }

  private remove(datagram: Datagram): void {
    this.store.release(datagram.payload);
    this.waiting.delete(datagram);
    let previous = this.byHash.get(datagram.hash);
    if (previous === datagram) {
      if (datagram.next === undefined) this.byHash.delete(datagram.hash);
      else this.byHash.set(datagram.hash, datagram.next);
      return;
    }
    while (previous !== undefined && previous.next !== datagram) previous = previous.next;
    if (previous !== undefined) previous.next = datagram.next;
  }
}
