// LINKTYPE_PPI: "Per-Packet Information" before a frame of any other link type (CACE PPI 1.0.10 §3.1), all little-endian.
//
//   │ version 0 │ flags 1 │ length 2 │ DLT 4 │ fields … │ frame

import { canonicalLinkType, LinkType } from "@tsnids/pcap";
import type { Packet } from "../packet.js";
import type { EncapsulationPath } from "./encapsulation.js";
import { HeaderType } from "./header-type.js";
import type { HeaderDecoder } from "./headers.js";

const fixedBytes = 8;

/** Takes off a PPI header and, with the decoder of its link type, the one behind it. */
export function ppi(packet: Packet, path: EncapsulationPath, decoders: ReadonlyMap<number, HeaderDecoder>): number {
  const { view, network, networkEnd } = packet;
  if (network + fixedBytes > networkEnd || view.getUint8(network) !== 0) return HeaderType.NONE;
  const length = view.getUint16(network + 2, true);
  if (length < fixedBytes || length > networkEnd - network) return HeaderType.NONE;
  const linkType = canonicalLinkType(view.getUint32(network + 4, true));
  const decode = linkType === LinkType.PPI ? undefined : decoders.get(linkType);
  packet.network += length;
  return decode === undefined ? HeaderType.NONE : decode(packet, path);
}
