// What has to change in the headers around the packet in hand if another packet is to be sent in them: fields that say
// a length, addresses that change places where it goes the other way, outer packets with checksums over it. Noted as
// headers are taken off, and only in engines that may send (kill/envelope.ts makes use of it).
//
//   │ Ethernet  │ VLAN │ IPv4          │ UDP    │ VXLAN │ Ethernet  │ the packet in hand …
//     addresses          length,         length           addresses
//                        addresses
//
// All positions are byte offsets in the engine's memory.

import { ipv6HeaderBytes, UDP } from "../ip/protocol.js";
import type { Packet } from "../packet.js";

/** A field of 16 bits at `at` that says how many bytes there are from `start` to the end of the frame. */
export interface LengthField {
  readonly at: number;
  readonly start: number;
}

/** Two addresses of `length` bytes each, one behind the other. */
export interface AddressPair {
  readonly at: number;
  readonly length: number;
}

/** An IP packet with a tunnel in it. */
export interface OuterPacket {
  /** The tunnel's number among the kinds of encapsulations. */
  readonly kind: number;
  readonly family: number;
  readonly protocol: number;
  readonly network: number;
  readonly transport: number;
}

const ethernetAddress = 6;

export class EnvelopeNotes {
  readonly lengths: LengthField[] = [];
  readonly addresses: AddressPair[] = [];
  /** Outermost first. */
  readonly packets: OuterPacket[] = [];

  /** A new frame begins. */
  begin(): void {
    this.lengths.length = this.addresses.length = this.packets.length = 0;
  }

  /** A field of 16 bits counts the bytes from `start` on. */
  length(at: number, start: number): void {
    this.lengths.push({ at, start });
  }

  /** An Ethernet header begins. */
  ethernet(at: number): void {
    this.addresses.push({ at, length: ethernetAddress });
  }

  /** The IP packet at the cursor has a tunnel of this kind in it. */
  tunnel(kind: number, { family, protocol, addresses, addressLength, transport }: Packet): void {
    const network = family === 4 ? addresses - 12 : addresses - 8;
    this.packets.push({ kind, family, protocol, network, transport });
    this.addresses.push({ at: addresses, length: addressLength });
    if (family === 4) this.length(network + 2, network);
    else this.length(network + 4, network + ipv6HeaderBytes);
    if (protocol === UDP) this.length(transport + 4, transport);
  }
}
