// Puts datagrams together from their fragments, of both families (RFC 791 §3.2, RFC 8200 §4.5). Fragments belong
// together when addresses, identification, protocol (IPv4 only), family and scope agree.
//
//   frame 1  │ hdr │ 0 ........ 1480 │                     what is kept: the payload in the piece store,
//   frame 2  │ hdr │ 1480 .... 2960 │                      and the headers of the fragment at offset 0
//   frame 3  │ hdr │ 2960 . 3000 │
//                       ▼
//   datagram │ hdr │ 0 ................................ 3000 │    length and fragment fields made right
//
// The result is laid into the datagram region of the engine's memory and parsed like a packet that just came in. Where
// nothing is unusual with any fragment of a datagram, the kernel does the same (plain-fragments.ts). Everything
// is bounded: datagrams, fragments of one, bytes of all, and the packet time a datagram may stay incomplete. Alerts name
// the datagram in their detail.

import type { AlertSink } from "../alerts/alert-sink.js";
import type { AlertCode } from "../alerts/alerts.js";
import type { EngineMemory } from "../memory/layout.js";
import { NetworkTable } from "./network-table.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params/params.js";
import { geometry } from "../reassembly/overlap.js";
import { PieceStore } from "../reassembly/piece-store.js";
import type { InsertOutcome } from "../reassembly/piece-store.js";
import type { Statistics } from "../stats.js";
import { cutsHeaders } from "./first-fragment.js";
import { cutOff, endOfFragment, isEmpty, maxPacketBytes, unalignedBytes } from "./fragment-payload.js";
import { identityText } from "./incomplete-datagram.js";
import type { IncompleteDatagram } from "./incomplete-datagram.js";
import { IncompleteDatagrams } from "./incomplete-datagrams.js";
import { fragmentPolicies } from "./overlap-policy.js";
import type { FragmentPolicy, FragmentRule } from "./overlap-policy.js";
import { usePlainFragments } from "./plain-fragments.js";
import { ipv6HeaderBytes } from "./protocol.js";

/**
 * As in libnids, a fragment raises an alert for each one it overlaps; but one over a thousand small ones must not
 * cost a thousand.
 */
const maxOverlapAlerts = 16;

/** Everything the defragmenter works with. */
export interface DefragmenterParts {
  readonly memory: EngineMemory;
  readonly packet: Packet;
  readonly params: NidsParams;
  readonly statistics: Statistics;
  readonly alerts: AlertSink;
  readonly seed: number;
}

export class Defragmenter {
  private readonly packet: Packet;
  private readonly memory: EngineMemory;
  private readonly params: NidsParams;
  private readonly statistics: Statistics;
  private readonly alerts: AlertSink;
  private readonly store: PieceStore;
  private readonly policies: NetworkTable<FragmentPolicy>;
  private readonly waiting: IncompleteDatagrams;

  constructor({ memory, packet, params, statistics, alerts, seed }: DefragmenterParts) {
    this.memory = memory;
    this.packet = packet;
    this.params = params;
    this.statistics = statistics;
    this.alerts = alerts;
    this.store = new PieceStore(memory, memory.fragments, memory.capacity.fragmentSlabs);
    this.waiting = new IncompleteDatagrams(memory, seed, fragmentPolicies[params.fragmentPolicy]);
    this.policies = new NetworkTable(params.fragmentPolicyByNetwork ?? {});
    usePlainFragments(memory, params, seed);
  }

  /**
   * Takes the fragment the cursor is at. True when it completed its datagram: the cursor's `network` then points to that,
   * and it wants to be parsed.
   */
  add(): boolean {
    this.statistics.fragments++;
    this.expire();
    if (!this.isAcceptable()) {
      this.statistics.fragmentsInvalid++;
      return false;
    }
    const datagram = this.waiting.find(this.packet, this.protocolOfIdentity) ?? this.begin();
    if (++datagram.fragments > this.params.maxFragmentsPerDatagram) {
      this.evict(datagram, "maxFragmentsPerDatagram");
      return false;
    }
    return this.noteHeaders(datagram) && this.noteEnd(datagram) && this.keep(datagram) && this.complete(datagram);
  }

