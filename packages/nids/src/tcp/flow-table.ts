// The table of TCP connections. What decides the speed of a passive engine is how many cache lines a packet touches, so
// a connection is one line of 64 bytes that holds all an in-order segment needs, and half a line, elsewhere, for the
// rest (flow-record.ts); what few flows have lies in a third place (flow-extras.ts). JavaScript objects exist only for
// streams somebody listens to.
//
// The two endpoints of a connection are put in order (lower key first) and called side 0 and side 1; `from` is the side
// that sent a packet, 1 - from the other. Which of them is the client is a flag.
//
// Flows are found by their key through the index (flow-index.ts). Those of plain frames the kernel finds and adds
// (kernel/flow-table.ts).

import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import { Endpoints } from "./endpoints.js";
import { FlowExtras } from "./flow-extras.js";
import { FlowIndex } from "./flow-index.js";
import {
  DETAIL_INTS,
  FLAGS,
  FLOW_DOUBLES,
  FLOW_INTS,
  KEY_HIGH,
  KEY_LOW,
  LAST_SEEN,
  NEXT,
  PORTS,
  SCOPE,
  START_NANOSECONDS,
  START_SECONDS,
  SYN_WINDOWS,
} from "./flow-record.js";

/** The table's own record, in place of slot 0: the first free slot, the last that was ever used, how many are in use. */
const FREE = 0;
const TOP = 1;
const LIVE = 2;

export class FlowTable {
  /** First lines, second lines, and the delivered-byte counts that lie in the first ones. */
  readonly flows: Int32Array<ArrayBuffer>;
  readonly counts: Float64Array<ArrayBuffer>;
  readonly details: Int32Array<ArrayBuffer>;
  /** The details as bytes, for the collect counters. */
  readonly detailBytes: Int8Array<ArrayBuffer>;
  private readonly detailWords: Uint16Array<ArrayBuffer>;
  /** What few flows have. */
  readonly extras: FlowExtras;
  /** Changes whenever a flow is removed: a slot that was looked up before may belong to another one. */
  version = 0;

  private readonly addresses: Int32Array<ArrayBuffer>;
  readonly index: FlowIndex;
  /** Set by `find` for `insert`: the normalised key of the packet, and its hash. */
  private low = 0;
  private high = 0;
  private ports = 0;
  private scope = 0;
  private side = 0;
  private hash = 0;

  constructor(memory: EngineMemory, seed: number) {
    const slots = memory.capacity.flows + 1;
    this.flows = new Int32Array(memory.buffer, memory.flows, slots * FLOW_INTS);
    this.counts = new Float64Array(memory.buffer, memory.flows, slots * FLOW_DOUBLES);
    this.details = new Int32Array(memory.buffer, memory.details, slots * DETAIL_INTS);
    this.detailBytes = new Int8Array(memory.buffer, memory.details, slots * DETAIL_INTS * 4);
    this.detailWords = new Uint16Array(memory.buffer, memory.details, slots * DETAIL_INTS * 2);
    this.extras = new FlowExtras(memory);
    this.addresses = new Int32Array(memory.buffer, memory.addresses, slots * 8);
    this.index = new FlowIndex(memory, seed);
    // Written twice before any packet: V8 takes a field written once for a constant, and would throw the compiled
    // engine away at the first removal.
    this.version = 1;
  }

  /** Highest slot ever used; every live slot is in 1..top. */
  get top(): number {
    return this.flows[TOP] as number;
  }

  /** Slots in use. */
  get live(): number {
    return this.flows[LIVE] as number;
  }

  /** True when no slot is free. */
  get full(): boolean {
    return this.flows[FREE] === 0 && (this.top + 1) * FLOW_INTS >= this.flows.length;
  }

