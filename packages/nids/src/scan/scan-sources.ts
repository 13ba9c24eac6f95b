// The sources watched for scans: a ring in which the one that was noticed first makes room, and a hash table over
// it. With every SYN one may come and another go, so a source is one cache line, and the next to go lies behind the
// last that went:
//
//   │ key │ next │ scope │ address[4] │ seen s, ms │ targets │ first target: port << 8 | flags, address[4] │ more targets │
//
// Most sources try one target, and have it at hand; the others form a chain (scan-targets.ts), the latest first.
// kernel/scan.ts has the same layout.

import { chainedBuckets } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import { ScanTargets, TARGET_INTS } from "./scan-targets.js";

const SOURCE_INTS = 16;
const KEY = 0;
/** The next source of the same bucket; 0: none. */
const NEXT = 1;
const SCOPE = 2;
const ADDRESS = 3;
const SECONDS = 7;
const MILLISECONDS = 8;
const COUNT = 9;
const FIRST_TARGET = 10;
/** The chain of all targets but the first; 0: there are none. */
const MORE = 15;

/** The ring's own record, in place of source 0: how many are watched, and the one that went last. */
const WATCHED = 0;
const LAST_GONE = 1;

/** Sources are numbers from 1, good until the next one is added. */
export class ScanSources {
  private readonly packet: Packet;
  private readonly limit: number;
  private readonly seed: number;
  private readonly fields: Int32Array<ArrayBuffer>;
  /** The first source of each bucket; 0: none. */
  private readonly buckets: Int32Array<ArrayBuffer>;
  private readonly more: ScanTargets;

  constructor(memory: EngineMemory, packet: Packet, seed: number) {
    this.packet = packet;
    this.limit = memory.capacity.scanSources;
    this.seed = seed;
    this.fields = new Int32Array(memory.buffer, memory.scanSources, (this.limit + 1) * SOURCE_INTS);
    this.buckets = new Int32Array(memory.buffer, memory.scanBuckets, chainedBuckets(this.limit));
    this.more = new ScanTargets(memory);
  }

  /** The source of the packet in hand; in each VLAN and tunnel it is another one. 0 where it is not known. */
  find(): number {
    const { fields } = this;
    const key = this.key();
    let source = this.buckets[this.bucketOf(key)] as number;
    while (source !== 0 && !(fields[source * SOURCE_INTS + KEY] === key && this.isSource(source))) {
      source = fields[source * SOURCE_INTS + NEXT] as number;
    }
    return source;
  }

  /** True where one has to go before another can be added. */
  get full(): boolean {
    return this.fields[WATCHED] === this.limit;
  }

  /** Adds the source of the packet in hand, without targets; where it is full, the one that was noticed first goes. */
  add(): number {
    const { fields, packet } = this;
    let source: number;
    if (this.full) {
      source = fields[LAST_GONE] = ((fields[LAST_GONE] as number) % this.limit) + 1;
      this.unlink(source);
    } else {
      source = fields[WATCHED] = (fields[WATCHED] as number) + 1;
    }
    const at = source * SOURCE_INTS;
    const key = this.key();
    const bucket = this.bucketOf(key);
    fields[at + KEY] = key;
    fields[at + SCOPE] = packet.scopeKey;
    fields[at + SECONDS] = packet.seconds;
    fields[at + MILLISECONDS] = Math.floor(packet.nanoseconds / 1e6);
    for (let word = 0; word < this.words; word++) {
      fields[at + ADDRESS + word] = packet.view.getInt32(packet.addresses + word * 4);
    }
    fields[at + NEXT] = this.buckets[bucket] as number;
    this.buckets[bucket] = source;
    this.restart(source);
    return source;
  }

  /** The source is seen now. Milliseconds since it was seen last; 0 where that was later. */
  see(source: number): number {
    const { fields, packet } = this;
    const at = source * SOURCE_INTS;
    const milliseconds = Math.floor(packet.nanoseconds / 1e6);
    const seconds = (packet.seconds - (fields[at + SECONDS] as number)) | 0;
    const pause = seconds * 1000 + milliseconds - (fields[at + MILLISECONDS] as number);
    if (pause < 0) return 0;
    fields[at + SECONDS] = packet.seconds;
    fields[at + MILLISECONDS] = milliseconds;
    return pause;
  }

