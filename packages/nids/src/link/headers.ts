// From header to header until an IP packet: what can stand between a link header and IP, by the type that announces it. The same
// table serves what tunnels carry.
//
// Every decoder takes off one header: it finds it at `network`, moves `network` behind it and says what comes next. What was
// captured ends at `networkEnd`. None of them looks at bytes behind that, none throws.

import type { Packet } from "../packet.js";
import { bareIp } from "./bare-ip.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { ethernet } from "./ethernet.js";
import { HeaderType } from "./header-type.js";
import { llc } from "./llc.js";
import { mpls } from "./mpls.js";
import { ppp } from "./ppp.js";
import { pppoe } from "./pppoe.js";
import { vlan } from "./vlan.js";

/** Takes off one header and returns the HeaderType of the next one. */
export type HeaderDecoder = (packet: Packet, path: EncapsulationPath) => number;

/** No frame has more headers before its IP packet. */
const maxHeaders = 64;

const decoders: ReadonlyMap<number, HeaderDecoder> = new Map<number, HeaderDecoder>([
  [HeaderType.BARE_IP, bareIp],
  [HeaderType.ETHERNET, ethernet],
  [HeaderType.LLC, llc],
  [HeaderType.VLAN, vlan],
  [HeaderType.SERVICE_VLAN, vlan],
  [HeaderType.OLD_SERVICE_VLAN, vlan],
  [HeaderType.OTHER_SERVICE_VLAN, vlan],
  [HeaderType.MPLS, mpls],
  [HeaderType.MPLS_UPSTREAM, mpls],
  [HeaderType.PPPOE_SESSION, pppoe],
  [HeaderType.PPP, ppp],
]);

/** Takes off headers, the first of this type, until `network` is an IP packet: 4 or 6, its version, or 0 where there is none. */
export function followHeaders(type: number, packet: Packet, path: EncapsulationPath): number {
  for (let headers = 0; headers < maxHeaders; headers++) {
    if (type === HeaderType.IPV4) return 4;
    if (type === HeaderType.IPV6) return 6;
    const decode = decoders.get(type);
    if (decode === undefined) return 0;
    type = decode(packet, path);
  }
  return 0;
}