  /**
   * The flow between two endpoints and the side that is the source, as `slot * 2 + side`; 0 when there is none. `ports` is
   * source << 16 | destination, `scope` the packet's `scopeKey`. Only for IPv6 the addresses are read from the packet.
   */
  find(source: number, destination: number, ports: number, scope: number, packet: Packet): number {
    // Endpoints are ordered without a branch: `swap` is all ones where the source is the lower one.
    let swap = ((source >>> 1) - (destination >>> 1)) >> 31;
    if (source >>> 1 === destination >>> 1) swap = this.compareClosely(source, destination, ports, scope, packet);
    const difference = (source ^ destination) & swap;
    const low = destination ^ difference;
    const high = source ^ difference;
    const turned = (ports << 16) | (ports >>> 16);
    const ordered = turned ^ ((ports ^ turned) & swap);
    const { flows, index } = this;
    const { entries, mask } = index;
    const hash = index.hash(low, high, ordered, scope);
    let bucket = hash & mask;
    for (;;) {
      const slot = entries[(bucket << 1) + 1] as number;
      if (slot === 0) break;
      if (entries[bucket << 1] === hash) {
        const at = slot * FLOW_INTS;
        if (
          flows[at + KEY_LOW] === low &&
          flows[at + KEY_HIGH] === high &&
          flows[at + PORTS] === ordered &&
          flows[at + SCOPE] === scope &&
          ((scope & 1) === 0 || this.sameAddresses(packet, slot, swap))
        ) {
          return (slot << 1) | (swap + 1);
        }
      }
      bucket = (bucket + 1) & mask;
    }
    this.low = low;
    this.high = high;
    this.ports = ordered;
    this.scope = scope;
    this.side = swap + 1;
    this.hash = hash;
    return 0;
  }

  /** The same for the packet in hand. */
  lookUp(packet: Packet): number {
    const { sourceKey, destinationKey, scopeKey, view, transport } = packet;
    return this.find(sourceKey, destinationKey, view.getInt32(transport), scopeKey, packet);
  }

  /**
   * Makes a flow for the packet that `find` has just not found, with these flags (never 0); the table must not be full.
   * Returns `slot * 2 + side` of the sender.
   */
  insert(packet: Packet, flags: number): number {
    const slot = this.takeSlot();
    const at = slot * FLOW_INTS;
    const { flows, details } = this;
    for (let field = 0; field < FLOW_INTS; field++) flows[at + field] = 0;
    for (let field = slot * DETAIL_INTS; field < (slot + 1) * DETAIL_INTS; field++) details[field] = 0;
    flows[at + KEY_LOW] = this.low;
    flows[at + KEY_HIGH] = this.high;
    flows[at + PORTS] = this.ports;
    flows[at + SCOPE] = this.scope;
    flows[at + FLAGS] = flags;
    flows[at + LAST_SEEN] = packet.clock;
    this.restart(slot, packet);
    if ((this.scope & 1) === 1) this.keepAddresses(packet, slot);
    flows[LIVE] = this.live + 1;
    this.index.add(this.hash, slot, this.live);
    return (slot << 1) | this.side;
  }

  /** Takes a flow out of the table and frees its slot. */
  remove(slot: number): void {
    this.index.remove(this.hashOf(slot), slot);
    this.extras.forget(slot);
    const { flows } = this;
    flows[slot * FLOW_INTS + FLAGS] = 0;
    flows[slot * FLOW_INTS + FREE] = flows[FREE] as number;
    flows[FREE] = slot;
    flows[LIVE] = this.live - 1;
    this.version = (this.version + 1) | 0;
  }

  /** Takes all flows out of the table. */
  clear(): void {
    this.index.clear();
    this.extras.clear(this.top);
    this.flows.fill(0, 0, (this.top + 1) * FLOW_INTS);
    this.version = (this.version + 1) | 0;
  }

  /** The flags of a flow (flow-flags.ts says what they mean). */
  flagsOf(slot: number): number {
    return this.flows[slot * FLOW_INTS + FLAGS] as number;
  }

  setFlags(slot: number, flags: number): void {
    this.flows[slot * FLOW_INTS + FLAGS] = flags;
  }

  /** The sequence number expected next from a side. */
  next(slot: number, side: number): number {
    return this.flows[slot * FLOW_INTS + NEXT + side] as number;
  }

  setNext(slot: number, side: number, sequence: number): void {
    this.flows[slot * FLOW_INTS + NEXT + side] = sequence;
  }

