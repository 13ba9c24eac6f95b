/**
 * Addresses as text: IPv4 dotted quads, IPv6 (RFC 4291 §2.2, with "::" and a trailing dotted quad), and endpoints
 * "10.0.0.1:80" and "[2001:db8::1]:80" (RFC 3986 §3.2.2 brackets).
 */
import { TestkitError } from "./errors.js";
import { concat, octets, viewOf } from "./octets.js";

/** An address and a port. */
export interface Endpoint {
  /** 4 bytes for IPv4, 16 for IPv6. */
  readonly address: Uint8Array;
  /** 0..65535. */
  readonly port: number;
}

/** An address as text or as its 4 or 16 bytes. */
export type AddressLike = string | Uint8Array;

function badAddress(text: string, expected: string): TestkitError {
  return new TestkitError("bad-address", `address: "${text}" is not ${expected}`);
}

function parseIpv4(text: string): Uint8Array {
  const parts = text.split(".");
  const bytes = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) throw badAddress(text, "four numbers 0..255");
  return octets(bytes);
}

/** The 16-bit groups of one side of "::", each as two bytes; a dotted quad may stand last. */
function parseGroups(groups: string, text: string): Uint8Array {
  if (groups === "") return new Uint8Array(0);
  const parts = groups.split(":").map((group, index, all) => {
    if (index === all.length - 1 && group.includes(".")) return parseIpv4(group);
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) throw badAddress(text, "an IPv6 address");
    const pair = new Uint8Array(2);
    viewOf(pair).setUint16(0, parseInt(group, 16));
    return pair;
  });
  return concat(...parts);
}

function parseIpv6(text: string): Uint8Array {
  const sides = text.split("::");
  const head = parseGroups(sides[0] ?? "", text);
  const tail = parseGroups(sides[1] ?? "", text);
  const missing = 16 - head.length - tail.length;
  const wellFormed = sides.length === 1 ? missing === 0 : sides.length === 2 && missing >= 2;
  if (!wellFormed) throw badAddress(text, "an IPv6 address");
  return concat(head, new Uint8Array(missing), tail);
}

/** Bytes of an address (4 or 16). Throws TestkitError `bad-address`. */
export function parseAddress(address: AddressLike): Uint8Array {
  if (typeof address === "string") return address.includes(":") ? parseIpv6(address) : parseIpv4(address);
  if (address.length !== 4 && address.length !== 16) throw badAddress(`${address.length} bytes`, "4 or 16 bytes");
  return address;
}

/** Reads "10.0.0.1:80" or "[2001:db8::1]:80". Throws TestkitError `bad-address`. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) throw badAddress(text, 'an endpoint such as "10.0.0.1:80" or "[::1]:80"');
  return { address: parseAddress(match[1] ?? match[2] ?? ""), port };
}
