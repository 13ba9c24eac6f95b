// IEEE 802.2 LLC, with and without SNAP (RFC 1042), and the links whose frames always have it: FDDI, Token Ring, ATM.
//
//     ┌──────┬──────┬─────────┐      ┌────┬────┬────┬─────────────┬───────────┐
//     │ DSAP │ SSAP │ control │      │ aa │ aa │ 03 │ OUI 3 bytes │ EtherType │  SNAP
//     └──────┴──────┴─────────┘      └────┴────┴────┴─────────────┴───────────┘

import { EtherType, Sap } from "../language/protocols.js";
import { after, always, equals, equalsBytes, hasAny } from "../program/condition.js";
import type { Condition, Place } from "../program/condition.js";
import type { LinkLayer } from "./link-layer.js";

/** The greatest number that is a length and not an EtherType. */
export const maximumLength = 1500;

/** Protocols that are recognised by both service access points. */
const twoSaps: ReadonlySet<number> = new Set([Sap.ip, Sap.iso, Sap.netbeui]);

/** The organisation in SNAP headers of AppleTalk. All others use 0. */
const apple = [0x08, 0x00, 0x07];

/** The LLC header at `llc` has the service access points of a protocol. */
export function hasSap(llc: Place, sap: number): Condition {
  return twoSaps.has(sap) ? equals(llc, 2, sap * 0x101) : equals(llc, 1, sap);
}

/** There is a SNAP header at `llc` for a protocol. */
export function hasSnap(llc: Place, protocol: number): Condition {
  const organisation = protocol === EtherType.atalk ? apple : [0, 0, 0];
  return equalsBytes(llc, [0xaa, 0xaa, 0x03, ...organisation, protocol >> 8, protocol & 0xff]);
}

/** Where every frame has LLC: SNAP is taken for granted, unless the protocol has a SAP. */
export function llcCarries(llc: Place, protocol: number): Condition {
  if (protocol <= maximumLength) return hasSap(llc, protocol);
  return protocol === EtherType.atalk ? hasSnap(llc, protocol) : equals(after(llc, 6), 2, protocol);
}

/** A link with LLC in every frame, behind a header of fixed length. */
function llcLink(name: string, header: number, addresses?: { readonly src: number; readonly dst: number }): LinkLayer {
  const link: LinkLayer = {
    name,
    start: { type: header, payload: header, network: 8, networkWithoutSnap: 3 },
    carries: ({ payload }, protocol) => llcCarries(payload, protocol),
    isLlc: () => always,
  };
  if (addresses === undefined) return link;
  return {
    ...link,
    hasAddress: (layout, which, address) =>
      which === "src" || which === "dst" ? equalsBytes(after(layout.header, addresses[which]), address) : undefined,
    isMulticast: (layout) => hasAny(after(layout.header, addresses.dst), 1, 0x01),
  };
}

export const fddi: LinkLayer = llcLink("FDDI", 13, { dst: 1, src: 7 });
export const tokenRing: LinkLayer = llcLink("Token Ring", 14, { dst: 2, src: 8 });
export const atm: LinkLayer = llcLink("ATM (RFC 1483)", 0);