  /** The endpoints of a flow, as a copy that outlives it. */
  endpoints(slot: number): Endpoints {
    const at = slot * FLOW_INTS;
    const words = this.wideAddresses(slot) ?? [this.flows[at + KEY_LOW] as number, this.flows[at + KEY_HIGH] as number];
    return new Endpoints(this.flows[at + PORTS] as number, words);
  }

  /** The IPv6 addresses of a flow, a copy; undefined for IPv4. */
  wideAddresses(slot: number): Int32Array | undefined {
    const isV6 = ((this.flows[slot * FLOW_INTS + SCOPE] as number) & 1) === 1;
    return isV6 ? this.addresses.slice(slot * 8, slot * 8 + 8) : undefined;
  }

  /** The scope of a flow. */
  scopeOf(slot: number): number {
    return (this.flows[slot * FLOW_INTS + SCOPE] as number) >> 1;
  }

  /** The packet in hand is the first one of its flow. */
  restart(slot: number, packet: Packet): void {
    this.details[slot * DETAIL_INTS + START_SECONDS] = packet.seconds | 0;
    this.details[slot * DETAIL_INTS + START_NANOSECONDS] = packet.nanoseconds;
  }

  /** Packet time of a flow's first packet. */
  startTime(slot: number): { seconds: number; nanoseconds: number } {
    const at = slot * DETAIL_INTS;
    return {
      seconds: (this.details[at + START_SECONDS] as number) >>> 0,
      nanoseconds: this.details[at + START_NANOSECONDS] as number,
    };
  }

  /** Packet time of a flow's last packet, in whole seconds. */
  lastSeconds(slot: number): number {
    return (this.flows[slot * FLOW_INTS + LAST_SEEN] as number) >>> 0;
  }

  /** The window a side advertised in its SYN, not scaled. */
  synWindow(slot: number, side: number): number {
    return this.detailWords[(slot * DETAIL_INTS + SYN_WINDOWS) * 2 + side] as number;
  }

  noteSynWindow(slot: number, side: number, window: number): void {
    this.detailWords[(slot * DETAIL_INTS + SYN_WINDOWS) * 2 + side] = window;
  }

  private takeSlot(): number {
    const { flows } = this;
    const slot = flows[FREE] as number;
    if (slot === 0) return (flows[TOP] = this.top + 1);
    flows[FREE] = flows[slot * FLOW_INTS + FREE] as number;
    return slot;
  }

  /** -1 where the source endpoint comes first, 0 otherwise, for keys that are (nearly) equal. */
  private compareClosely(source: number, destination: number, ports: number, scope: number, packet: Packet): number {
    if (source !== destination) return source >>> 0 < destination >>> 0 ? -1 : 0;
    for (let at = packet.addresses, end = at + 16; (scope & 1) === 1 && at < end; at += 4) {
      const difference = packet.view.getUint32(at) - packet.view.getUint32(at + 16);
      if (difference !== 0) return difference < 0 ? -1 : 0;
    }
    return ports >>> 16 < (ports & 0xffff) ? -1 : 0;
  }

  private hashOf(slot: number): number {
    const at = slot * FLOW_INTS;
    const flows = this.flows;
    return this.index.hash(
      flows[at + KEY_LOW] as number,
      flows[at + KEY_HIGH] as number,
      flows[at + PORTS] as number,
      flows[at + SCOPE] as number,
    );
  }

  private sameAddresses(packet: Packet, slot: number, swap: number): boolean {
    const { view, addresses } = packet;
    const stored = this.addresses;
    // Where the source is side 1 (swap is 0), the packet's two addresses are compared crosswise: 4 words further on.
    const turn = (swap + 1) << 2;
    for (let word = 0; word < 8; word++) {
      if (stored[slot * 8 + (word ^ turn)] !== view.getInt32(addresses + word * 4)) return false;
    }
    return true;
  }

  private keepAddresses(packet: Packet, slot: number): void {
    const turn = this.side << 2;
    for (let word = 0; word < 8; word++) {
      this.addresses[slot * 8 + (word ^ turn)] = packet.view.getInt32(packet.addresses + word * 4);
    }
  }
}
