// MPLS in UDP (RFC 7510 §3): a label stack, nothing before it.

import type { Packet } from "../../packet.js";
import { noIdentifier, numberOf } from "../encapsulation.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";

const mplsInUdpKind = numberOf("mpls-in-udp");

const labelBytes = 4;

/** Nothing to take off: the labels follow. */
export function mplsInUdp({ network, networkEnd }: Packet, path: EncapsulationPath): number {
  if (network + labelBytes >= networkEnd || !path.enterTunnel(mplsInUdpKind, noIdentifier)) return HeaderType.NONE;
  return HeaderType.MPLS;
}
