// Ethernet (IEEE 802.3): a type of at most 1500 is the length of a frame with LLC.
//
//     0             6            12     14
//     ├─────────────┼────────────┼──────┼────────────
//     │ destination │ source     │ type │ payload

import { EtherType, Sap } from "../language/protocols.js";
import { after, all, any, equals, equalsBytes, greater, hasAny, not } from "../program/condition.js";
import type { Condition } from "../program/condition.js";
import { hasSap, hasSnap, maximumLength } from "./llc.js";
import type { Layout, LinkLayer } from "./link-layer.js";

/** EtherType of IPX. Its SAP stands for it in expressions, because it is found in four kinds of frames. */
export const etherTypeIpx = 0x8137;

const addressOffset: Readonly<Record<string, number>> = { dst: 0, src: 6 };

export const ethernet: LinkLayer = {
  name: "Ethernet",
  start: { type: 12, payload: 14, network: 0, networkWithoutSnap: 3 },
  carries(layout, protocol) {
    const { type, payload } = layout;
    switch (protocol) {
      case Sap.ipx: // Ethernet II, SNAP, LLC, and Novell's own way: no LLC, but a checksum of ffff
        return any(
          equals(type, 2, etherTypeIpx),
          all(
            hasLength(layout),
            any(hasSnap(payload, etherTypeIpx), hasSap(payload, protocol), equals(payload, 2, 0xffff)),
          ),
        );
      case EtherType.atalk:
      case EtherType.aarp:
        return any(equals(type, 2, protocol), all(hasLength(layout), hasSnap(payload, protocol)));
      default:
        return protocol <= maximumLength
          ? all(hasLength(layout), hasSap(payload, protocol))
          : equals(type, 2, protocol);
    }
  },
  hasAddress(layout, which, address) {
    const offset = addressOffset[which];
    return offset === undefined ? undefined : ifHeader(layout, equalsBytes(after(layout.header, offset), address));
  },
  isMulticast: (layout) => ifHeader(layout, hasAny(layout.header, 1, 0x01)),
  isLlc: (layout) => all(hasLength(layout), not(equals(layout.payload, 2, 0xffff))),
  mplsType: EtherType.mpls,
  hasVlans: true,
};

function hasLength({ type }: Layout): Condition {
  return not(greater(type, 2, maximumLength));
}

/** A frame within a tunnel may be a packet without a link header. */
function ifHeader({ hasHeader }: Layout, condition: Condition): Condition {
  return hasHeader === undefined ? condition : all(hasHeader, condition);
}
