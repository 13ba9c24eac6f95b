// LINKTYPE_NFLOG: packets that Linux' netfilter logged. A header, then attributes; one of them is the packet.
//
//   │ family 1 │ version 1 │ resource 2 │ length 2 │ type 2 │ value … │ padding to 4 │ length …
//
// Lengths and types are in the byte order of the logging host; the first length, taken the wrong way round,
// is far too long.

import type { Packet } from "../packet.js";
import { HeaderType } from "./header-type.js";

const headerBytes = 4;
const attributeBytes = 4;
const payloadAttribute = 9;
/** Nobody logs more attributes. */
const maxAttributes = 64;

/** Takes off everything before the packet. */
export function nflog(packet: Packet): number {
  const { view, networkEnd } = packet;
  let at = packet.network + headerBytes;
  if (at + attributeBytes > networkEnd) return HeaderType.NONE;
  const littleEndian = view.getUint16(at, true) <= view.getUint16(at);
  for (let attributes = 0; attributes < maxAttributes && at + attributeBytes <= networkEnd; attributes++) {
    const length = view.getUint16(at, littleEndian);
    if (length < attributeBytes) return HeaderType.NONE;
    if (view.getUint16(at + 2, littleEndian) === payloadAttribute) {
      packet.network = at + attributeBytes;
      return HeaderType.BARE_IP;
    }
    at += (length + 3) & ~3;
  }
  return HeaderType.NONE;
}
