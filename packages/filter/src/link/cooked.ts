// Linux cooked captures, versions 1 and 2 (www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and LINKTYPE_LINUX_SLL2.html).
//
//     SLL     0 packet type, 2 bytes … 14 protocol          SLL2    0 protocol … 4 interface … 10 packet type, 1 byte

import { EtherType, Sap } from "../language/protocols.js";
import { after, all, any, equals } from "../program/condition.js";
import { etherTypeIpx } from "./ethernet.js";
import { hasSap, hasSnap, maximumLength } from "./llc.js";
import type { LinkLayer } from "./link-layer.js";

/** Packet type: sent by this host. */
const OUTGOING = 4;

/** Protocols below 1536 that Linux gives frames without an EtherType: Novell's IPX, and everything with LLC. */
const NOVELL = 1;
const WITH_LLC = 4;

export const linuxCooked: LinkLayer = {
  name: "Linux cooked v1",
  start: { type: 14, payload: 16 },
  carries({ type, payload }, protocol) {
    switch (protocol) {
      case Sap.ipx:
        return any(
          equals(type, 2, etherTypeIpx),
          equals(type, 2, NOVELL),
          all(equals(type, 2, WITH_LLC), any(hasSap(payload, protocol), hasSnap(payload, etherTypeIpx))),
        );
      case EtherType.atalk:
      case EtherType.aarp:
        return any(equals(type, 2, protocol), all(equals(type, 2, WITH_LLC), hasSnap(payload, protocol)));
      default:
        return protocol <= maximumLength
          ? all(equals(type, 2, WITH_LLC), hasSap(payload, protocol))
          : equals(type, 2, protocol);
    }
  },
  isOutbound: ({ header }) => equals(header, 2, OUTGOING),
};

export const linuxCooked2: LinkLayer = {
  name: "Linux cooked v2",
  start: { type: 0, payload: 20 },
  carries: ({ type }, protocol) => equals(type, 2, protocol),
  isOutbound: ({ header }) => equals(after(header, 10), 1, OUTGOING),
  interfaceIndex: 4,
};