  /** Gives up every incomplete datagram. */
  clear(): void {
    while (this.waiting.oldest !== undefined) this.giveUp(this.waiting.oldest);
  }

  /** A fragment that no datagram can have, or that its receiver drops, changes nothing. */
  private isAcceptable(): boolean {
    const { packet } = this;
    if (endOfFragment(packet) + packet.repeatedBytes > maxPacketBytes(packet.family)) {
      this.alert("fragment-oversize");
      return false;
    }
    const unaligned = unalignedBytes(packet);
    if (unaligned > 0 || isEmpty(packet)) this.alert("fragment-length");
    if (unaligned === 0) return true;
    if (packet.family === 6 || this.ruleOfReceiver().unaligned === "drop") return false;
    cutOff(packet, unaligned);
    return true;
  }

  /** RFC 791 §3.2 has the protocol in the identity of a datagram, RFC 8200 §4.5 has not: 0. */
  private get protocolOfIdentity(): number {
    return this.packet.family === 4 ? this.packet.protocol : 0;
  }

  private begin(): IncompleteDatagram {
    const { maxFragmentedDatagrams, fragmentTimeoutMs } = this.params;
    if (this.waiting.size >= maxFragmentedDatagrams) this.evictOldest("maxFragmentedDatagrams");
    return this.waiting.begin(this.packet, this.protocolOfIdentity, this.ruleOfReceiver(), fragmentTimeoutMs);
  }

  private ruleOfReceiver(): FragmentRule {
    const { packet, params } = this;
    const { bytes, addresses, addressLength } = packet;
    const policy = this.policies.valueAt(bytes, addresses + addressLength, addressLength);
    return fragmentPolicies[policy ?? (packet.family === 4 ? params.fragmentPolicy : params.ipv6FragmentPolicy)];
  }

  /**
   * Keeps the headers of the fragment whose bytes begin the datagram. False for one that IPv6 hosts drop, because
   * headers are missing in it (RFC 8200 §4.5).
   */
  private noteHeaders(datagram: IncompleteDatagram): boolean {
    const { packet } = this;
    const cuts = cutsHeaders(packet);
    if (cuts) this.alert("fragment-tiny");
    if (packet.fragmentOffset > 0) return true;
    if (cuts && packet.family === 6 && datagram.rule.discards) {
      this.statistics.fragmentsInvalid++;
      return false;
    }
    if (this.beginsWithIt(datagram)) datagram.takeHeader(packet);
    return true;
  }

  /**
   * True where the first byte of the datagram will be that of this fragment, which lies at offset 0. Hosts take the
   * headers that came with it: those of a duplicate they drop say nothing.
   */
  private beginsWithIt({ payload, rule }: IncompleteDatagram): boolean {
    const { store } = this;
    const length = this.packet.end - this.packet.transport;
    if (length === 0) return false;
    if (payload.head === 0 || store.start(payload) > 0) return true;
    return rule.table.newWins[geometry(0, length, store.start(payload), store.nodes.endOf(payload.head))] === true;
  }

  /**
   * Learns the length of the datagram from the last fragment. A later one counts, except where the receiver discards what
   * contradicts itself, or holds nothing: false when that ended the datagram.
   */
  private noteEnd(datagram: IncompleteDatagram): boolean {
    const { moreFragments } = this.packet;
    const end = endOfFragment(this.packet);
    const { length } = datagram;
    const moved = !moreFragments && length >= 0 && end !== length;
    if (moved) this.alert("fragment-end-moved");
    if (datagram.rule.discards) {
      const furthest = datagram.payload.head === 0 ? 0 : this.store.lastEnd(datagram.payload);
      const beyond = moreFragments ? length >= 0 && end > length : end < furthest;
      if (beyond) this.alert("fragment-beyond-end");
      if (moved || beyond || isEmpty(this.packet)) {
        this.giveUp(datagram);
        return false;
      }
    }
    if (!moreFragments) datagram.length = end;
    return true;
  }

