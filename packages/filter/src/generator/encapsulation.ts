// Encapsulations: what they test is the header of the encapsulation; what they change is the layout behind it, for the rest
// of the expression.

import type { Place as TextPlace } from "../filter-error.js";
import { EtherType } from "../language/protocols.js";
import { ethernet } from "../link/ethernet.js";
import { pppSession } from "../link/point-to-point.js";
import { after, all, always, any, equals, not, Register } from "../program/condition.js";
import type { Condition, Place } from "../program/condition.js";
import type { Context } from "./context.js";

const vlanTypes = [EtherType.vlan, 0x88a8, 0x9100];
const tagLength = 4;
const labelLength = 4;
const pppoeLength = 6;

const UDP = 17;
const UDP_HEADER = 8;
const GENEVE_PORT = 6081;

/** The condition of vlan, mpls, pppoed, pppoes and geneve. Throws FilterError where the link cannot have them. */
export function encapsulationCondition(
  context: Context,
  name: string,
  value: number | undefined,
  place: TextPlace,
): Condition {
  switch (name) {
    case "vlan":
      return vlan(context, value, place);
    case "mpls":
      return mpls(context, value, place);
    case "pppoes":
      return pppoeSession(context, value, place);
    case "geneve":
      return geneve(context, value, place);
    default:
      return context.carries(EtherType.pppoed, place);
  }
}

function vlan(context: Context, id: number | undefined, place: TextPlace): Condition {
  const { layout } = context;
  if (layout.labels > 0) return context.fail("unsupported", place, "VLAN tags behind MPLS labels cannot be found");
  if (layout.link.hasVlans === undefined) {
    return context.fail("unsupported-link-type", place, `${layout.link.name} frames have no VLAN tags`);
  }
  const isTagged = any(...vlanTypes.map((type) => context.carries(type, place)));
  const hasId = id === undefined ? always : equals(layout.packet, 2, id, 0x0fff);
  layout.passTag(tagLength);
  context.search.enter(isTagged);
  return all(isTagged, hasId);
}

function mpls(context: Context, label: number | undefined, place: TextPlace): Condition {
  const { layout } = context;
  const { link, packet } = layout;
  if (layout.labels === 0 && link.mplsType === undefined) {
    return context.fail("unsupported-link-type", place, `${link.name} frames have no MPLS labels`);
  }
  // A further label follows where the bit for the bottom of the stack is not set.
  const isLabelled =
    layout.labels === 0 ? equals(layout.type, 2, link.mplsType!) : equals(after(packet, -2), 1, 0, 0x01);
  const hasLabel = label === undefined ? always : equals(packet, 4, (label << 12) | 0, 0xfffff000);
  layout.passLabel(labelLength);
  context.search.enter(isLabelled);
  return all(isLabelled, hasLabel);
}

function pppoeSession(context: Context, session: number | undefined, place: TextPlace): Condition {
  const { layout } = context;
  const isSession = context.carries(EtherType.pppoes, place);
  const hasId = session === undefined ? always : equals(layout.packet, 4, session, 0x0000ffff);
  const header = after(layout.packet, pppoeLength);
  layout.enter(pppSession, header, header, after(header, 2));
  context.search.enter(isSession);
  return all(isSession, hasId);
}

/** Geneve (RFC 8926) of version 0 in UDP; what it carries is searched for from its EtherType on. */
function geneve(context: Context, network: number | undefined, place: TextPlace): Condition {
  const { layout } = context;
  const { packet } = layout;
  const [type, frame, payload] = [1, 2, 3].map(() => layout.takeSearchedRegister()) as [number, number, number];
  const inUdp = (udp: Place): Condition => {
    const header = after(udp, UDP_HEADER);
    return all(
      equals(after(udp, 2), 2, GENEVE_PORT),
      equals(header, 1, 0, 0xc0),
      network === undefined ? always : equals(after(header, 4), 4, (network << 8) | 0, 0xffffff00),
      { kind: "step", step: { kind: "geneve-header", header, type, frame, payload } },
    );
  };
  const condition = any(
    all(
      context.carries(EtherType.ip, place),
      equals(after(packet, 9), 1, UDP),
      context.isFirstFragment(place),
      { kind: "step", step: { kind: "ipv4-header", ip: packet } },
      inUdp({ register: Register.TRANSPORT, offset: packet.offset }),
    ),
    all(context.carries(EtherType.ip6, place), equals(after(packet, 6), 1, UDP), inUdp(after(packet, 40))),
  );
  const start = (register: number): Place => ({ register, offset: 0 });
  layout.enter(ethernet, start(frame), start(type), start(payload));
  context.search.enter(condition);
  const [left, right] = [frame, payload].map((register) => ({ kind: "register", register }) as const);
  layout.hasHeader = not({ kind: "comparison", relation: "=", left: left!, right: right! });
  return condition;
}
