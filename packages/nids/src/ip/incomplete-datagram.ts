// A datagram some fragments of which have come: what identifies it, what is known of it, and its payload so far. One
// object serves many datagrams, one after the other: the fragments of a network at full speed need nothing new.

import { nanosecondsOfClock } from "../clock.js";
import type { Packet } from "../packet.js";
import { PieceList } from "../reassembly/piece-list.js";
import { formatAddress } from "./address.js";
import { FragmentRuns } from "./fragment-runs.js";
import { fragmentPolicies } from "./overlap-policy.js";
import type { FragmentRule } from "./overlap-policy.js";

/** Two IPv6 addresses. */
const addressBytes = 32;
/**
 * Room for the headers of nearly all datagrams: those of IPv4 with all options, of IPv6 with some. Larger ones are not
 * kept for the next.
 */
const usualHeaderBytes = 128;

export class IncompleteDatagram {
  /** Its fragments. */
  readonly payload: PieceList = new PieceList();
  /** Who wins where its fragments overlap, as its receiver does it. */
  rule: FragmentRule = fragmentPolicies.first;
  /** Kept where overlaps end the datagram. */
  runs: FragmentRuns | undefined = undefined;
  fragments = 0;
  /** Length of the payload, known from the last fragment; -1 before. */
  length = -1;
  /** Bytes of the headers of the fragment at offset 0 (0: it has not come), and where in them the protocol is named. */
  headerLength = 0;
  protocolAt = 0;
  /** Protocol of the payload, as the fragment at offset 0 says (RFC 8200 §4.5). */
  payloadProtocol = 0;

  // Its place among the others (incomplete-datagrams.ts).
  hash = 0;
  next: IncompleteDatagram | undefined = undefined;
  older: IncompleteDatagram = this;
  newer: IncompleteDatagram = this;

  // Identity: addresses, scope, identification and protocol (0 for IPv6), as the bytes and numbers they are.
  private readonly addresses: Uint8Array = new Uint8Array(addressBytes);
  private addressLength = 0;
  private scope = 0;
  private identification = 0;
  private protocol = 0;
  private expiresSeconds = 0;
  private expiresNanoseconds = 0;
  private headers: Uint8Array = new Uint8Array(usualHeaderBytes);

  /** The fragment the cursor is at is the first one of a datagram. */
  begin(packet: Packet, hash: number, protocol: number, rule: FragmentRule, lifetimeMs: number): void {
    this.hash = hash;
    this.rule = rule;
    this.runs = rule.discards ? new FragmentRuns() : undefined;
    this.fragments = this.headerLength = 0;
    this.length = -1;
    const { bytes, addresses, addressLength } = packet;
    this.addressLength = addressLength;
    for (let index = 0; index < 2 * addressLength; index++) this.addresses[index] = bytes[addresses + index] as number;
    this.scope = packet.scope;
    this.identification = packet.identification;
    this.protocol = protocol;
    const nanoseconds = nanosecondsOfClock(packet, 0) + (lifetimeMs % 1000) * 1e6;
    this.expiresSeconds = packet.clock + Math.floor(lifetimeMs / 1000) + Math.floor(nanoseconds / 1e9);
    this.expiresNanoseconds = nanoseconds % 1e9;
  }

  /** The datagram is gone: nothing of it is kept. */
  end(): void {
    this.next = this.runs = undefined;
    this.older = this.newer = this;
    if (this.headers.length > usualHeaderBytes) this.headers = new Uint8Array(usualHeaderBytes);
  }

  /** Does the fragment the cursor is at belong to it? */
  matches(packet: Packet, protocol: number): boolean {
    if (this.identification !== packet.identification || this.scope !== packet.scope) return false;
    if (this.protocol !== protocol || this.addressLength !== packet.addressLength) return false;
    for (let index = 0; index < 2 * this.addressLength; index++) {
      if (this.addresses[index] !== packet.bytes[packet.addresses + index]) return false;
    }
    return true;
  }

  /** True when its time is up, on the packet clock. */
  expired(packet: Packet): boolean {
    const late = (packet.clock - this.expiresSeconds) | 0;
    return late > 0 || (late === 0 && nanosecondsOfClock(packet, 0) > this.expiresNanoseconds);
  }

  /** "10.0.0.1 -> 10.0.0.2, identification 7, protocol 17" */
  toString(): string {
    const { addresses, addressLength: length, identification, protocol } = this;
    const [source, destination] = [0, length].map((at) => formatAddress(addresses.subarray(at, at + length)));
    return `${source} -> ${destination}, ${identityText(identification, protocol)}`;
  }

  /** What every fragment repeats, of the fragment at offset 0. */
  get header(): Uint8Array {
    return this.headers.subarray(0, this.headerLength);
  }

  /** Keeps that; the cursor is at the fragment at offset 0. */
  takeHeader(packet: Packet): void {
    const { bytes, network, repeatedBytes } = packet;
    if (this.headers.length < repeatedBytes) this.headers = new Uint8Array(repeatedBytes);
    for (let index = 0; index < repeatedBytes; index++) this.headers[index] = bytes[network + index] as number;
    this.headerLength = repeatedBytes;
    this.protocolAt = packet.protocolAt - network;
    this.payloadProtocol = packet.protocol;
  }

  /** Writes it to where the datagram is laid out. */
  writeHeader(to: Uint8Array, start: number): void {
    for (let index = 0; index < this.headerLength; index++) to[start + index] = this.headers[index] as number;
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
