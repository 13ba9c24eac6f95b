// A datagram some fragments of which have come: what identifies it, what is known of it, and its payload so far. Its
// record lies in the engine's memory, as the kernel puts datagrams together, too (kernel/datagrams.ts), in three cache
// lines:
//
//   │ payload (a list of pieces) │ length │ … │ identity, but for addresses │ expires │ addresses │ headers │
//
// The object that belongs to it has what is rare. Both serve many datagrams, one after the other: the fragments of a
// network at full speed need nothing new.

import { nanosecondsOfClock } from "../clock.js";
import { incompleteBytes } from "../memory/layout.js";
import type { Packet } from "../packet.js";
import { PieceList } from "../reassembly/piece-list.js";
import { formatAddress } from "./address.js";
import { FragmentRuns } from "./fragment-runs.js";
import type { FragmentRule } from "./overlap-policy.js";

/** Int32 fields of a record, behind those of its list, relative to `number * DATAGRAM_INTS`. */
export const DATAGRAM_INTS: number = incompleteBytes / 4;
const LENGTH = 4;
const FRAGMENTS = 5;
const HEADER_LENGTH = 6;
/** Its place among the others (incomplete-datagrams.ts). */
export const NEXT = 7;
export const OLDER = 8;
export const NEWER = 9;
export const HASH = 10;
/** Its identity: besides addresses the identification, the scope, and family << 8 | protocol (0 for IPv6). */
const IDENTIFICATION = 11;
const SCOPE = 12;
const KIND = 13;
const EXPIRES_SECONDS = 14;
const EXPIRES_NANOSECONDS = 15;

/** In KIND: the defragmenter has seen a fragment of it. The kernel leaves all others to it, then. */
const UNUSUAL = 1 << 16;

/** Bytes of a record: source and destination, and the headers, as far as they have room there. */
const ADDRESSES = 64;
const HEADERS = 96;
const headerRoom: number = incompleteBytes - HEADERS;

export class IncompleteDatagram {
  readonly number: number;
  /** Its fragments. */
  readonly payload: PieceList;
  /** Who wins where its fragments overlap, as its receiver does it. */
  rule: FragmentRule;
  /** Kept where overlaps end the datagram. */
  runs: FragmentRuns | undefined = undefined;
  /** Where in its headers the protocol is named. */
  protocolAt = 0;
  /** Protocol of the payload, as the fragment at offset 0 says (RFC 8200 §4.5). */
  payloadProtocol = 0;
  private readonly fields: Int32Array;
  private readonly at: number;
  private readonly bytes: Uint8Array;
  private readonly record: number;
  private readonly usualRule: FragmentRule;
  /** Headers that have no room in the record. */
  private longHeaders: Uint8Array | undefined = undefined;

  /**
   * The record of this number lies in `fields`, and these lie in `bytes` from `base` on. What the kernel begins follows
   * the usual rule.
   */
  constructor(fields: Int32Array, bytes: Uint8Array, base: number, number: number, usualRule: FragmentRule) {
    this.number = number;
    this.fields = fields;
    this.at = number * DATAGRAM_INTS;
    this.bytes = bytes;
    this.record = base + number * incompleteBytes;
    this.payload = new PieceList(fields, this.at);
    this.rule = this.usualRule = usualRule;
  }

  /** The fragment the cursor is at is the first one of a datagram. */
  begin(packet: Packet, protocol: number, rule: FragmentRule, lifetimeMs: number): void {
    const { fields, at } = this;
    this.rule = rule;
    this.runs = rule.discards ? new FragmentRuns() : undefined;
    this.length = -1;
    this.fragments = 0;
    fields[at + HEADER_LENGTH] = 0;
    const { addresses, addressLength } = packet;
    this.bytes.copyWithin(this.record + ADDRESSES, addresses, addresses + 2 * addressLength);
    fields[at + SCOPE] = packet.scope;
    fields[at + IDENTIFICATION] = packet.identification;
    fields[at + KIND] = kindOf(packet, protocol) | UNUSUAL;
    const nanoseconds = nanosecondsOfClock(packet, 0) + (lifetimeMs % 1000) * 1e6;
    fields[at + EXPIRES_SECONDS] = packet.clock + Math.floor(lifetimeMs / 1000) + Math.floor(nanoseconds / 1e9);
    fields[at + EXPIRES_NANOSECONDS] = nanoseconds % 1e9;
  }

