// ARP (RFC 826): who has this address?
//
//   │ hardware 2 │ protocol 2 │ lengths 1, 1 │ operation 2 │ sender: hardware, protocol │ target: hardware, protocol │

import { formatAddress, HeaderType } from "@tsnids/nids";
import type { Cursor } from "./cursor.js";
import { colons, hex, Layer, named } from "./layer.js";
import type { Field } from "./layer.js";
import { etherTypeNames } from "./names.js";

const fixedBytes = 8;
const operations: ReadonlyMap<number, string> = new Map([
  [1, "request"],
  [2, "reply"],
]);

/** An ARP message. */
export class Arp extends Layer {
  readonly protocol = "ARP";

  /** Takes the message off. */
  static read(cursor: Cursor): Arp {
    const fixed = cursor.see("ARP", fixedBytes);
    return new Arp(cursor.take("ARP", fixedBytes + 2 * fixed[4]! + 2 * fixed[5]!));
  }

  /** 1 is Ethernet. */
  get hardware(): number {
    return this.view.getUint16(0);
  }

  /** EtherType of the addresses asked about. */
  get addressType(): number {
    return this.view.getUint16(2);
  }

  /** 1 is a request, 2 a reply. */
  get operation(): number {
    return this.view.getUint16(6);
  }

  /** Hardware address of the sender, as hexadecimal numbers with colons. */
  get senderHardware(): string {
    return colons(this.slice(0, 4));
  }

  /** Address of the sender; of another protocol than IPv4 as hexadecimal numbers. */
  get senderAddress(): string {
    return this.addressText(this.slice(0, 5));
  }

  /** Hardware address of the target; in a request it is what is asked for. */
  get targetHardware(): string {
    return colons(this.slice(1, 4));
  }

  /** Address of the target. */
  get targetAddress(): string {
    return this.addressText(this.slice(1, 5));
  }

  fields(): readonly Field[] {
    return [
      ["hardware", named(this.hardware, this.hardware === 1 ? "Ethernet" : undefined)],
      ["address type", named(hex(this.addressType, 4), etherTypeNames.get(this.addressType))],
      ["operation", named(this.operation, operations.get(this.operation))],
      ["sender hardware", this.senderHardware],
      ["sender address", this.senderAddress],
      ["target hardware", this.targetHardware],
      ["target address", this.targetAddress],
    ];
  }

  /** The hardware address (lengthAt 4) or the other one (lengthAt 5) of the sender (0) or the target (1). */
  private slice(which: 0 | 1, lengthAt: 4 | 5): Uint8Array {
    const hardwareLength = this.bytes[4]!;
    const addressLength = this.bytes[5]!;
    const pair = fixedBytes + which * (hardwareLength + addressLength);
    const at = lengthAt === 4 ? pair : pair + hardwareLength;
    return this.bytes.subarray(at, at + this.bytes[lengthAt]!);
  }

  private addressText(address: Uint8Array): string {
    return this.addressType === HeaderType.IPV4 && address.length === 4 ? formatAddress(address) : colons(address);
  }
}
