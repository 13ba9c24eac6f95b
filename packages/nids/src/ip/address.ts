// Addresses as text, and with a port behind them: dotted decimal for IPv4, RFC 5952 for IPv6.

/** The text of an address of 4 or 16 bytes in network order. */
export function formatAddress(address: Uint8Array): string {
  return address.length === 4 ? address.join(".") : formatIpv6(address);
}

/** "10.0.0.1:80" or "[2001:db8::1]:80" (RFC 5952 §6), for an address that is text already. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** RFC 5952 §4: lower case, no leading zeros, the longest run of at least two zero groups (the first of equals) as "::". */
function formatIpv6(address: Uint8Array): string {
  const view = new DataView(address.buffer, address.byteOffset, 16);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2));
  if (isMapped(groups)) return `::ffff:${address.subarray(12).join(".")}`; // §5
  let best = -1;
  let longest = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > longest) {
      best = start;
      longest = end - start;
    }
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return best < 0 ? text(0, 8) : `${text(0, best)}::${text(best + longest, 8)}`;
}

/** ::ffff:0:0/96, an IPv4 address inside IPv6 (RFC 4291 §2.5.5.2). */
function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

/** The bytes of an address written as text, or undefined where it is not one. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** No zeros in front: "010" is 8 to some programs and 10 to others (RFC 6943 §3.1.1). */
function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return;
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? "", halves.length === 1), groupsOf(halves[1] ?? "", true)];
  if (head === undefined || tail === undefined) return undefined;
  const zeros = 16 - head.length - tail.length;
  if (halves.length === 2 ? zeros < 2 : zeros !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(zeros).fill(0), ...tail]);
}

/** The bytes of groups joined by ":"; the last group of an address may be an IPv4 address. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    const mayEmbed = isEnd && index === groups.length - 1 && group.includes(".");
    const embedded = mayEmbed ? parseIpv4(group) : undefined;
    if (embedded !== undefined) bytes.push(...embedded);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) bytes.push(parseInt(group, 16) >>> 8, parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
