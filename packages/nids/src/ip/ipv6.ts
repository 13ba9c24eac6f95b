// The IPv6 header and its extension headers (RFC 8200 §3, §4): checked once, here. The flow table wants one 32-bit key
// for an address: IPv6 addresses get a seeded digest, and the table compares the addresses themselves afterwards.

import type { AlertSink } from "../alerts/alert-sink.js";
import { routedAddresses } from "../memory/layout.js";
import { ChecksumState } from "../packet.js";
import type { Packet } from "../packet.js";
import { ipv6HeaderBytes } from "./protocol.js";

/** More extension headers than this make a packet suspect; real ones have one or two. */
const maxExtensionHeaders = 8;

/** A fragment header has no length in it (RFC 8200 §4.5). */
export const fragmentHeaderBytes = 8;

const HOP_BY_HOP = 0;
const ROUTING = 43;
export const FRAGMENT = 44;
export const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HIP = 139;
const SHIM6 = 140;

/**
 * Bytes of the extension header of this number at `at`, as it says itself; 0 when the number is none of an extension header
 * with a length, Infinity where its length lies behind `end`.
 */
export function extensionBytes(header: number, bytes: Uint8Array, at: number, end: number): number {
  switch (header) {
    case HOP_BY_HOP:
    case ROUTING:
    case DESTINATION_OPTIONS:
    case MOBILITY:
    case HIP:
    case SHIM6:
      return at + 2 <= end ? ((bytes[at + 1] as number) + 1) * 8 : Infinity;
    case AUTHENTICATION:
      return at + 2 <= end ? ((bytes[at + 1] as number) + 2) * 4 : Infinity;
    default:
      return 0;
  }
}

/** A header of an IPv6 packet: its protocol number, and where it begins. */
export interface HeaderAt {
  readonly protocol: number;
  readonly at: number;
}

/**
 * The headers behind the IPv6 header at `network`, of a packet that was parsed before or that nobody parses: extension
 * headers, then the one they lead to, as far as they say where the next one is.
 */
export function* headersBehind(bytes: Uint8Array, network: number, end: number): Generator<HeaderAt, void, undefined> {
  let protocol = bytes[network + 6] as number;
  let at = network + ipv6HeaderBytes;
  yield { protocol, at };
  for (let passed = 0; passed < maxExtensionHeaders; passed++) {
    const isFragment = protocol === FRAGMENT && at + fragmentHeaderBytes <= end;
    const length = isFragment ? fragmentHeaderBytes : extensionBytes(protocol, bytes, at, end);
    if (length === 0 || length === Infinity) return;
    protocol = bytes[at] as number;
    at += length;
    yield { protocol, at };
  }
}

/** Type and length of the jumbo payload option, and all its bytes. */
const jumboOption = 0xc204;
const jumboOptionBytes = 6;

const addressBytes = 16;
/** Types of routing headers that list addresses: the source route (RFC 2460 §4.4), mobility, segment routing. */
const SOURCE_ROUTE = 0;
const HOME_ADDRESS = 2;
const SEGMENTS = 4;

/** Where the routing header of `length` bytes at `at` has the last destination; 0 where that is the IPv6 header's. */
function lastDestination(bytes: Uint8Array, at: number, length: number): number {
  const segmentsLeft = bytes[at + 3] as number;
  const listed = Math.floor((length - 8) / addressBytes);
  if (segmentsLeft === 0 || segmentsLeft > listed) return 0;
  switch (bytes[at + 2]) {
    case SOURCE_ROUTE:
    case HOME_ADDRESS: // RFC 6275 §6.4
      return at + 8 + (listed - 1) * addressBytes;
    case SEGMENTS: // the list is in reverse (RFC 8754 §2)
      return at + 8;
    default:
      return 0;
  }
}

export class Ipv6 {
  private readonly packet: Packet;
  private readonly alerts: AlertSink;
  private readonly seed: number;

  constructor(packet: Packet, alerts: AlertSink, seed: number) {
    this.packet = packet;
    this.alerts = alerts;
    this.seed = seed | 0;
  }

