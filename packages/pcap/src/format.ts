// Which format a capture has, by its first bytes and not by its name. The table is the one place that knows formats:
// a new one is a line with the bytes it begins with and how its decoder is made. Compressions are in the table without a
// decoder, so that who reads files knows what to unpack, and a message can call them by name.

import type { CaptureDecoder } from "./capture-decoder.js";
import { CaptureFormatError } from "./errors.js";
import { PcapDecoder } from "./pcap/decoder.js";
import { pcapVariants } from "./pcap/layout.js";
import type { PcapngBlockListener } from "./pcapng/blocks.js";
import { PcapngDecoder } from "./pcapng/decoder.js";
import { BlockType } from "./pcapng/layout.js";

/** What a decoder can be told, whatever the format. */
export interface DecoderOptions {
  /** Told of what a file holds besides frames, in formats that can: pcapng. */
  readonly onBlock?: PcapngBlockListener | undefined;
}

/** A file format of captures, or one that captures are found wrapped in. */
export interface CaptureFormat {
  /** What people call it. */
  readonly name: string;
  /** The bytes that a file of this format can begin with: any of these. */
  readonly magics: readonly (readonly number[])[];
  /** Makes a decoder for one capture; undefined for a compression: what is inside has a format of its own. */
  readonly decoder: ((options?: DecoderOptions) => CaptureDecoder) | undefined;
}

/** All formats that are told apart. No magic is the beginning of another. */
export const captureFormats: readonly CaptureFormat[] = [
  ...[...new Set(pcapVariants.map(({ name }) => name))].map((name) => ({
    name,
    magics: pcapVariants.filter((variant) => variant.name === name).flatMap(({ magic }) => bothByteOrders(magic)),
    decoder: () => new PcapDecoder(),
  })),
  {
    name: "pcapng",
    magics: [bigEndian(BlockType.SECTION_HEADER)],
    decoder: (options) => new PcapngDecoder(options),
  },
  { name: "gzip", magics: [[0x1f, 0x8b]], decoder: undefined },
  { name: "zstd", magics: [[0x28, 0xb5, 0x2f, 0xfd], ...skippableMagics()], decoder: undefined },
  { name: "lz4", magics: [[0x04, 0x22, 0x4d, 0x18]], decoder: undefined },
  { name: "lz4 in its legacy format (lz4 -l)", magics: [[0x02, 0x21, 0x4c, 0x18]], decoder: undefined },
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
 * Throws CaptureFormatError `empty`, `cut-header`, `unknown-format`, or `unsupported-format` for what is compressed.
 */
export function openDecoder(head: Uint8Array, options: DecoderOptions = {}): CaptureDecoder {
  if (head.length === 0) {
    throw new CaptureFormatError("empty", 0, "there is nothing, not even a file header");
  }
  const format = detectFormat(head);
  if (format?.decoder !== undefined) {
    return format.decoder(options);
  }
  const read = captureFormats.filter(({ decoder }) => decoder !== undefined).map(({ name }) => name);
  if (format !== undefined) {
    const what = `this is compressed with ${format.name}, and has to be decompressed first`;
    throw new CaptureFormatError("unsupported-format", 0, what);
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

/**
 * What the skippable frames of zstd begin with (RFC 8878 §3.1.2), and so every file of pzstd. lz4's are the same: an
 * lz4 file that begins with one is taken for zstd.
 */
function skippableMagics(): readonly (readonly number[])[] {
  return Array.from({ length: 16 }, (_, kind) => bigEndian(0x502a4d18 + kind * 0x01000000));
}

/** A number as the four bytes a file of either byte order begins with. */
function bothByteOrders(magic: number): readonly (readonly number[])[] {
  return [bigEndian(magic), bigEndian(magic).reverse()];
}

function bigEndian(magic: number): number[] {
  return [magic >>> 24, (magic >>> 16) & 255, (magic >>> 8) & 255, magic & 255];
}

/** Bytes for a message, as hexadecimal numbers and as text: 89 50 4e 47 (".PNG"). */
function describe(bytes: Uint8Array): string {
  const numbers = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && byte !== 0x22;
  const text = Array.from(bytes, (byte) => (isPlain(byte) ? String.fromCharCode(byte) : "."));
  return `${numbers.join(" ")} ("${text.join("")}")`;
}
