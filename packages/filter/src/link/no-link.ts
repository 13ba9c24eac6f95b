// Frames that are IP packets, alone or behind the address family of a BSD loopback device.

import { EtherType } from "../language/protocols.js";
import { always, any, equals, never } from "../program/condition.js";
import type { Condition, Place } from "../program/condition.js";
import type { LinkLayer } from "./link-layer.js";

/**
 * Address families. Each system has a number of its own for IPv6: Linux, OpenBSD and NetBSD, FreeBSD, macOS. A capture
 * does not say which it is from, and what is meant is the protocol, so all of them count.
 */
const families: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [EtherType.ip, [2]],
  [EtherType.ip6, [10, 24, 28, 30]],
]);

function loopbackLink(name: string, isFamily: (place: Place, family: number) => Condition): LinkLayer {
  return {
    name,
    start: { type: 0, payload: 4 },
    carries({ type }, protocol) {
      return any(...(families.get(protocol) ?? []).map((family) => isFamily(type, family)));
    },
  };
}

/** The family is in the byte order of the host that captured; a batch does not say which, so either will do. */
export const loopback: LinkLayer = loopbackLink("BSD loopback", (place, family) =>
  any(equals(place, 4, family * 2 ** 24), equals(place, 4, family)),
);

/** The family is in network byte order. */
export const openBsdLoopback: LinkLayer = loopbackLink("OpenBSD loopback", (place, family) => equals(place, 4, family));

/** Nothing before the packet; which IP it is, is in its first four bits. */
export const rawIp: LinkLayer = {
  name: "raw IP",
  start: { type: 0, payload: 0 },
  carries({ payload }, protocol) {
    if (protocol === EtherType.ip) return equals(payload, 1, 0x40, 0xf0);
    return protocol === EtherType.ip6 ? equals(payload, 1, 0x60, 0xf0) : never;
  },
};

function onlyIp(name: string, version: number): LinkLayer {
  return {
    name,
    start: { type: 0, payload: 0 },
    carries: (_layout, protocol) => (protocol === version ? always : never),
  };
}

export const rawIpv4: LinkLayer = onlyIp("raw IPv4", EtherType.ip);
export const rawIpv6: LinkLayer = onlyIp("raw IPv6", EtherType.ip6);
