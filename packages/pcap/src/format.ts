// Which format a capture has, by its first bytes and not by its name. The table is the one place that knows formats:
// a new one is a line with the bytes it begins with and how its decoder is made. Formats without a decoder are in the
// table so that a message can call them by name.

import type { CaptureDecoder } from "./capture-decoder.js";
import { CaptureFormatError } from "./errors.js";
import { PcapDecoder } from "./pcap/decoder.js";

/** A file format of captures, or one that captures are found wrapped in. */
export interface CaptureFormat {
  /** What people call it. */
  readonly name: string;
  /** The bytes that a file of this format can begin with: any of these. */
  readonly magics: readonly (readonly number[])[];
  /** Makes a decoder for one capture; undefined where the format is known but not read. */
  readonly decoder: (() => CaptureDecoder) | undefined;
}

/** All formats that are told apart. No magic is the beginning of another. */
export const captureFormats: readonly CaptureFormat[] = [
  {
    name: "pcap",
    magics: [
      [0xa1, 0xb2, 0xc3, 0xd4], // big-endian, microseconds
      [0xd4, 0xc3, 0xb2, 0xa1], // little-endian, microseconds
      [0xa1, 0xb2, 0x3c, 0x4d], // big-endian, nanoseconds
      [0x4d, 0x3c, 0xb2, 0xa1], // little-endian, nanoseconds
    ],
    decoder: () => new PcapDecoder(),
  },
  { name: "pcapng", magics: [[0x0a, 0x0d, 0x0d, 0x0a]], decoder: undefined },
  {
    name: "modified pcap (Kuznetzov)",
    magics: [
      [0xa1, 0xb2, 0xcd, 0x34],
      [0x34, 0xcd, 0xb2, 0xa1],
    ],
    decoder: undefined,
  },
  { name: "gzip", magics: [[0x1f, 0x8b]], decoder: undefined },
  { name: "zstd", magics: [[0x28, 0xb5, 0x2f, 0xfd]], decoder: undefined },
  { name: "lz4", magics: [[0x04, 0x22, 0x4d, 0x18]], decoder: undefined },
];

/** First bytes that are enough to tell every format. */
export const longestMagic: number = Math.max(...captureFormats.flatMap(({ magics }) => magics.map((m) => m.length)));

/** The format of a capture that begins with `head`; undefined for an unknown one, or when `head` is too short to tell. */
export function detectFormat(head: Uint8Array): CaptureFormat | undefined {
  return captureFormats.find(({ magics }) =>
    magics.some((magic) => magic.every((expected, index) => head[index] === expected)),
  );
}

/**
 * A decoder for the capture that begins with `head`: all of it, or at least `longestMagic` bytes.
 * Throws CaptureFormatError `empty`, `cut-header`, `unknown-format` or `unsupported-format`.
 */
export function openDecoder(head: Uint8Array): CaptureDecoder {
  if (head.length === 0) {
    throw new CaptureFormatError("empty", 0, "there is nothing, not even a file header");
  }
  const format = detectFormat(head);
  if (format?.decoder !== undefined) {
    return format.decoder();
  }
  const read = captureFormats.filter(({ decoder }) => decoder !== undefined).map(({ name }) => name);
  if (format !== undefined) {
    throw new CaptureFormatError(
      "unsupported-format",
      0,
      `this is a ${format.name} file; formats read: ${read.join(", ")}`,
    );
  }
  if (head.length < longestMagic) {
    throw new CaptureFormatError(
      "cut-header",
      0,
      `the capture ends after ${head.length} bytes, inside its file header`,
    );
  }
  const found = `this is a file of unknown format that begins with ${describe(head.subarray(0, longestMagic))}`;
  throw new CaptureFormatError("unknown-format", 0, `${found}; formats read: ${read.join(", ")}`);
}

/** Bytes for a message, as hexadecimal numbers and as text: 89 50 4e 47 (".PNG"). */
function describe(bytes: Uint8Array): string {
  const numbers = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && byte !== 0x22;
  const text = Array.from(bytes, (byte) => (isPlain(byte) ? String.fromCharCode(byte) : "."));
  return `${numbers.join(" ")} ("${text.join("")}")`;
}
