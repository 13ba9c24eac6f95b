// What captures are compressed with, told by the first bytes of the file and not by its name. All decompressors stream:
// they take pieces of the file and give pieces of the capture, none longer than 4 MiB whatever the file announces. So a
// file that unpacks to a thousand times its size costs time, but no memory. What decompresses is loaded when the first
// compressed file is read: most files are not compressed, and need not wait for it.

import { detectFormat } from "@tsnids/pcap";
import { gunzip } from "./gzip.js";
import { unlz4 } from "./lz4.js";
import { unzstd } from "./zstd.js";

/**
 * Decompresses `input` to pieces that are valid until the next one is asked for. Whoever gives the pieces of the input
 * must not change them afterwards. Throws CutCompression where the input ends too soon and DamagedCompression where it
 * is wrong, both after everything that could be decompressed.
 */
export type Decompress = (input: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** A compression that is read. */
export interface Compression {
  /** What people call it: its name in the table of formats of the package pcap. */
  readonly name: string;
  readonly decompress: Decompress;
}

const compressions: readonly Compression[] = [
  { name: "gzip", decompress: gunzip },
  { name: "zstd", decompress: unzstd },
  { name: "lz4", decompress: unlz4 },
];

/** The compression of a file that begins with `head`; undefined where it is none of these. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  const name = detectFormat(head)?.name;
  return compressions.find((compression) => compression.name === name);
}
