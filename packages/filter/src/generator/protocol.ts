// Protocols: by a word alone ("tcp"), and by number or name behind "proto" and "protochain".

import type { Place as TextPlace } from "../filter-error.js";
import { ipProtocols, EtherType, isoProtocols, linkProtocols, Sap } from "../language/protocols.js";
import type { Identifier, Qualifiers } from "../language/syntax.js";
import { after, all, any, equals } from "../program/condition.js";
import type { Condition } from "../program/condition.js";
import { linkProtocolOf } from "./address.js";
import type { Context } from "./context.js";

/** Next header: a fragment of IPv6. */
const IPV6_FRAGMENT = 44;

/** Protocols of IP, by their words: the number, and which versions carry it. */
const carriedByIp: Readonly<Record<string, readonly [number, "ip" | "ip6" | "default"]>> = {
  sctp: [132, "default"],
  tcp: [6, "default"],
  udp: [17, "default"],
  pim: [103, "default"],
  ah: [51, "default"],
  esp: [50, "default"],
  icmp: [1, "ip"],
  igmp: [2, "ip"],
  igrp: [9, "ip"],
  vrrp: [112, "ip"],
  carp: [112, "ip"],
  icmp6: [58, "ip6"],
};

/** PDU types of IS-IS (ISO/IEC 10589 §9.5), by the words for some of them. */
const isisTypes: Readonly<Record<string, readonly number[]>> = {
  l1: [26, 24, 18, 15, 17],
  l2: [27, 25, 20, 16, 17],
  iih: [15, 16, 17],
  lsp: [18, 20],
  snp: [24, 25, 26, 27],
  csnp: [24, 25],
  psnp: [26, 27],
};

/** The number of a protocol of IP, by its word. */
export function ipProtocolOf(word: string): number | undefined {
  return Object.hasOwn(carriedByIp, word) ? carriedByIp[word]![0] : undefined;
}

/** The condition of a protocol word alone. */
export function protocolCondition(context: Context, word: string, place: TextPlace): Condition {
  const link = linkProtocolOf(word);
  if (link !== undefined) return context.carries(link, place);
  if (Object.hasOwn(carriedByIp, word)) return isCarried(context, carriedByIp[word]![1], carriedByIp[word]![0], place);
  const iso = isoProtocols.get(word);
  if (iso !== undefined) return isIso(context, iso, place);
  if (Object.hasOwn(isisTypes, word)) {
    return any(...isisTypes[word]!.map((type) => isIsis(context, type, place)));
  }
  return context.fail(
    "unsupported",
    place,
    `"${word}" alone says nothing`,
    "host, proto, broadcast, multicast or brackets behind it",
  );
}

/** The condition of "proto" and "protochain". */
export function protocolNumberCondition(context: Context, qualifiers: Qualifiers, identifier: Identifier): Condition {
  const { protocol, type, place } = qualifiers;
  const number = numberOf(context, protocol, identifier);
  if (type === "protochain") return isInChain(context, protocol, number, place);
  switch (protocol) {
    case "default":
    case "ip":
    case "ip6":
      return isCarried(context, protocol, number, place);
    case "link":
      return context.carries(number, place);
    case "iso":
      return isIso(context, number, place);
    case "isis":
      return isIsis(context, number, place);
    default:
      return context.fail(
        "unsupported",
        place,
        `${protocol} carries no protocols with numbers`,
        "ip, ip6, ether, iso, isis, or nothing",
      );
  }
}

function numberOf(context: Context, protocol: string, identifier: Identifier): number {
  if (identifier.kind === "number") return identifier.value;
  const name = identifier.kind === "name" ? identifier.text : "";
  return (
    numberNamed(name, protocol) ??
    context.fail("unknown-name", identifier, "no protocol of this name is known", "a number")
  );
}

/** Systems know the names of IP protocols in capitals, too. */
function numberNamed(name: string, protocol: string): number | undefined {
  switch (protocol) {
    case "link":
      return linkProtocols.get(name);
    case "iso":
      return isoProtocols.get(name);
    case "isis":
      return undefined; // its types have words of their own
    default:
      return ipProtocols.get(name.toLowerCase());
  }
}

function isCarried(context: Context, by: "ip" | "ip6" | "default", number: number, place: TextPlace): Condition {
  const { packet } = context.layout;
  if (by === "default") return any(isCarried(context, "ip", number, place), isCarried(context, "ip6", number, place));
  if (by === "ip") return all(context.carries(EtherType.ip, place), equals(after(packet, 9), 1, number));
  const nextHeader = after(packet, 6);
  return all(
    context.carries(EtherType.ip6, place),
    any(equals(nextHeader, 1, number), all(equals(nextHeader, 1, IPV6_FRAGMENT), equals(after(packet, 40), 1, number))),
  );
}

function isIso(context: Context, number: number, place: TextPlace): Condition {
  const { payload, networkWithoutSnap, link } = context.layout;
  const at = after(payload, networkWithoutSnap + (link.isoOffset ?? 0));
  return all(context.carries(Sap.iso, place), equals(at, 1, number));
}

function isIsis(context: Context, type: number, place: TextPlace): Condition {
  const { payload, networkWithoutSnap } = context.layout;
  const at = after(payload, networkWithoutSnap + 4);
  return all(isIso(context, isoProtocols.get("isis")!, place), equals(at, 1, type));
}

function isInChain(context: Context, protocol: string, number: number, place: TextPlace): Condition {
  const ip = context.layout.packet;
  const v4 = (): Condition =>
    all(context.carries(EtherType.ip, place), { kind: "header-chain", ip, version: 4, protocol: number });
  const v6 = (): Condition =>
    all(context.carries(EtherType.ip6, place), { kind: "header-chain", ip, version: 6, protocol: number });
  if (protocol === "default") return any(v4(), v6());
  if (protocol === "ip") return v4();
  return protocol === "ip6"
    ? v6()
    : context.fail("unsupported", place, "protochain is about IP", "ip, ip6, or nothing");
}
