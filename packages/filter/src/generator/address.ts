// Identifiers: which of host, net, port, proto, … is meant, by the qualifiers, and whether the identifier can be one.

import { Sap, EtherType } from "../language/protocols.js";
import type { Direction, Identifier, Qualifiers } from "../language/syntax.js";
import { after, all, any, equals } from "../program/condition.js";
import type { Condition } from "../program/condition.js";
import type { FrameAddress } from "../link/link-layer.js";
import type { Context } from "./context.js";
import { portCondition } from "./port.js";
import { protocolNumberCondition } from "./protocol.js";

/** The condition of an identifier and its qualifiers. Throws FilterError where they do not go together. */
export function addressCondition(context: Context, qualifiers: Qualifiers, identifier: Identifier): Condition {
  switch (qualifiers.type) {
    case "port":
    case "portrange":
      return portCondition(context, qualifiers, identifier);
    case "proto":
    case "protochain":
      return protocolNumberCondition(context, qualifiers, identifier);
    case "gateway":
      return context.fail(
        "unsupported",
        qualifiers.place,
        "gateway needs host names, which are not looked up",
        "ether host and not host",
      );
    case "default":
    case "host":
    case "net":
      return hostCondition(context, qualifiers, identifier);
  }
}

function hostCondition(context: Context, qualifiers: Qualifiers, identifier: Identifier): Condition {
  const { protocol, type, direction, place } = qualifiers;
  if (identifier.kind === "mac") return macCondition(context, qualifiers, identifier);
  if (identifier.kind === "name") {
    const what = `"${identifier.text}" is no address, and names are not looked up`;
    return context.fail(
      "unknown-name",
      identifier,
      what,
      type === "net" ? "a network such as 10.0.0.0/8" : "an address",
    );
  }
  if (protocol === "link")
    return context.fail(
      "invalid-value",
      identifier,
      "not an address of the link",
      "a MAC address such as 02:00:5e:10:00:01",
    );
  if (isFrameAddress(direction) && direction !== "src" && direction !== "dst") {
    return context.fail("unsupported", place, `${direction} is for MAC addresses only`);
  }
  if (identifier.kind === "ipv6") return ipv6Condition(context, qualifiers, identifier);
  const { value, mask } = ipv4Network(context, qualifiers, identifier);
  const tests: Readonly<Record<string, () => Condition>> = {
    ip: () => ipv4Condition(context, direction, EtherType.ip, value, mask, 12, 16, qualifiers),
    arp: () => ipv4Condition(context, direction, EtherType.arp, value, mask, 14, 24, qualifiers),
    rarp: () => ipv4Condition(context, direction, EtherType.rarp, value, mask, 14, 24, qualifiers),
  };
  // Behind MPLS there is no ARP.
  const protocols = protocol !== "default" ? [protocol] : context.layout.labels > 0 ? ["ip"] : ["ip", "arp", "rarp"];
  return any(
    ...protocols.map(
      (name) =>
        tests[name]?.() ??
        context.fail("unsupported", place, `${name} packets have no IPv4 addresses`, "ip, arp, rarp, or nothing"),
    ),
  );
}

/** The bits that are compared, and which. */
function ipv4Network(
  context: Context,
  { type }: Qualifiers,
  identifier: Identifier & { kind: "ipv4" | "number" },
): { value: number; mask: number } {
  if (identifier.kind === "number") {
    // "net 10" is 10.0.0.0/8; "host 10" is the address 0.0.0.10.
    if (type !== "net") return { value: identifier.value, mask: 0xffffffff };
    let { value } = identifier;
    let mask = 0xffffffff;
    for (; value > 0 && value < 2 ** 24; value *= 256) mask = (mask << 8) >>> 0;
    return { value, mask };
  }
  const { value, bits, mask } = identifier;
  if (mask === undefined) return { value, mask: 2 ** 32 - 2 ** (32 - bits) };
  if ((value & ~mask.value) !== 0) {
    return context.fail("invalid-value", identifier, "bits are set behind the mask of the network");
  }
  if (type !== "net") return context.fail("invalid-value", identifier, "a mask makes it a network", "net before it");
  return { value, mask: mask.value };
}

function ipv4Condition(
  context: Context,
  direction: Direction,
  protocol: number,
  value: number,
  mask: number,
  source: number,
  destination: number,
  { place }: Qualifiers,
): Condition {
  const carries = context.carries(protocol, place);
  const has = (offset: number): Condition =>
    all(carries, equals(after(context.layout.packet, offset), 4, value | 0, mask | 0));
  return inDirection(direction, has(source), has(destination));
}

function ipv6Condition(context: Context, qualifiers: Qualifiers, identifier: Identifier & { kind: "ipv6" }): Condition {
  const { protocol, direction, type, place } = qualifiers;
  const { words, length = 128 } = identifier;
  if (protocol !== "default" && protocol !== "ip6") {
    return context.fail("unsupported", place, `${protocol} packets have no IPv6 addresses`, "ip6 or nothing");
  }
  if (type !== "net" && length !== 128) {
    return context.fail("invalid-value", identifier, "a prefix length makes it a network", "net before it");
  }
  const masks = [0, 32, 64, 96].map((bit) => 2 ** 32 - 2 ** (32 - Math.min(32, Math.max(0, length - bit))));
  if (words.some((word, index) => (word & ~masks[index]!) !== 0)) {
    return context.fail("invalid-value", identifier, "bits are set behind the prefix of the network");
  }
  const carries = context.carries(EtherType.ip6, place);
  const has = (offset: number): Condition => {
    const start = after(context.layout.packet, offset);
    return all(carries, ...words.map((word, index) => equals(after(start, index * 4), 4, word | 0, masks[index]! | 0)));
  };
  return inDirection(direction, has(8), has(24));
}

function macCondition(
  context: Context,
  { protocol, type, direction, place }: Qualifiers,
  identifier: Identifier & { kind: "mac" },
): Condition {
  const { layout } = context;
  const { link } = layout;
  if (protocol !== "link" || type === "net") {
    return context.fail("unsupported", identifier, "a MAC address is an address of the link", "ether before it");
  }
  const has = (which: FrameAddress): Condition =>
    link.hasAddress?.(layout, which, identifier.octets) ??
    context.fail(
      "unsupported-link-type",
      link.hasAddress === undefined ? identifier : place,
      `${link.name} frames have no ${which === "src" || which === "dst" ? "MAC addresses" : `address ${which}`}`,
    );
  return isFrameAddress(direction) ? has(direction) : inDirection(direction, has("src"), has("dst"));
}

/** MAC addresses in both places of "ether broadcast" and the like are destinations. */
export const broadcastAddress: readonly number[] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

function isFrameAddress(direction: Direction): direction is FrameAddress {
  return direction !== "default" && direction !== "src or dst" && direction !== "src and dst";
}

/** One of them, or both. */
export function inDirection(direction: Direction, source: Condition, destination: Condition): Condition {
  if (direction === "src") return source;
  if (direction === "dst") return destination;
  return direction === "src and dst" ? all(source, destination) : any(source, destination);
}

/** The SAP or EtherType of a protocol word that is one of the link; undefined for others. */
export function linkProtocolOf(word: string): number | undefined {
  if (Object.hasOwn(EtherType, word)) return EtherType[word as keyof typeof EtherType];
  return word !== "ip" && Object.hasOwn(Sap, word) ? Sap[word as keyof typeof Sap] : undefined;
}
