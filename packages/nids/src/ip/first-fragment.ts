// Headers cut across fragments. A filter that looks at the first fragment only does not see the ports or flags of a
// datagram whose first fragment ends before them, or whose second one writes over them (RFC 1858 §3, RFC 3128 §2). No
// link is that narrow: hosts do not send such fragments, and IPv6 forbids them (RFC 7112 §5).
//
//   first fragment   │ IP │ ports, sequence │        tiny: the flags are in the next one
//   second fragment  │ IP │ offset 8: … flags …      overlapping: written over what the first one said

import type { Packet } from "../packet.js";
import { extensionBytes } from "./ipv6.js";
import { DCCP, ICMP, icmpHeaderBytes, ICMPV6, SCTP, TCP, tcpHeaderBytes, UDP, udpHeaderBytes } from "./protocol.js";

/** Bytes without options of headers by protocol number. */
const headerBytes: ReadonlyMap<number, number> = new Map([
  [ICMP, icmpHeaderBytes],
  [TCP, tcpHeaderBytes],
  [UDP, udpHeaderBytes],
  [DCCP, 12],
  [ICMPV6, icmpHeaderBytes],
  [SCTP, 12],
]);

/** True when the fragment the cursor is at cuts, or lies in, the headers of its datagram. */
export function cutsHeaders(packet: Packet): boolean {
  const { fragmentOffset, transport, end, cut } = packet;
  if (cut > 0) return false; // The snap length did that, not the sender.
  if (fragmentOffset > 0) return packet.protocol === TCP && fragmentOffset < tcpHeaderBytes;
  return packet.family === 4 ? !holdsHeader(packet.protocol, transport, end) : cutsHeaderChain(packet);
}

function holdsHeader(protocol: number, at: number, end: number): boolean {
  return at + (headerBytes.get(protocol) ?? 0) <= end;
}

/** RFC 7112: the first fragment holds all extension headers and the one behind them. */
function cutsHeaderChain({ bytes, protocol, transport, end }: Packet): boolean {
  let at = transport;
  let header = protocol;
  for (;;) {
    const length = extensionBytes(header, bytes, at, end);
    if (length === 0) return !holdsHeader(header, at, end);
    if (at + length > end) return true;
    header = bytes[at] as number;
    at += length;
  }
}
