// LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6: no link header. The version of the packet says which IP it is, also where
// something else should have said so.

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

/** Nothing to take off. */
export function bareIp({ bytes, network, networkEnd }: Packet): number {
  if (network >= networkEnd) return HeaderType.NONE;
  const version = (bytes[network] as number) >>> 4;
  return version === 4 ? HeaderType.IPV4 : version === 6 ? HeaderType.IPV6 : HeaderType.NONE;
}
