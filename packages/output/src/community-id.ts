// Community ID v1 (corelight/community-id-spec): a name for a flow that other systems compute as well, so that their
// logs can be joined with ours. It is the same for both directions, therefore the lower endpoint comes first:
//
//     "1:" + base64( SHA-1( seed │ lower address │ higher address │ protocol │ 0 │ its port │ the other's port ))
//                            2 B       4 or 16 B        4 or 16 B       1 B   1 B     2 B          2 B
//
// Protocols without ports end before them. ICMP has types for ports. In a question and its answer (echo and echo reply)
// each type counts as the other's port, so both are one flow. Any other message goes one way: its code is the second
// port, and it stays in its direction.

import { parseAddress } from "@tsnids/nids";
import type { IcmpMessage, IpPacket, QuotedFlow, TcpStream, UdpDatagram } from "@tsnids/nids";
import { describeValue, isObject } from "@tsnids/pcap";
import { sha1 } from "@noble/hashes/legacy.js";
import { checkedTuple } from "./checked-tuple.js";
import { OutputError } from "./errors.js";
import { Protocol, tupleOfDatagram, tupleOfMessage, tupleOfPacket, tupleOfQuote, tupleOfStream } from "./flow-tuple.js";
import type { FlowTuple } from "./flow-tuple.js";

export type { FlowTuple } from "./flow-tuple.js";

/** What has a Community ID. */
export type CommunityIdSubject = TcpStream | UdpDatagram | IcmpMessage | QuotedFlow | IpPacket | FlowTuple;

/** Types of ICMP that are questions and answers (RFC 792, RFC 950, RFC 1256), both ways round. */
const icmpPairs = bothWays([
  [8, 0], // echo
  [13, 14], // timestamp
  [15, 16], // information
  [10, 9], // router solicitation, advertisement
  [17, 18], // address mask
]);

/** The same of ICMPv6 (RFC 4443, RFC 2710, RFC 4861, RFC 4620, RFC 6275). */
const icmpv6Pairs = bothWays([
  [128, 129], // echo
  [130, 131], // multicast listener query, report
  [133, 134], // router solicitation, advertisement
  [135, 136], // neighbour solicitation, advertisement
  [139, 140], // node information
  [144, 145], // home agent address discovery
]);

function bothWays(pairs: readonly (readonly [asks: number, answers: number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([asks, answers]) => [[asks, answers] as const, [answers, asks] as const]));
}

/**
 * The Community ID v1 of a stream, a UDP datagram, an ICMP message, the flow that one quotes, a validated IP packet or a
 * tuple. `seed` (0 to 65535) keeps the IDs of separate sites apart. Throws OutputError `invalid-argument` for another
 * seed, for an address that is none, for two of different families, and for a tuple with a number that is out of range
 * or one port only.
 */
export function communityId(subject: CommunityIdSubject, seed = 0): string {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff) {
    throw new OutputError("invalid-argument", `communityId: seed must be a whole number from 0 to 65535, not ${seed}`);
  }
  if (!isObject(subject)) throw new OutputError("invalid-argument", "communityId: subject must be an object");
  return `1:${base64(sha1(hashed(tupleOf(subject), seed)))}`;
}

function tupleOf(subject: CommunityIdSubject): FlowTuple {
  if ("clientAddress" in subject) return tupleOfStream(subject);
  if ("quoted" in subject) return tupleOfMessage(subject);
  if ("icmpType" in subject) return tupleOfQuote(subject);
  if ("sourceAddress" in subject) return tupleOfDatagram(subject);
  return "payload" in subject ? tupleOfPacket(subject) : checkedTuple(subject);
}

/** The bytes the ID is a hash of. */
function hashed(tuple: FlowTuple, seed: number): Uint8Array {
  const source = addressBytes("source", tuple.source);
  const destination = addressBytes("destination", tuple.destination);
  if (source.length !== destination.length) {
    const pair = `${tuple.source} and ${tuple.destination}`;
    throw new OutputError("invalid-argument", `communityId: ${pair} are addresses of different families`);
  }
  const [from, to, oneWay] = ports(tuple);
  const inOrder = oneWay || isLower(source, destination, from ?? 0, to ?? 0);
  const addresses = inOrder ? [...source, ...destination] : [...destination, ...source];
  const head = [seed >>> 8, seed & 0xff, ...addresses, tuple.protocol, 0];
  if (from === undefined || to === undefined) return Uint8Array.from(head);
  const [first, second] = inOrder ? [from, to] : [to, from];
  return Uint8Array.of(...head, first >>> 8, first & 0xff, second >>> 8, second & 0xff);
}

function addressBytes(name: string, text: unknown): Uint8Array {
  const address = typeof text === "string" ? parseAddress(text) : undefined;
  if (address !== undefined) return address;
  throw new OutputError(
    "invalid-argument",
    `communityId: ${name} ${describeValue(text)} is not an IPv4 or IPv6 address`,
  );
}

/** Ports, or what stands for them, and whether the flow has one direction only. */
function ports(tuple: FlowTuple): readonly [from: number | undefined, to: number | undefined, oneWay: boolean] {
  const { protocol, sourcePort, destinationPort } = tuple;
  switch (protocol) {
    case Protocol.TCP:
    case Protocol.UDP:
    case Protocol.SCTP:
      return [sourcePort, destinationPort, false];
    case Protocol.ICMP:
    case Protocol.ICMPV6: {
      if (sourcePort === undefined) return [undefined, undefined, false];
      const counterpart = (protocol === Protocol.ICMP ? icmpPairs : icmpv6Pairs).get(sourcePort);
      return [sourcePort, counterpart ?? destinationPort, counterpart === undefined];
    }
    default:
      return [undefined, undefined, false];
  }
}

/** Is the first endpoint the lower one: by address, and by port where these are equal? */
function isLower(source: Uint8Array, destination: Uint8Array, from: number, to: number): boolean {
  const at = source.findIndex((byte, index) => byte !== destination[index]);
  return at < 0 ? from <= to : (source[at] as number) < (destination[at] as number);
}

/** Every platform has `btoa`, but the types of no platform are used here. */
function base64(bytes: Uint8Array): string {
  return (globalThis as unknown as { btoa(text: string): string }).btoa(String.fromCharCode(...bytes));
}
