// zstd (RFC 8878). The package fzstd decompresses blocks; going from block to block is done here, because fzstd
// allocates whatever a frame's header says, up to 2 GiB, and gives out at once all that it was given at once. Here it
// is given one block at a time, which has at most 128 KiB of content, and no frame whose window is larger than
// `largestWindow`. The checksum, which fzstd does not look at, is verified here too.
//
//     │ magic 4 │ descriptor 1 │ window 0-1 │ dictionary 0-4 │ content size 0-8 │ block … block │ checksum 0-4 │
//     block:  │ last 1 bit, type 2 bits, size 21 bits │ content │

import type { XXHash } from "xxhash-wasm";
import type { ByteQueue } from "./byte-queue.js";
import { DamagedCompression } from "./errors.js";
import { decompressFrames } from "./frames.js";
import { xxhash } from "./xxhash.js";

const frameMagic = 0xfd2fb528;

/** Bytes that a frame may refer back to: as much as the command zstd allows when it is not told otherwise. */
export const largestWindow: number = 128 * 1024 * 1024;

/** Bytes of a block's content at most. */
const longestBlock = 128 * 1024;

/** The type of a block that repeats one byte; in a block of the type below, bytes are as they are. */
const repeatedByte = 1;

/** A block of a frame. */
interface Block {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
  /** True for a block that says itself that it is empty. */
  readonly isEmpty: boolean;
}

/** See Decompress. */
export function unzstd(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  return decompressFrames(input, frameMagic, decompressFrame);
}

async function* decompressFrame(queue: ByteQueue): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decompress } = await import("fzstd");
  const { header, hasChecksum } = await takeHeader(queue);
  const hash = hasChecksum ? await contentHash() : undefined;
  const pieces: Uint8Array[] = [];
  const decompressor = new Decompress((piece) => pieces.push(piece));
  const push = (bytes: Uint8Array, isLast: boolean): void => {
    try {
      decompressor.push(bytes, isLast);
    } catch (error) {
      throw new DamagedCompression(error instanceof Error ? error.message : String(error));
    }
  };
  let hasBegun = false;
  for (let isLast = false; !isLast;) {
    const block = await takeBlock(queue);
    isLast = block.isLast;
    const checksum = isLast && hasChecksum ? await queue.take(4) : undefined;
    // Memory that a header asks for is taken only when there is something to put into it.
    if (!hasBegun && !block.isEmpty) {
      push(header, false);
      hasBegun = true;
    }
    if (hasBegun) push(checksum === undefined ? block.bytes : Buffer.concat([block.bytes, checksum]), isLast);
    for (const piece of pieces) {
      hash?.update(piece);
      yield piece;
    }
    pieces.length = 0;
    if (hash !== undefined && checksum !== undefined && Number(hash.digest() & 0xffff_ffffn) !== numberOf(checksum)) {
      throw new DamagedCompression("the content does not match its checksum");
    }
  }
}

async function contentHash(): Promise<XXHash<bigint>> {
  return (await xxhash()).create64();
}

/** The header of a frame, magic included; throws for a frame that needs too much memory or a dictionary. */
async function takeHeader(queue: ByteQueue): Promise<{ readonly header: Uint8Array; readonly hasChecksum: boolean }> {
  const magic = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
  const [descriptor = 0] = await queue.take(1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowLength = isSingleSegment ? 0 : 1;
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const fields = await queue.take(windowLength + dictionaryLength + sizeLength);
  const size = numberOf(fields.subarray(windowLength + dictionaryLength)) + (sizeLength === 2 ? 256 : 0);
  const window = isSingleSegment ? size : windowOf(fields[0] ?? 0);
  if (window > largestWindow) {
    throw new DamagedCompression(`it needs ${window} bytes of memory, more than the ${largestWindow} it is given`);
  }
  if (numberOf(fields.subarray(windowLength, windowLength + dictionaryLength)) !== 0) {
    throw new DamagedCompression("it needs a dictionary");
  }
  const header = Buffer.concat([magic, Uint8Array.of(descriptor), fields]);
  return { header, hasChecksum: (descriptor & 4) !== 0 };
}

/** Bytes of the window that a descriptor stands for: a power of 2 and so many eighths of it. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

async function takeBlock(queue: ByteQueue): Promise<Block> {
  const head = await queue.take(3);
  const value = numberOf(head);
  const type = (value >> 1) & 3;
  const size = value >> 3;
  if (size > longestBlock) throw new DamagedCompression(`a block announces ${size} bytes`);
  const content = await queue.take(type === repeatedByte ? 1 : size);
  return {
    bytes: Buffer.concat([head, content]),
    isLast: (value & 1) === 1,
    isEmpty: size === 0 && type <= repeatedByte,
  };
}

/** A number, least significant byte first. */
function numberOf(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}
