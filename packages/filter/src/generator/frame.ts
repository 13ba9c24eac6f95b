// Primitives about the frame itself: broadcast and multicast, direction, interface, 802.2 and 802.11.

import type { Place as TextPlace } from "../filter-error.js";
import { EtherType } from "../language/protocols.js";
import { llcTypes } from "../language/frame-types.js";
import { after, all, any, atLeast, equals, not } from "../program/condition.js";
import type { Condition, Place } from "../program/condition.js";
import type { Primitive } from "../language/syntax.js";
import { broadcastAddress } from "./address.js";
import type { Context } from "./context.js";

/** The condition of "broadcast" and "multicast", of the link or of IP. */
export function castCondition(
  context: Context,
  cast: "broadcast" | "multicast",
  protocol: string,
  place: TextPlace,
): Condition {
  const { layout } = context;
  const { link, packet } = layout;
  switch (protocol) {
    case "default":
    case "link": {
      const condition =
        cast === "multicast" ? link.isMulticast?.(layout) : link.hasAddress?.(layout, "dst", broadcastAddress);
      return condition ?? context.fail("unsupported-link-type", place, `${link.name} frames have no ${cast} addresses`);
    }
    case "ip": {
      const destination = after(packet, 16);
      // Without the mask of the network, as with a file, only the broadcasts of all networks are known.
      const test =
        cast === "multicast"
          ? atLeast(destination, 1, 224)
          : any(equals(destination, 4, 0), equals(destination, 4, 0xffffffff));
      return all(context.carries(EtherType.ip, place), test);
    }
    case "ip6":
      if (cast === "multicast") return all(context.carries(EtherType.ip6, place), equals(after(packet, 24), 1, 0xff));
      break;
  }
  return context.fail(
    "unsupported",
    place,
    `${protocol} has no ${cast}`,
    cast === "multicast" ? "ether, ip or ip6" : "ether or ip",
  );
}

/** The condition of "inbound" and "outbound". */
export function trafficCondition(context: Context, outbound: boolean, place: TextPlace): Condition {
  const { layout } = context;
  const isOutbound =
    layout.link.isOutbound?.(layout) ??
    context.fail("unsupported-link-type", place, `${layout.link.name} frames do not say which way they went`);
  return outbound ? isOutbound : (layout.link.isInbound?.(layout) ?? not(isOutbound));
}

/** The condition of "ifindex". */
export function interfaceCondition(context: Context, index: number, place: TextPlace): Condition {
  const { layout } = context;
  const offset = layout.link.interfaceIndex;
  if (offset === undefined) {
    return context.fail("unsupported-link-type", place, `${layout.link.name} frames do not say which interface it was`);
  }
  return equals(after(layout.header, offset), 4, index | 0);
}

/** The condition of "llc", with a frame type or without. */
export function llcCondition(context: Context, type: string | undefined, place: TextPlace): Condition {
  const { layout } = context;
  const isLlc =
    layout.link.isLlc?.(layout) ??
    context.fail("unsupported-link-type", place, `${layout.link.name} frames have no LLC header`);
  const bits = type === undefined ? undefined : llcTypes.get(type);
  return bits === undefined ? isLlc : all(isLlc, equals(after(layout.payload, 2), 1, bits[1], bits[0]));
}

/** The condition of "type", "subtype" and "dir". */
export function frameControlCondition(
  context: Context,
  at: Place,
  primitive: Primitive & TextPlace & { kind: "frame-control" },
): Condition {
  if (context.layout.link.isWlan === undefined) {
    return context.fail("unsupported-link-type", primitive, `${context.layout.link.name} frames have no 802.11 header`);
  }
  return equals(at, 1, primitive.value, primitive.mask);
}
