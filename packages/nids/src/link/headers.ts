// From header to header until an IP packet: what can stand between a link header and IP, by the type that announces it. What
// tunnels carry takes the same way.
//
// Every decoder takes off one header: it finds it at `network`, moves `network` behind it and says what comes next. What was
// captured ends at `networkEnd`. None of them looks at bytes behind that, none throws.

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
const maxHeaders = 64;

/** Takes off headers, the first of this type, until `network` is an IP packet: 4 or 6, its version, or 0 where there is none. */
export function followHeaders(type: number, packet: Packet, path: EncapsulationPath): number {
  for (let headers = 0; headers < maxHeaders; headers++) {
    switch (type) {
      case HeaderType.IPV4:
        return 4;
      case HeaderType.IPV6:
        return 6;
      case HeaderType.VLAN:
      case HeaderType.SERVICE_VLAN:
      case HeaderType.OLD_SERVICE_VLAN:
      case HeaderType.OTHER_SERVICE_VLAN:
        type = vlan(packet, path);
        break;
      case HeaderType.ETHERNET:
        type = ethernet(packet, path);
        break;
      case HeaderType.BARE_IP:
        type = bareIp(packet);
        break;
      case HeaderType.LLC:
        type = llc(packet);
        break;
      case HeaderType.MPLS:
      case HeaderType.MPLS_UPSTREAM:
        type = mpls(packet, path);
        break;
      case HeaderType.BACKBONE:
        type = backbone(packet, path);
        break;
      case HeaderType.VN_TAG:
        type = vnTag(packet, path);
        break;
      case HeaderType.E_TAG:
        type = eTag(packet, path);
        break;
      case HeaderType.NSH:
        type = nsh(packet);
        break;
      case HeaderType.PPPOE_SESSION:
        type = pppoe(packet, path);
        break;
      case HeaderType.PPP:
        type = ppp(packet);
        break;
      default:
        return 0;
    }
  }
  return 0;
}