  /**
   * Puts the payload into the store, making room by giving up the datagrams that have waited longest. False when that
   * did not bring the datagram further: it had to go itself, or its receiver has these bytes.
   */
  private keep(datagram: IncompleteDatagram): boolean {
    const { fragmentOffset, transport, end } = this.packet;
    const { overlaps, conflicts, complete } = this.insert(datagram);
    if (overlaps > 0) this.alert("fragment-overlap", Math.min(overlaps, maxOverlapAlerts));
    if (conflicts > 0) this.alert("fragment-conflict");
    if (datagram.runs !== undefined && end > transport) {
      const novelty = datagram.runs.take(fragmentOffset, fragmentOffset + end - transport);
      if (novelty === "overlap") this.giveUp(datagram);
      if (novelty !== "new") return false;
    }
    for (let fits = complete; !fits; fits = this.insert(datagram).complete) {
      if (this.evictOldest("maxFragmentBytes") === datagram) return false;
    }
    return true;
  }

  private insert(datagram: IncompleteDatagram): Readonly<InsertOutcome> {
    const { fragmentOffset, transport, end } = this.packet;
    return this.store.insert(datagram.payload, fragmentOffset, transport, end - transport, datagram.rule.table);
  }

  /** When nothing is missing, lays the datagram out and forgets it. */
  private complete(datagram: IncompleteDatagram): boolean {
    const { payload, length, headerLength } = datagram;
    if (length < 0 || headerLength === 0 || payload.bytes < length) return false;
    // Pieces do not overlap and begin at 0: where they end behind their bytes, there is a hole.
    if (payload.bytes > 0 && this.store.lastEnd(payload) !== payload.bytes) return false;
    if (payload.bytes > length || headerLength + length > maxPacketBytes(this.packet.family)) {
      this.alert(payload.bytes > length ? "fragment-beyond-end" : "fragment-oversize", 1, datagram.header);
      this.giveUp(datagram);
      return false;
    }
    this.layOut(datagram);
    this.remove(datagram);
    this.statistics.datagramsReassembled++;
    return true;
  }

  private layOut(datagram: IncompleteDatagram): void {
    const { packet, store } = this;
    const { bytes, view, datagram: start } = this.memory;
    bytes.set(datagram.header, start);
    let at = start + datagram.headerLength;
    const { payload } = datagram;
    const { nodes } = store;
    while (payload.head !== 0) {
      const { head } = payload;
      const length = nodes.endOf(head) - nodes.startOf(head);
      const offset = nodes.offsetOf(head);
      const kept = nodes.bytesOf(head);
      if (kept === bytes) this.memory.operations.copy(at, offset, length);
      else bytes.set(kept.subarray(offset, offset + length), at);
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
    for (let datagram = this.waiting.oldest; datagram?.expired(this.packet) === true; datagram = this.waiting.oldest) {
      this.statistics.datagramsTimedOut++;
      this.giveUp(datagram);
    }
  }

  /** Gives up the datagram that came first, for this limit; returns it. */
  private evictOldest(limit: string): IncompleteDatagram | undefined {
    const { oldest } = this.waiting;
    if (oldest !== undefined) this.evict(oldest, limit);
    return oldest;
  }

  private evict(datagram: IncompleteDatagram, limit: string): void {
    this.alerts.raise("fragment-limit", true, `${limit}: ${datagram.toString()} is given up`);
    this.statistics.datagramsEvicted++;
    this.giveUp(datagram);
  }

  private giveUp(datagram: IncompleteDatagram): void {
    this.statistics.datagramsGivenUp++;
    this.remove(datagram);
  }

  /** Raises an alert about the fragment the cursor is at, so many times. */
  private alert(code: AlertCode, times = 1, header?: Uint8Array): void {
    const { identification, fragmentOffset } = this.packet;
    const datagram = identityText(identification, this.protocolOfIdentity);
    const detail = `${datagram}, bytes ${fragmentOffset} to ${endOfFragment(this.packet)}`;
    const evidence = header === undefined ? undefined : { packet: header };
    for (; times > 0; times--) this.alerts.raise(code, true, detail, evidence);
  }

  private remove(datagram: IncompleteDatagram): void {
    this.store.release(datagram.payload);
    this.waiting.remove(datagram);
  }
}
