// Headers before the packet. The engine's decoders say where they are (LinkDissector). Those that people look at are
// read here; of the others only the length is shown.
//
//   Ethernet         │ destination 6 │ source 6 │ type or length 2 │                              IEEE 802.3 §3.1.1
//   VLAN             │ priority 3, drop 1, VLAN 12 bits │ type or length 2 │                      IEEE 802.1Q §9.6
//   Linux cooked v1  │ packet type 2 │ hardware 2 │ length 2 │ address 8 │ protocol 2 │           LINKTYPE_LINUX_SLL
//   Linux cooked v2  │ protocol 2 │ 0 2 │ interface 4 │ hardware 2 │ packet type 1 │ length 1 │ address 8 │   _SLL2

import { HeaderType } from "@tsnids/nids";
import type { LinkHeader } from "@tsnids/nids";
import { LinkType, linkTypeName } from "@tsnids/pcap";
import type { Cursor } from "./cursor.js";
import { colons, hex, Layer, named } from "./layer.js";
import type { Field } from "./layer.js";
import { etherTypeNames } from "./names.js";

/** An Ethernet header. */
export class Ethernet extends Layer {
  readonly protocol = "Ethernet";

  /** Address of the receiver: "02:00:0a:09:00:01". */
  get destination(): string {
    return colons(this.bytes.subarray(0, 6));
  }

  /** Address of the sender. */
  get source(): string {
    return colons(this.bytes.subarray(6, 12));
  }

  /** EtherType of what follows; below 0x600 the length of an IEEE 802.3 frame. */
  get type(): number {
    return this.view.getUint16(12);
  }

  fields(): readonly Field[] {
    return [["destination", this.destination], ["source", this.source], typeField(this.type)];
  }
}

/** An IEEE 802.1Q or 802.1ad tag. */
export class Vlan extends Layer {
  readonly protocol = "VLAN";

  /** Number of the VLAN; 0 where the tag has a priority only. */
  get id(): number {
    return this.view.getUint16(0) & 0xfff;
  }

  /** 0 to 7. */
  get priority(): number {
    return this.view.getUint16(0) >>> 13;
  }

  /** True for what is to be dropped first (DEI). */
  get dropEligible(): boolean {
    return (this.view.getUint16(0) & 0x1000) !== 0;
  }

  /** EtherType of what follows, or a length. */
  get type(): number {
    return this.view.getUint16(2);
  }

  fields(): readonly Field[] {
    const drop: Field = ["drop eligible", this.dropEligible ? 1 : 0];
    return [["priority", this.priority], drop, ["id", this.id], typeField(this.type)];
  }
}

/** Which way a packet went, by its number in cooked headers. */
const packetTypes: readonly string[] = ["to us", "broadcast", "multicast", "to somebody else", "from us"];

/** A header of a Linux "cooked" capture, version 1 or 2. */
export class LinuxCooked extends Layer {
  readonly protocol: string;
  private readonly isSecond: boolean;

  constructor(bytes: Uint8Array, version: 1 | 2) {
    super(bytes);
    this.protocol = `Linux cooked v${version}`;
    this.isSecond = version === 2;
  }

  /** 0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 from us. */
  get packetType(): number {
    return this.isSecond ? this.bytes[10]! : this.view.getUint16(0);
  }

  /** Kind of the device (ARPHRD_ of Linux): 1 Ethernet, 772 loopback. */
  get hardware(): number {
    return this.view.getUint16(this.isSecond ? 8 : 2);
  }

  /** Address of the sender; empty where it has none. */
  get address(): string {
    const length = this.isSecond ? this.bytes[11]! : this.view.getUint16(4);
    const at = this.isSecond ? 12 : 6;
    return colons(this.bytes.subarray(at, at + Math.min(8, length)));
  }

  /** Index of the interface; undefined in version 1. */
  get interfaceIndex(): number | undefined {
    return this.isSecond ? this.view.getUint32(4) : undefined;
  }

  /** EtherType of what follows. */
  get type(): number {
    return this.view.getUint16(this.isSecond ? 0 : 14);
  }

  fields(): readonly Field[] {
    const { interfaceIndex } = this;
    return [
      ["packet type", named(this.packetType, packetTypes[this.packetType])],
      ...(interfaceIndex === undefined ? [] : [["interface", interfaceIndex] as const]),
      ["hardware", this.hardware],
      ["address", this.address],
      typeField(this.type),
    ];
  }
}

/** A header before the packet whose fields are not shown. */
export class OtherHeader extends Layer {
  readonly protocol: string;

  constructor(bytes: Uint8Array, protocol: string) {
    super(bytes);
    this.protocol = protocol;
  }

  fields(): readonly Field[] {
    return [["length", this.bytes.length]];
  }
}

const vlanTypes: readonly number[] = [
  HeaderType.VLAN,
  HeaderType.SERVICE_VLAN,
  HeaderType.OLD_SERVICE_VLAN,
  HeaderType.OTHER_SERVICE_VLAN,
];

/** Takes a header off whose place the engine has told. Throws PacketError where it is not there as a whole. */
export function linkLayer(cursor: Cursor, { type, start, end }: LinkHeader, linkType: number): Layer {
  const name = headerName(type, linkType);
  const bytes = cursor.take(name, end - start);
  if (name === "Ethernet") return new Ethernet(bytes);
  if (type !== undefined) return vlanTypes.includes(type) ? new Vlan(bytes) : new OtherHeader(bytes, name);
  if (linkType === LinkType.LINUX_SLL) return new LinuxCooked(bytes, 1);
  if (linkType === LinkType.LINUX_SLL2) return new LinuxCooked(bytes, 2);
  return new OtherHeader(bytes, name);
}

function headerName(type: number | undefined, linkType: number): string {
  if (type === HeaderType.ETHERNET || (type === undefined && linkType === LinkType.ETHERNET)) return "Ethernet";
  if (type === undefined) return linkTypeName(linkType);
  if (type === HeaderType.LLC) return "LLC";
  return etherTypeNames.get(type) ?? hex(type, 4);
}

const lowestEtherType = 0x600;

function typeField(type: number): Field {
  if (type < lowestEtherType) return ["length", type];
  return ["type", named(hex(type, 4), etherTypeNames.get(type))];
}
