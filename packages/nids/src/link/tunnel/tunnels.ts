// Tunnels: from a valid outer IP packet to the IP packet in it. Which protocol or UDP port is which tunnel is a table
// each; whether the payload really is one, the tunnel's own decoder says. What fails its test is what it seemed to be:
// plain UDP, or nothing.
//
//   IP protocol 4 and 41   ──► IP in IP        UDP 4789, 8472 ──► VXLAN       UDP 3544 ──► Teredo
//   IP protocol 47         ──► GRE             UDP 6081       ──► Geneve      UDP 1701 ──► L2TP
//                                              UDP 2152       ──► GTP-U       UDP 4754 ──► GRE     UDP 6635 ──► MPLS
//
// UDP with a tunnel in it is UDP all the same: its callbacks see it before the tunnel is entered.

import { UDP, udpHeaderBytes } from "../../ip/protocol.js";
import type { Packet } from "../../packet.js";
import type { NidsParams } from "../../params/params.js";
import type { EncapsulationPath } from "../encapsulation.js";
import { HeaderType } from "../header-type.js";
import { followHeaders } from "../headers.js";
import type { HeaderDecoder } from "../headers.js";
import { geneve } from "./geneve.js";
import { gre } from "./gre.js";
import { gtp } from "./gtp.js";
import { ipInIp } from "./ip-in-ip.js";
import { l2tp } from "./l2tp.js";
import { mplsInUdp } from "./mpls-in-udp.js";
import { teredo } from "./teredo.js";
import { vxlan } from "./vxlan.js";

const byProtocol: ReadonlyMap<number, HeaderDecoder> = new Map([
  [4, ipInIp],
  [41, ipInIp],
  [47, gre],
]);

export class Tunnels {
  private readonly packet: Packet;
  private readonly path: EncapsulationPath;
  /** By port: 0, or which of the decoders. Every UDP datagram is asked for. */
  private readonly atPort: Uint8Array = new Uint8Array(1 << 16);
  private readonly decoders: readonly (HeaderDecoder | undefined)[];

  constructor(packet: Packet, path: EncapsulationPath, params: NidsParams) {
    this.packet = packet;
    this.path = path;
    const tables: readonly (readonly [ports: readonly number[], decode: HeaderDecoder])[] = [
      [params.greInUdpPorts, gre],
      [params.mplsInUdpPorts, mplsInUdp],
      [params.l2tpPorts, l2tp],
      [params.teredoPorts, teredo],
      [params.gtpPorts, gtp],
      [params.genevePorts, geneve],
      [params.vxlanPorts, vxlan],
    ];
    this.decoders = [undefined, ...tables.map(([, decode]) => decode)];
    tables.forEach(([ports], index) => {
      for (const port of ports) this.atPort[port] = index + 1;
    });
  }

  /** True when the UDP datagram at the cursor goes to or comes from a port of tunnels; its header is known to be there. */
  get isAtPort(): boolean {
    return this.ofPorts() !== undefined;
  }

  /** Enters the tunnel the packet at the cursor carries. Returns the version of the packet in it, or 0 where there is no tunnel. */
  enter(): number {
    const { packet, path } = this;
    const isUdp = packet.protocol === UDP;
    const decode = isUdp ? this.ofPorts() : byProtocol.get(packet.protocol);
    if (decode === undefined) return 0;
    packet.network = packet.transport + (isUdp ? udpHeaderBytes : 0);
    packet.networkEnd = packet.end;
    packet.missing = packet.cut;
    packet.reassembled = false;
    const type = decode(packet, path);
    return type === HeaderType.NONE ? 0 : followHeaders(type, packet, path);
  }

  private ofPorts(): HeaderDecoder | undefined {
    const { view, transport } = this.packet;
    const { atPort } = this;
    const which = (atPort[view.getUint16(transport + 2)] as number) || (atPort[view.getUint16(transport)] as number);
    return this.decoders[which];
  }
}