  /** The source has tried nothing. */
  restart(source: number): void {
    const { fields } = this;
    const at = source * SOURCE_INTS;
    fields[at + COUNT] = 0;
    if (fields[at + MORE] === 0) return;
    this.more.release(fields[at + MORE] as number);
    fields[at + MORE] = 0;
  }

  /** How many targets the source has tried. */
  count(source: number): number {
    return this.fields[source * SOURCE_INTS + COUNT] as number;
  }

  /** True when the source has tried the target of the packet in hand. */
  hasTried(source: number): boolean {
    const { fields, more } = this;
    if (this.count(source) === 0) return false;
    if (this.isTarget(fields, source * SOURCE_INTS + FIRST_TARGET)) return true;
    for (let target = fields[source * SOURCE_INTS + MORE] as number; target !== 0; target = more.next(target)) {
      if (this.isTarget(more.fields, more.at(target))) return true;
    }
    return false;
  }

  /** The source has tried the target of the packet in hand, with these flags. */
  addTarget(source: number, flags: number): void {
    const { fields, more } = this;
    const at = source * SOURCE_INTS;
    const count = fields[at + COUNT] as number;
    fields[at + COUNT] = count + 1;
    if (count === 0) {
      this.write(fields, at + FIRST_TARGET, flags);
    } else {
      const target = more.prepend(fields[at + MORE] as number);
      fields[at + MORE] = target;
      this.write(more.fields, more.at(target), flags);
    }
  }

  /** All targets of a source in the order in which they were tried, TARGET_INTS numbers each. */
  targets(source: number): readonly number[] {
    const { fields, more } = this;
    const first = source * SOURCE_INTS + FIRST_TARGET;
    const behind: number[][] = [];
    for (let target = fields[source * SOURCE_INTS + MORE] as number; target !== 0; target = more.next(target)) {
      behind.push([...more.fields.subarray(more.at(target), more.at(target) + TARGET_INTS)]);
    }
    return [...fields.subarray(first, first + TARGET_INTS), ...behind.reverse().flat()];
  }

  /** Forgets all. */
  clear(): void {
    this.buckets.fill(0);
    this.fields.fill(0, 0, ((this.fields[WATCHED] as number) + 1) * SOURCE_INTS);
    this.more.clear();
  }

  /** Takes a source out of its bucket. */
  private unlink(source: number): void {
    const { fields, buckets } = this;
    const bucket = this.bucketOf(fields[source * SOURCE_INTS + KEY] as number);
    const next = fields[source * SOURCE_INTS + NEXT] as number;
    let before = buckets[bucket] as number;
    if (before === source) {
      buckets[bucket] = next;
      return;
    }
    while (fields[before * SOURCE_INTS + NEXT] !== source) before = fields[before * SOURCE_INTS + NEXT] as number;
    fields[before * SOURCE_INTS + NEXT] = next;
  }

  private key(): number {
    const { scopeKey, sourceKey } = this.packet;
    return Math.imul(Math.imul(scopeKey ^ this.seed, 0x9e3779b1) ^ sourceKey, 0x85ebca6b);
  }

  private bucketOf(key: number): number {
    return (key ^ (key >>> 15)) & (this.buckets.length - 1);
  }

  private isSource(source: number): boolean {
    const { fields, packet } = this;
    const at = source * SOURCE_INTS;
    if (fields[at + SCOPE] !== packet.scopeKey) return false;
    for (let word = 0; word < this.words; word++) {
      if (fields[at + ADDRESS + word] !== packet.view.getInt32(packet.addresses + word * 4)) return false;
    }
    return true;
  }

  /** True where the target written at `at` is that of the packet in hand. */
  private isTarget(list: Int32Array, at: number): boolean {
    if ((list[at] as number) >>> 8 !== this.port) return false;
    for (let word = 0; word < this.words; word++) if (list[at + 1 + word] !== this.destinationWord(word)) return false;
    return true;
  }

  /** Writes down the target of the packet in hand. Of an IPv4 address the last three words mean nothing. */
  private write(list: Int32Array, at: number, flags: number): void {
    list[at] = (this.port << 8) | flags;
    for (let word = 0; word < this.words; word++) list[at + 1 + word] = this.destinationWord(word);
  }

  /** Words of an address. */
  private get words(): number {
    return this.packet.addressLength >> 2;
  }

  private get port(): number {
    return this.packet.view.getUint16(this.packet.transport + 2);
  }

  private destinationWord(word: number): number {
    return this.packet.view.getInt32(this.packet.addresses + this.packet.addressLength + word * 4);
  }
}
