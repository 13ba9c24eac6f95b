/**
 * The event log: what an engine reported, as plain lines of text that can be compared with a scenario page. The lines
 * know nothing of any engine; a runner turns its events into them.
 *
 *     open     C>S handshake            how the stream began, from client to server
 *     data     C>S 0 "0123456789"       direction, stream offset of the first fresh byte, bytes
 *     urgent   C>S 3 "g"                the same, for urgent bytes
 *     gap      C>S 10 +5 capture-loss   offset, length, reason
 *     datagram C>S "query"              one UDP datagram
 *     close | reset | timeout idle | exiting
 *     alert    tcp-checksum
 *
 * The connections of a page are numbered. The first has no number; of the others it stands behind the letters:
 * `data C2>S2 0 "x"`, `close C2`. Words are separated by any number of spaces; lines are compared in their normal form,
 * with one. Bytes are printable ASCII in quotes, `\"` and `\\` for the two special ones, `\xNN` for all others.
 * A page may write `"ab"*500`, which stands for the thousand bytes.
 */
import type { Side } from "./conversation.js";
import { TestkitError } from "./errors.js";
import { octets } from "./octets.js";

/** One quoted string, with its repetition if it has one. */
const quotedPattern = /^"((?:[^"\\]|\\.)*)"(?:\*(\d+))?$/;
/** What normalising changes: strings, a quote that is never closed (which is an error), and blanks. */
const lineTokens = /"(?:[^"\\]|\\.)*"(?:\*\d+)?|"|\s+/g;
const escapePattern = /\\(?:x([0-9a-fA-F]{2})|(.))/g;
const namedEscapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["0", "\0"],
  ['"', '"'],
  ["\\", "\\"],
]);
/** Longest byte string that a repetition may stand for. */
const maxRepeatedBytes = 1 << 20;

/** Bytes in quotes: printable ASCII as it is, `"` and `\` behind a backslash, all others as \xNN. */
export function quoteBytes(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === "\\") return `\\${character}`;
    return byte >= 0x20 && byte < 0x7f ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${characters.join("")}"`;
}

/**
 * Bytes of a quoted string, with an optional repetition behind it: `"a\r\n\x00"`, `"ab"*3`.
 * Throws TestkitError `bad-data` for an unknown escape, no quotes, or more than 1 MiB.
 */
export function unquoteBytes(quoted: string): Uint8Array {
  const match = quotedPattern.exec(quoted);
  if (match === null) throw new TestkitError("bad-data", `${quoted} is not a quoted string`);
  const text = (match[1] ?? "").replace(escapePattern, (escape: string, hex?: string, name?: string) => {
    const character = hex === undefined ? namedEscapes.get(name ?? "") : String.fromCharCode(parseInt(hex, 16));
    if (character === undefined)
      throw new TestkitError("bad-data", `${escape} is none of \\n \\r \\t \\0 \\" \\\\ \\xNN`);
    return character;
  });
  const times = Number(match[2] ?? "1");
  if (text.length * times > maxRepeatedBytes) throw new TestkitError("bad-data", `${quoted} is more than 1 MiB`);
  return octets(text.repeat(times));
}

/** Normal form of a line: one space between words, strings as `quoteBytes` writes them. Throws TestkitError `bad-data`. */
export function normalLine(line: string): string {
  return line.trim().replace(lineTokens, (token) => (token.startsWith('"') ? quoteBytes(unquoteBytes(token)) : " "));
}

function connectionNumber(connection: number): string {
  return connection === 1 ? "" : String(connection);
}

/** `C>S`, `S>C`, `C2>S2`: which way the bytes of `from` go. */
export function directionText(from: Side, connection = 1): string {
  const number = connectionNumber(connection);
  return from === "client" ? `C${number}>S${number}` : `S${number}>C${number}`;
}

/** A stream began; `how` is one word, such as "handshake" or "midstream". */
export function openLine(how: string, connection = 1): string {
  return `open ${directionText("client", connection)} ${how}`;
}

/** Fresh bytes from `from`, the first of them at `offset` of its stream. */
export function dataLine(from: Side, offset: number, bytes: Uint8Array, connection = 1): string {
  return `data ${directionText(from, connection)} ${offset} ${quoteBytes(bytes)}`;
}

/** Urgent bytes from `from`. */
export function urgentLine(from: Side, offset: number, bytes: Uint8Array, connection = 1): string {
  return `urgent ${directionText(from, connection)} ${offset} ${quoteBytes(bytes)}`;
}

/** `length` bytes of `from` were given up. */
export function gapLine(from: Side, offset: number, length: number, reason: string, connection = 1): string {
  return `gap ${directionText(from, connection)} ${offset} +${length} ${reason}`;
}

/** One UDP datagram from `from`. */
export function datagramLine(from: Side, bytes: Uint8Array, connection = 1): string {
  return `datagram ${directionText(from, connection)} ${quoteBytes(bytes)}`;
}

/** A stream ended; `how` is "close", "reset", "timeout" or "exiting", `reason` a word more where the page wants one. */
export function endLine(how: string, reason?: string, connection = 1): string {
  return [how, ...(connection === 1 ? [] : [`C${connection}`]), ...(reason === undefined ? [] : [reason])].join(" ");
}

/** The engine raised the alert of this code. */
export function alertLine(code: string): string {
  return `alert ${code}`;
}