  /** The 32-bit key of the address at `at`. */
  static digest(view: DataView, at: number, seed: number): number {
    let hash = Math.imul(view.getInt32(at) ^ seed, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + view.getInt32(at + 4), 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 13)) + view.getInt32(at + 8), 0xc2b2ae35);
    hash = Math.imul((hash ^ (hash >>> 16)) + view.getInt32(at + 12), 0x27d4eb2f);
    return hash ^ (hash >>> 15);
  }

  /** Checks the packet at `network` and fills in the cursor; false, after an alert, when it is not to be believed. */
  parse(): boolean {
    const { packet } = this;
    const { view, bytes, network, networkEnd } = packet;
    const captured = networkEnd - network;
    if (captured < ipv6HeaderBytes || (bytes[network] as number) >>> 4 !== 6) return this.refuse(false);
    packet.family = 6;
    packet.addresses = packet.pseudoHeader = network + 8;
    let payloadLength = view.getUint16(network + 4);
    if (payloadLength === 0) payloadLength = this.unsaidLength(packet.availableLength - ipv6HeaderBytes);
    const cut = payloadLength + ipv6HeaderBytes - captured;
    if (cut > packet.missing) return this.refuse(true);
    packet.end = cut > 0 ? networkEnd : network + ipv6HeaderBytes + payloadLength;
    packet.cut = cut > 0 ? cut : 0;
    packet.fragmentOffset = 0;
    packet.moreFragments = false;
    packet.transportChecksum = ChecksumState.UNKNOWN;
    packet.sourceKey = this.digest(network + 8);
    packet.destinationKey = this.digest(network + 24);
    return this.followExtensions(network + 6, network + ipv6HeaderBytes);
  }

  /**
   * The length of a payload that the header gives as 0: `available`, because segmentation offload left it out; or what
   * the jumbo payload option says (RFC 2675 §2), which must be the first of the hop-by-hop options: nobody sends
   * others with it.
   */
  private unsaidLength(available: number): number {
    const { view, bytes, network, networkEnd } = this.packet;
    const option = network + ipv6HeaderBytes + 2;
    if (bytes[network + 6] !== HOP_BY_HOP || option + jumboOptionBytes > networkEnd) return available;
    if (view.getUint16(option) !== jumboOption) return available;
    this.alerts.raise("ip-jumbogram", true);
    return view.getUint32(option + 2);
  }

  /** Walks from header to header until one that is not an extension; `protocolAt` is where the next one is named. */
  private followExtensions(protocolAt: number, at: number): boolean {
    const { packet } = this;
    const { bytes, view, end } = packet;
    for (let headers = 0; headers <= maxExtensionHeaders; headers++) {
      const header = bytes[protocolAt] as number;
      let length = fragmentHeaderBytes;
      if (header === FRAGMENT) {
        if (at + length > end) return this.refuseExtensions();
        packet.repeatedBytes = at - packet.network;
        packet.protocolAt = protocolAt;
        packet.fragmentOffset = view.getUint16(at + 2) & 0xfff8;
        packet.moreFragments = (view.getUint16(at + 2) & 1) !== 0;
        packet.identification = view.getInt32(at + 4);
        // What follows is a part of the payload: only a whole ("atomic", RFC 6946) fragment has headers to walk on.
        if (packet.fragmentOffset !== 0 || packet.moreFragments) return this.arrive(bytes[at] as number, at + length);
      } else {
        length = extensionBytes(header, bytes, at, end);
        if (length === 0) return this.arrive(header, at);
      }
      if (at + length > end) return this.refuseExtensions();
      if (header === ROUTING) this.noteRoute(at, length);
      protocolAt = at;
      at += length;
    }
    return this.refuseExtensions();
  }

  /**
   * A routing header that the packet is not through with (RFC 8200 §4.4): checksums count its last destination (§8.1).
   * The flow is that of the header in front, as others have it.
   */
  private noteRoute(at: number, length: number): void {
    const { packet } = this;
    const { bytes, network } = packet;
    const last = lastDestination(bytes, at, length);
    if (last === 0) return;
    bytes.copyWithin(routedAddresses, network + 8, network + 24);
    bytes.copyWithin(routedAddresses + addressBytes, last, last + addressBytes);
    packet.pseudoHeader = routedAddresses;
  }

  private arrive(protocol: number, transport: number): true {
    this.packet.protocol = protocol;
    this.packet.transport = transport;
    return true;
  }

  private digest(at: number): number {
    return Ipv6.digest(this.packet.view, at, this.seed);
  }

  private refuse(withAddresses: boolean): false {
    const { bytes, network, networkEnd } = this.packet;
    this.alerts.raise("ip-header", withAddresses, undefined, { packet: bytes.subarray(network, networkEnd) });
    return false;
  }

  private refuseExtensions(): false {
    this.alerts.raise("ip-extension-headers", true);
    return false;
  }
}
