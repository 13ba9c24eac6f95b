// Finds sources that try many targets: a port scan, or a sweep over hosts. A target is an address and a port that a source has sent
// a TCP segment without ACK to: SYN, NULL, FIN, XMAS and bare RST scans alike. The rule is libnids':
//
//   source ─► target 1 ─► target 2 ─► … ─► target `scanPorts` + 1: the alert, with all of them; then it counts anew
//          └── ≤ scanDelayMs ──┘  a longer pause between two segments begins anew, too
//
// At most `maxScanSources` sources are watched: a ring, in which the one that was noticed first makes room.

import type { AlertSink } from "../alerts.js";
import { formatAddress } from "../ip/address.js";
import type { Packet } from "../packet.js";
import type { NidsParams } from "../params.js";
import type { Statistics } from "../stats.js";

/** One target of a port scan. */
export interface ScanTarget {
  /** Address as text. */
  readonly address: string;
  readonly port: number;
  /** The flags of the TCP segment, as the byte in its header (RFC 9293 §3.1). */
  readonly flags: number;
}

/** A source, and what it has tried since it was last quiet. One that makes room is used again: a SYN allocates nothing then. */
class Source {
  key = 0;
  /** The next source of the same bucket. */
  next: Source | undefined = undefined;
  scope = 0;
  addressLength = 0;
  readonly address: Uint8Array = new Uint8Array(16);
  /** For each target port << 8 | flags, then its address in words of 32 bits; as many words as `used` says. */
  readonly targets: number[] = [];
  used = 0;
  lastSeenMs = 0;

  become(key: number, packet: Packet): void {
    this.key = key;
    this.scope = packet.scopeKey;
    this.addressLength = packet.addressLength;
    for (let at = 0; at < packet.addressLength; at++) this.address[at] = packet.bytes[packet.addresses + at] as number;
    this.used = 0;
    this.lastSeenMs = 0;
  }

  is({ bytes, addresses, addressLength, scopeKey }: Packet): boolean {
    if (addressLength !== this.addressLength || scopeKey !== this.scope) return false;
    for (let at = 0; at < addressLength; at++) if (this.address[at] !== bytes[addresses + at]) return false;
    return true;
  }

  add(word: number): void {
    this.targets[this.used++] = word;
  }
}

export class PortScanDetector {
  private readonly packet: Packet;
  private readonly alerts: AlertSink;
  private readonly statistics: Statistics;
  private readonly maxSources: number;
  private readonly maxTargets: number;
  private readonly delayMs: number;
  private readonly seed: number;
  /** The first source of each bucket, by a seeded hash. With every SYN a source may come and another go, which a Map is slow at. */
  private readonly buckets: (Source | undefined)[];
  private readonly ring: Source[] = [];
  /** Where in the full ring the next source takes the place of another. */
  private oldest = 0;

  constructor(packet: Packet, params: NidsParams, statistics: Statistics, alerts: AlertSink, seed: number) {
    this.packet = packet;
    this.seed = seed;
    this.alerts = alerts;
    this.statistics = statistics;
    this.maxSources = params.maxScanSources;
    this.maxTargets = params.scanPorts;
    this.delayMs = params.scanDelayMs;
    this.buckets = new Array<Source | undefined>(2 ** Math.ceil(Math.log2(this.maxSources + 1))).fill(undefined);
  }

  /** Notes the TCP segment without ACK the cursor is at, which has these flags. */
  note(flags: number): void {
    if (this.maxSources === 0) return;
    const { packet } = this;
    const source = this.source();
    const now = packet.seconds * 1000 + Math.floor(packet.nanoseconds / 1e6);
    if (now - source.lastSeenMs > this.delayMs) source.used = 0;
    source.lastSeenMs = Math.max(now, source.lastSeenMs); // a late packet is not a pause
    const port = packet.view.getUint16(packet.transport + 2);
    if (this.knows(source, port)) return;
    source.add((port << 8) | flags);
    for (let word = 0; word < this.words; word++) source.add(this.destinationWord(word));
    if (source.used <= this.maxTargets * (1 + this.words)) return;
    this.report(source.targets.slice(0, source.used));
    source.used = 0;
  }

  /** Forgets all sources. */
  clear(): void {
    this.buckets.fill(undefined);
    this.ring.length = 0;
    this.oldest = 0;
  }

  /** The source of the packet, new where it is not known; in each VLAN and tunnel it is another one. */
  private source(): Source {
    const { packet, ring } = this;
    const key = Math.imul(Math.imul(packet.scopeKey ^ this.seed, 0x9e3779b1) ^ packet.sourceKey, 0x85ebca6b);
    let known = this.buckets[this.bucketOf(key)];
    while (known !== undefined && !(known.key === key && known.is(packet))) known = known.next;
    if (known !== undefined) return known;
    const source = ring.length < this.maxSources ? new Source() : this.forgetOldest();
    if (ring.length < this.maxSources) ring.push(source);
    source.become(key, packet);
    const bucket = this.bucketOf(key);
    source.next = this.buckets[bucket];
    this.buckets[bucket] = source;
    return source;
  }

  private bucketOf(key: number): number {
    return (key ^ (key >>> 15)) & (this.buckets.length - 1);
  }

  /** The source that was noticed first, no longer known. */
  private forgetOldest(): Source {
    const source = this.ring[this.oldest] as Source;
    const bucket = this.bucketOf(source.key);
    let before = this.buckets[bucket];
    if (before === source) this.buckets[bucket] = source.next;
    while (before !== undefined && before.next !== source) before = before.next;
    if (before !== undefined) before.next = source.next;
    this.oldest = (this.oldest + 1) % this.maxSources;
    this.statistics.scanSourcesForgotten++;
    return source;
  }

  private knows({ targets, used }: Source, port: number): boolean {
    const { words } = this;
    for (let at = 0; at < used; at += 1 + words) {
      if ((targets[at] as number) >>> 8 !== port) continue;
      let word = 0;
      while (word < words && targets[at + 1 + word] === this.destinationWord(word)) word++;
      if (word === words) return true;
    }
    return false;
  }

  /** Words of an address. */
  private get words(): number {
    return this.packet.addressLength >> 2;
  }

  private destinationWord(word: number): number {
    return this.packet.view.getInt32(this.packet.addresses + this.packet.addressLength + word * 4);
  }

  private report(words: readonly number[]): void {
    const { alerts, packet } = this;
    const targets: ScanTarget[] = [];
    const address = new DataView(new ArrayBuffer(packet.addressLength));
    for (let at = 0; at < words.length; at += 1 + this.words) {
      for (let word = 0; word < this.words; word++) address.setInt32(word * 4, words[at + 1 + word] as number);
      const portAndFlags = words[at] as number;
      const text = formatAddress(new Uint8Array(address.buffer));
      targets.push({ address: text, port: portAndFlags >>> 8, flags: portAndFlags & 0xff });
    }
    alerts.raise("port-scan", true, `${targets.length} targets`, { targets });
  }
}
