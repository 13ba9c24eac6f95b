// A layer: the header of one protocol, with its fields by name and as text for the tree.

/** A field of a header as the tree shows it: name and value. */
export type Field = readonly [name: string, value: string | number];

/** The header of one protocol in a packet. */
export abstract class Layer {
  /** What people call it: "Ethernet", "IPv4", "TCP". */
  abstract readonly protocol: string;
  /** The header, options included; it belongs to the packet. */
  readonly bytes: Uint8Array;
  protected readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** All fields, in the order of the header. */
  abstract fields(): readonly Field[];
}

/** A number with so many hexadecimal digits: "0x0800". */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** A number, and what it means where that is known: "6 (TCP)". */
export function named(value: number | string, name: string | undefined): string {
  return name === undefined ? String(value) : `${value} (${name})`;
}

/** Flags with their values, most significant first, behind their number: "0x018: … ACK 1, PSH 1, RST 0 …". */
export function flagText(
  value: number,
  digits: number,
  flags: readonly (readonly [name: string, bit: number])[],
): string {
  return `${hex(value, digits)}: ${flags.map(([name, bit]) => `${name} ${(value & bit) === 0 ? 0 : 1}`).join(", ")}`;
}

/** Bytes with colons between them: "02:00:0a:09:00:01". */
export function colons(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
