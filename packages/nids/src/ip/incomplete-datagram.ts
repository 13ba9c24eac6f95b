// A datagram some fragments of which have come: what identifies it, what is known of it, and its payload so far.

import type { Packet } from "../packet.js";
import type { PieceList } from "../reassembly/piece-list.js";
import { formatAddress } from "./address.js";
import { FragmentRuns } from "./fragment-runs.js";
import type { FragmentRule } from "./overlap-policy.js";

export class IncompleteDatagram {
  readonly hash: number;
  /** Who wins where its fragments overlap, as its receiver does it. */
  readonly rule: FragmentRule;
  /** Its fragments. */
  readonly payload: PieceList;
  /** Kept where overlaps end the datagram. */
  readonly runs: FragmentRuns | undefined;
  fragments = 0;
  /** Length of the payload, known from the last fragment; -1 before. */
  length = -1;
  /** Headers of the fragment at offset 0, and where in them the protocol is named. */
  header: Uint8Array | undefined = undefined;
  protocolAt = 0;
  /** Protocol of the payload, as the fragment at offset 0 says (RFC 8200 §4.5). */
  payloadProtocol = 0;
  /** Next datagram of the same hash. */
  next: IncompleteDatagram | undefined = undefined;

  // Identity: addresses, scope, identification and protocol (0 for IPv6), as the bytes and numbers they are.
  private readonly addresses: Uint8Array;
  private readonly scope: number;
  private readonly identification: number;
  private readonly protocol: number;
  private readonly expiresSeconds: number;
  private readonly expiresNanoseconds: number;

  constructor(
    packet: Packet,
    payload: PieceList,
    hash: number,
    protocol: number,
    rule: FragmentRule,
    lifetimeMs: number,
  ) {
    this.payload = payload;
    this.hash = hash;
    this.rule = rule;
    this.runs = rule.discards ? new FragmentRuns() : undefined;
    this.addresses = packet.bytes.slice(packet.addresses, packet.addresses + 2 * packet.addressLength);
    this.scope = packet.scope;
    this.identification = packet.identification;
    this.protocol = protocol;
    const nanoseconds = packet.nanoseconds + (lifetimeMs % 1000) * 1e6;
    this.expiresSeconds = packet.seconds + Math.floor(lifetimeMs / 1000) + Math.floor(nanoseconds / 1e9);
    this.expiresNanoseconds = nanoseconds % 1e9;
  }

  /** Does the fragment the cursor is at belong to it? */
  matches(packet: Packet, protocol: number): boolean {
    const { addresses } = this;
    if (this.identification !== packet.identification || this.scope !== packet.scope) return false;
    if (this.protocol !== protocol || addresses.length !== 2 * packet.addressLength) return false;
    for (let index = 0; index < addresses.length; index++) {
      if (addresses[index] !== packet.bytes[packet.addresses + index]) return false;
    }
    return true;
  }

  expired(seconds: number, nanoseconds: number): boolean {
    return seconds > this.expiresSeconds || (seconds === this.expiresSeconds && nanoseconds > this.expiresNanoseconds);
  }

  /** "10.0.0.1 -> 10.0.0.2, identification 7, protocol 17" */
  toString(): string {
    const { addresses, identification, protocol } = this;
    const half = addresses.length / 2;
    const [source, destination] = [addresses.subarray(0, half), addresses.subarray(half)].map(formatAddress);
    return `${source} -> ${destination}, ${identityText(identification, protocol)}`;
  }

  /** Keeps what every fragment repeats, of the fragment at offset 0. */
  takeHeader(packet: Packet): void {
    this.header = packet.bytes.slice(packet.network, packet.network + packet.repeatedBytes);
    this.protocolAt = packet.protocolAt - packet.network;
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
