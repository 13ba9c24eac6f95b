// Addresses as they are written in an expression: IPv4 with one to four octets, IPv6 (RFC 4291 §2.2), and MAC addresses in
// the five notations people use.

/** An IPv4 address, or the beginning of one: "10.1" is the first 16 bits. */
export interface Ipv4Part {
  /** The octets given, as the first of 32 bits; the others are 0. */
  readonly value: number;
  /** Bits given: 8 for each octet. */
  readonly bits: number;
}

/** Reads one to four decimal octets; undefined where one is no octet. */
export function readIpv4(text: string): Ipv4Part | undefined {
  const octets = text.split(".");
  if (octets.length > 4 || !octets.every((octet) => /^[0-9]+$/.test(octet) && Number(octet) <= 255)) return undefined;
  const bits = octets.length * 8;
  const value = octets.reduce((sum, octet) => sum * 256 + Number(octet), 0) * 2 ** (32 - bits);
  return { value, bits };
}

/** Reads an IPv6 address as four 32-bit words; undefined where it is none. */
export function readIpv6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(readGroups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const groups = tail === undefined ? head : withZeros(head, tail);
  if (groups?.length !== 8) return undefined;
  return [0, 2, 4, 6].map((index) => groups[index]! * 0x10000 + groups[index + 1]!);
}

/** The groups of a half without "::"; a dotted IPv4 address at its end makes two. */
function readGroups(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const words = text.split(":");
  for (const [index, word] of words.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(word)) {
      groups.push(Number.parseInt(word, 16));
      continue;
    }
    const embedded = readIpv4(word);
    if (embedded?.bits !== 32 || index !== words.length - 1) return undefined;
    groups.push(Math.floor(embedded.value / 0x10000), embedded.value % 0x10000);
  }
  return groups;
}

/** "::" stands for at least one group. */
function withZeros(head: readonly number[], tail: readonly number[]): readonly number[] | undefined {
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** How MAC addresses are written: 1:2:3:4:5:6, with - or . instead of :, 0102.0304.0506 and 010203040506. */
export const macPattern: RegExp =
  /(?:[0-9A-Fa-f]{1,2}(?:(?::[0-9A-Fa-f]{1,2}){5}|(?:-[0-9A-Fa-f]{1,2}){5}|(?:\.[0-9A-Fa-f]{1,2}){5}))|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}|[0-9A-Fa-f]{12}/y;

/** The six bytes of a text that matches `macPattern`. */
export function readMac(text: string): readonly number[] {
  const parts = text.split(/[:.-]/);
  const digits = parts.length === 6 ? parts.map((part) => part.padStart(2, "0")).join("") : parts.join("");
  return [0, 2, 4, 6, 8, 10].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}
