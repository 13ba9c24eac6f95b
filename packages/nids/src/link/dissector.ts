// Where the headers before an IP packet lie in one frame, for those who look at frames and follow no network. The
// decoders are those of the engine:
//
//   frame │ Ethernet │ VLAN │ IPv4 …           headers: Ethernet, VLAN     next: 0x0800     start: the IPv4 header
//   frame │ Ethernet │ ARP …                   headers: Ethernet           next: 0x0806     start: the ARP packet

import { maximumCapturedLength } from "@tsnids/pcap";
import { Packet } from "../packet.js";
import { resolveParams } from "../params/params.js";
import { EncapsulationPath } from "./encapsulation.js";
import { HeaderType } from "./header-type.js";
import { maxHeaders, takeHeader } from "./headers.js";
import { linkDecoders } from "./link-types.js";

/** A header that was taken off, as bytes of the frame. */
export interface LinkHeader {
  /** What announced it: an EtherType, or a number of HeaderType; undefined for the header, or headers, of the link type. */
  readonly type: number | undefined;
  /** Its first byte. */
  readonly start: number;
  /** Behind its last byte; behind the frame where it is cut off. */
  readonly end: number;
}

/** What stands before the packet of a frame. */
export interface LinkHeaders {
  /** Outermost first. */
  readonly headers: readonly LinkHeader[];
  /** What comes next, at `start`: HeaderType.IPV4 or IPV6, another EtherType, or HeaderType.NONE where nobody says. */
  readonly next: number;
  /** Where that begins. */
  readonly start: number;
  /** Where the packet ends at the latest. */
  readonly end: number;
}

/** Takes the headers off frames. It copies a frame before it looks at it, and keeps nothing. */
export class LinkDissector {
  private readonly packet: Packet;
  private readonly path: EncapsulationPath;

  constructor() {
    const bytes = new Uint8Array(maximumCapturedLength);
    this.packet = new Packet({ bytes, view: new DataView(bytes.buffer) });
    this.path = new EncapsulationPath(this.packet, resolveParams({}), { raise: () => undefined }, 0);
  }

  /** The headers of a frame; undefined for a link type that is not decoded. What lies behind 262144 bytes is not looked at. */
  dissect(frame: Uint8Array, linkType: number, originalLength: number = frame.length): LinkHeaders | undefined {
    const decode = linkDecoders.get(linkType);
    if (decode === undefined) return undefined;
    const { packet, path } = this;
    const captured = frame.subarray(0, maximumCapturedLength);
    packet.bytes.set(captured);
    packet.network = 0;
    packet.networkEnd = captured.length;
    packet.missing = Math.max(0, originalLength - captured.length);
    path.exit();
    const headers: LinkHeader[] = [];
    let announced: number | undefined;
    let next = decode(packet, path);
    note(headers, announced, 0, packet.network);
    while (next !== HeaderType.IPV4 && next !== HeaderType.IPV6 && headers.length < maxHeaders) {
      announced = next;
      const start = packet.network;
      next = takeHeader(announced, packet, path);
      note(headers, announced, start, packet.network);
      if (next !== HeaderType.NONE) continue;
      if (packet.network === start) next = announced; // It stands there, and nobody can take it off.
      break;
    }
    return { headers, next, start: packet.network, end: packet.networkEnd };
  }
}

/** Some headers have no bytes: a packet that says itself what it is. */
function note(headers: LinkHeader[], type: number | undefined, start: number, end: number): void {
  if (end > start) headers.push({ type, start, end });
}
