// kill(): four RST segments (RFC 9293 §3.10.7), as libnids sends them. A reset must hit the receiver's window, and the
// receiver moves on while the reset travels; so each end gets one at the sequence number expected now and one half a
// window further on.
//
//   1 client → server  next(client)              3 client → server  1 + window(server) / 2
//   2 server → client  next(server)              4 server → client  2 + window(client) / 2
//
// The frames begin with the link header the stream was seen with; for the other direction its addresses are exchanged.

import { LinkType } from "@tsnids/pcap";
import { portableChecksums } from "../checksum/checksum.js";
import { NidsError } from "../errors.js";
import type { EncapsulationPath } from "../link/encapsulation.js";
import type { Packet } from "../packet.js";
import { clientSide } from "../tcp/connection.js";
import { FLAGS, FLOW_INTS, NEXT } from "../tcp/flow-table.js";
import type { FlowTable } from "../tcp/flow-table.js";
import { windowInHeader } from "../tcp/sides.js";
import type { Injector } from "./injector.js";

const TCP = 6;
const tcpHeaderBytes = 20;
const RST = 0x04;

/** Link types whose header can be sent back as it is, or with its addresses exchanged. */
const turnable: readonly number[] = [
  ...[LinkType.ETHERNET, LinkType.NULL, LinkType.LOOP, LinkType.LINUX_SLL],
  ...[LinkType.RAW, LinkType.IPV4, LinkType.IPV6],
];

/** The link header of a stream, as its client sends it. */
interface LinkHeader {
  readonly fromClient: Uint8Array;
  readonly linkType: number;
  readonly interfaceIndex: number;
}

export class ResetSender {
  private readonly flows: FlowTable;
  private readonly path: EncapsulationPath;
  private readonly injector: Injector | undefined;
  private readonly headers: Map<number, LinkHeader> = new Map();

  constructor(flows: FlowTable, path: EncapsulationPath, injector: Injector | undefined) {
    this.flows = flows;
    this.path = path;
    this.injector = injector;
  }

  /** Keeps the link header of a stream that is being established, where it may be needed. */
  remember(slot: number, packet: Packet, linkType: number, from: number): void {
    if (this.injector === undefined || !this.path.isTaggedAtMost || !turnable.includes(linkType)) return;
    const header = packet.bytes.slice(packet.frame, packet.linkEnd);
    const client = clientSide(this.flows.flows[slot * FLOW_INTS + FLAGS] as number);
    const fromClient = from === client ? header : turned(header, linkType);
    this.headers.set(slot, { fromClient, linkType, interfaceIndex: packet.interfaceIndex });
  }

  /** The stream has ended. */
  forget(slot: number): void {
    if (this.headers.size > 0) this.headers.delete(slot);
  }

  /** Sends the four segments. */
  send(slot: number): void {
    if (this.injector === undefined) {
      throw new NidsError(
        "no-injector",
        "kill() needs something to send with: new Nids({ injector }), an object with inject(frame, interfaceIndex)",
      );
    }
    const header = this.headers.get(slot);
    if (header === undefined) {
      throw new NidsError(
        "not-injectable",
        "kill(): resets can be sent on Ethernet, with or without VLAN tags, and where packets have no link header worth " +
          "the name; not into tunnels, MPLS, PPPoE or a wireless LAN (stream.encapsulation says what the stream is in)",
      );
    }
    const fields = this.flows.flows;
    const at = slot * FLOW_INTS;
    const flags = fields[at + FLAGS] as number;
    const client = clientSide(flags);
    for (const ahead of [false, true]) {
      for (const from of [client, 1 - client]) {
        const window = windowInHeader(this.flows, slot, 1 - from); // not scaled: libnids' choice, and the safe side
        const sequence = (fields[at + NEXT + from] as number) + (ahead ? window >>> 1 : 0);
        const link = from === client ? header.fromClient : turned(header.fromClient, header.linkType);
        this.injector.inject(this.frame(slot, from, sequence, link), header.interfaceIndex);
      }
    }
  }

  private frame(slot: number, from: number, sequence: number, link: Uint8Array): Uint8Array {
    const endpoints = this.flows.endpoints(slot);
    const source = endpoints.address(from);
    const destination = endpoints.address(1 - from);
    const ipBytes = source.length === 4 ? 20 : 40;
    const frame = new Uint8Array(link.length + ipBytes + tcpHeaderBytes);
    frame.set(link);
    const view = new DataView(frame.buffer, link.length);
    const addresses = ipBytes - 2 * source.length;
    frame.set(source, link.length + addresses);
    frame.set(destination, link.length + addresses + source.length);
    const checksums = portableChecksums(frame.buffer);
    if (source.length === 4) {
      view.setUint16(0, 0x4500);
      view.setUint16(2, ipBytes + tcpHeaderBytes);
      view.setUint16(4, 12345); // identification, time to live and window are those of libnids
      view.setUint16(8, (64 << 8) | TCP);
      view.setUint16(10, ~checksums.sum(link.length, ipBytes), true);
    } else {
      view.setUint8(0, 0x60);
      view.setUint16(4, tcpHeaderBytes);
      view.setUint16(6, (TCP << 8) | 64);
    }
    view.setUint16(ipBytes, endpoints.port(from));
    view.setUint16(ipBytes + 2, endpoints.port(1 - from));
    view.setInt32(ipBytes + 4, sequence);
    view.setUint16(ipBytes + 12, ((tcpHeaderBytes / 4) << 12) | RST);
    view.setUint16(ipBytes + 14, 32000);
    const pseudo = new Uint8Array(2 * source.length + 4);
    pseudo.set(frame.subarray(link.length + addresses, link.length + ipBytes));
    pseudo.set([0, TCP, 0, tcpHeaderBytes], 2 * source.length);
    const segment = new Uint8Array([...pseudo, ...frame.subarray(link.length + ipBytes)]);
    view.setUint16(ipBytes + 16, ~portableChecksums(segment.buffer).sum(0, segment.length), true);
    return frame;
  }
}

/** A link header for the opposite direction: Ethernet's two addresses are exchanged, other headers name none that matter. */
function turned(header: Uint8Array, linkType: number): Uint8Array {
  if (linkType !== LinkType.ETHERNET) return header;
  return new Uint8Array([...header.subarray(6, 12), ...header.subarray(0, 6), ...header.subarray(12)]);
}