  /** The datagram is gone: nothing is kept of it but its record. */
  end(): void {
    this.runs = this.longHeaders = undefined;
    this.rule = this.usualRule;
  }

  /** The defragmenter has a fragment of it in hand; the kernel is to take no more of them. */
  markUnusual(): void {
    this.fields[this.at + KIND] = (this.fields[this.at + KIND] as number) | UNUSUAL;
  }

  /** Does the fragment the cursor is at belong to it? */
  matches(packet: Packet, protocol: number): boolean {
    const { fields, at, bytes, record } = this;
    if (fields[at + IDENTIFICATION] !== (packet.identification | 0) || fields[at + SCOPE] !== packet.scope)
      return false;
    if (((fields[at + KIND] as number) & ~UNUSUAL) !== kindOf(packet, protocol)) return false;
    for (let index = 0; index < 2 * packet.addressLength; index++) {
      if (bytes[record + ADDRESSES + index] !== bytes[packet.addresses + index]) return false;
    }
    return true;
  }

  /** True when its time is up, on the packet clock. */
  expired(packet: Packet): boolean {
    const late = (packet.clock - (this.fields[this.at + EXPIRES_SECONDS] as number)) | 0;
    const nanoseconds = this.fields[this.at + EXPIRES_NANOSECONDS] as number;
    return late > 0 || (late === 0 && nanosecondsOfClock(packet, 0) > nanoseconds);
  }

  /** Length of the payload, known from the last fragment; -1 before. */
  get length(): number {
    return this.fields[this.at + LENGTH] as number;
  }

  set length(bytes: number) {
    this.fields[this.at + LENGTH] = bytes;
  }

  /** How many have come. */
  get fragments(): number {
    return this.fields[this.at + FRAGMENTS] as number;
  }

  set fragments(count: number) {
    this.fields[this.at + FRAGMENTS] = count;
  }

  /** "10.0.0.1 -> 10.0.0.2, identification 7, protocol 17" */
  toString(): string {
    const kind = (this.fields[this.at + KIND] as number) & ~UNUSUAL;
    const length = kind >>> 8 === 4 ? 4 : 16;
    const at = this.record + ADDRESSES;
    const [source, destination] = [at, at + length].map((start) =>
      formatAddress(this.bytes.subarray(start, start + length)),
    );
    const identification = this.fields[this.at + IDENTIFICATION] as number;
    return `${source} -> ${destination}, ${identityText(identification, kind & 0xff)}`;
  }

  /** Bytes of the headers of the fragment at offset 0; 0: it has not come. */
  get headerLength(): number {
    return this.fields[this.at + HEADER_LENGTH] as number;
  }

  /** What every fragment repeats, of the fragment at offset 0. */
  get header(): Uint8Array {
    const { longHeaders, record, headerLength } = this;
    return longHeaders ?? this.bytes.subarray(record + HEADERS, record + HEADERS + headerLength);
  }

  /** Keeps that; the cursor is at the fragment at offset 0. */
  takeHeader(packet: Packet): void {
    const { network, repeatedBytes } = packet;
    const end = network + repeatedBytes;
    const isLong = repeatedBytes > headerRoom;
    this.longHeaders = isLong ? this.bytes.slice(network, end) : undefined;
    if (!isLong) this.bytes.copyWithin(this.record + HEADERS, network, end);
    this.fields[this.at + HEADER_LENGTH] = repeatedBytes;
    this.protocolAt = packet.protocolAt - network;
    this.payloadProtocol = packet.protocol;
  }
}

/** What tells a datagram from others between the same hosts; the protocol is part of that in IPv4 only, and 0 otherwise. */
export function identityText(identification: number, protocol: number): string {
  const text = `identification ${identification >>> 0}`;
  return protocol === 0 ? text : `${text}, protocol ${protocol}`;
}

/** Hash of a fragment's datagram. Seeded, so that nobody outside can choose datagrams that all fall on one. */
export function datagramHash(packet: Packet, protocol: number, seed: number): number {
  const { sourceKey, destinationKey, identification, scope } = packet;
  let hash = Math.imul(sourceKey ^ seed, 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) + destinationKey, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 13)) + identification, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 16)) + ((scope << 8) | protocol), 0x27d4eb2f);
  return hash ^ (hash >>> 15);
}

function kindOf({ family }: Packet, protocol: number): number {
  return (family << 8) | protocol;
}
