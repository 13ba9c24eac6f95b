// From header to header until an IP packet: what can stand between a link header and IP, by the type that announces it.
// What tunnels carry takes the same way.
//
// Every decoder takes off one header: it finds it at `network`, moves `network` behind it and says what comes next.
// What was captured ends at `networkEnd`. None of them looks at bytes behind that, none throws.

import type { Packet } from "../packet.js";
import { backbone } from "./backbone.js";
import { bareIp } from "./bare-ip.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { ethernet } from "./ethernet.js";
import { HeaderType } from "./header-type.js";
import { llc } from "./llc.js";
import { mpls } from "./mpls.js";
import { nsh } from "./nsh.js";
import { eTag, vnTag } from "./port-extender.js";
import { ppp } from "./ppp.js";
import { pppoe } from "./pppoe.js";
import { vlan } from "./vlan.js";

/** Takes off one header and returns the HeaderType of the next one. */
export type HeaderDecoder = (packet: Packet, path: EncapsulationPath) => number;

/** No frame has more headers before its IP packet. */
export const maxHeaders = 64;

/** Takes off headers, the first of this type, until `network` is an IP packet: 4 or 6, its version, or 0 where there is none. */
export function followHeaders(type: number, packet: Packet, path: EncapsulationPath): number {
  for (let headers = 0; headers < maxHeaders; headers++) {
    if (type === HeaderType.IPV4) return 4;
    if (type === HeaderType.IPV6) return 6;
    type = takeHeader(type, packet, path);
    if (type === HeaderType.NONE) return 0;
  }
  return 0;
}

/** Takes off one header of this type; the type of the next one, or NONE where there is none, or no decoder for this one. */
export function takeHeader(type: number, packet: Packet, path: EncapsulationPath): number {
  switch (type) {
    case HeaderType.VLAN:
    case HeaderType.SERVICE_VLAN:
    case HeaderType.OLD_SERVICE_VLAN:
    case HeaderType.OTHER_SERVICE_VLAN:
      return vlan(packet, path);
    case HeaderType.ETHERNET:
      return ethernet(packet, path);
    case HeaderType.BARE_IP:
      return bareIp(packet);
    case HeaderType.LLC:
      return llc(packet);
    case HeaderType.MPLS:
    case HeaderType.MPLS_UPSTREAM:
      return mpls(packet, path);
    case HeaderType.BACKBONE:
      return backbone(packet, path);
    case HeaderType.VN_TAG:
      return vnTag(packet, path);
    case HeaderType.E_TAG:
      return eTag(packet, path);
    case HeaderType.NSH:
      return nsh(packet);
    case HeaderType.PPPOE_SESSION:
      return pppoe(packet, path);
    case HeaderType.PPP:
      return ppp(packet);
    default:
      return HeaderType.NONE;
  }
}
