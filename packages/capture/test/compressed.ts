// Compressed captures for the tests of this package. Node compresses gzip; of zstd and lz4 there are small files made by
// their own commands, and frames put together here, whose blocks are stored as they are, for captures of any size.

import xxhash from "xxhash-wasm";
import { pcapOf } from "./sample.js";

/** What the commands below compressed. */
export const smallCapture: Uint8Array = pcapOf([10, 20, 3000, 40]);

const fromBase64 = (text: string): Uint8Array => Buffer.from(text, "base64");

/** `zstd -19`, with a checksum. */
export const byZstd: Uint8Array = fromBase64(
  "KLUv/QRopQEAyNTDsqECAAQABAABAAoBFAECALgLAgMAKAMNoEBiBuYB4D6UdGJppw+MQelZeWxk3d36DjRV+Bw=",
);
/** `zstd --no-check` */
export const byZstdWithoutChecksum: Uint8Array = fromBase64(
  "KLUv/QBYxQEAwNTDsqECAAQABAABAAoUAQIAuAsCAwAoAw0AcEV27gIMaYfzbIcbGBouyS5fUCTAhl2+YJMNcAE=",
);
/** `lz4`, with a checksum. */
export const byLz4: Uint8Array = fromBase64(
  "BCJNGGRAp1EAAACG1MOyoQIABAABADYEAAENACMACgQABgIABB4AExQEAB8BAQAAEwIvACK4CwQAHwIBAP//////////////rxMDyAsTKAQAHwMB" +
    "AA9QAwMDAwMAAAAA0dyPXQ==",
);
/** `lz4 -9 -BD -BX -B4`: blocks refer to those before them, and have checksums. */
export const byLz4WithLinkedBlocks: Uint8Array = fromBase64(
  "BCJNGHRAvVAAAACG1MOyoQIABAABADcEAAEOABMKBAAGAQAEHgATFAQAHwEBAAATAiQAIrgLBAAfAgEA//////////////+vEwPICxMoBAAfAwEA" +
    "D1ADAwMDAwynysAAAAAA0dyPXQ==",
);

const uint32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

function piecesOf(bytes: Uint8Array, length: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  );
}

/** A frame of zstd: stored blocks of 128 KiB, the last one empty, a window of 128 KiB, a checksum. */
export async function storedZstd(bytes: Uint8Array): Promise<Uint8Array> {
  const block = (content: Uint8Array, isLast: boolean): Uint8Array =>
    Buffer.concat([uint32((content.length << 3) | (isLast ? 1 : 0)).subarray(0, 3), content]);
  const blocks = piecesOf(bytes, 128 * 1024).map((piece) => block(piece, false));
  const checksum = uint32(Number((await xxhash()).create64().update(bytes).digest() & 0xffffffffn));
  const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x04, 7 << 3);
  return Buffer.concat([header, ...blocks, block(new Uint8Array(0), true), checksum]);
}

/** A frame of lz4: stored blocks of 64 KiB, a checksum. */
export async function storedLz4(bytes: Uint8Array): Promise<Uint8Array> {
  const hashes = await xxhash();
  const flags = Uint8Array.of(0x64, 0x40);
  const blocks = piecesOf(bytes, 64 * 1024).flatMap((piece) => [uint32((0x80000000 | piece.length) >>> 0), piece]);
  const header = [uint32(0x184d2204), flags, Uint8Array.of((hashes.h32Raw(flags) >>> 8) & 255)];
  return Buffer.concat([...header, ...blocks, uint32(0), uint32(hashes.h32Raw(bytes))]);
}

/** A frame of zstd with nothing in it, that asks for a window of 128 MiB; one of lz4, for blocks of 4 MiB. */
export const emptyZstd: Uint8Array = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, 1, 0, 0);
export const emptyLz4: Uint8Array = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x40, 0x70, 0xdf, 0, 0, 0, 0);

/** A frame of somebody else's data, as both formats may have it. */
export function skippableFrame(length: number): Uint8Array {
  return Buffer.concat([uint32(0x184d2a53), uint32(length), new Uint8Array(length).fill(7)]);
}
