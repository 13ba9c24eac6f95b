// lz4 in frames (lz4_Frame_format.md 1.6.3 of the lz4 project): what the command lz4 writes. The code is our own,
// because all packages need a compiler, hold the whole file in memory, or have not been maintained for years.
//
//     │ magic 4 │ flags 1 │ block size 1 │ content size 0-8 │ dictionary 0-4 │ header check 1 │ blocks │ 0 │ checksum 0-4 │
//     block:  │ size 31 bits, 1 bit: not compressed │ bytes │ checksum 0-4 │
//
// Blocks may refer to the 64 KiB before them, so these stay in front of the block that is decompressed:
//
//     0          history                       history + longest block
//     │ the last 64 KiB │ this block …         │

import type { XXHashAPI } from "xxhash-wasm";
import type { ByteQueue } from "./byte-queue.js";
import { DamagedCompression } from "./errors.js";
import { decompressFrames } from "./frames.js";
import { decompressBlock } from "./lz4-block.js";
import { xxhash } from "./xxhash.js";

const frameMagic = 0x184d2204;
const history = 64 * 1024;

/** Bytes of a block at most, by the number in the header. */
const blockLengths: ReadonlyMap<number, number> = new Map([
  [4, 64 * 1024],
  [5, 256 * 1024],
  [6, 1024 * 1024],
  [7, 4 * 1024 * 1024],
]);

/** What the header of a frame says. */
interface FrameHeader {
  readonly longestBlock: number;
  readonly hasBlockChecksums: boolean;
  readonly hasChecksum: boolean;
}

/** See Decompress. */
export function unlz4(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  return decompressFrames(input, frameMagic, decompressFrame);
}

async function* decompressFrame(queue: ByteQueue): AsyncGenerator<Uint8Array, void, undefined> {
  const hashes = await xxhash();
  const { longestBlock, hasBlockChecksums, hasChecksum } = await takeHeader(queue, hashes);
  const hash = hasChecksum ? hashes.create32() : undefined;
  let window: Uint8Array | undefined;
  let known = 0;
  for (;;) {
    const field = await queue.takeUint32();
    if (field === 0) break;
    const size = field & 0x7fffffff;
    if (size > longestBlock) throw new DamagedCompression(`a block announces ${size} bytes`);
    const block = await queue.take(size);
    if (hasBlockChecksums && hashes.h32Raw(block) !== (await queue.takeUint32())) {
      throw new DamagedCompression("a block does not match its checksum");
    }
    window ??= new Uint8Array(history + longestBlock);
    let end = history + size;
    if (field >>> 31 === 1) window.set(block, history);
    else end = decompressBlock(block, window, history, history - known);
    const piece = window.subarray(history, end);
    hash?.update(piece);
    yield piece;
    known = Math.min(history, known + piece.length);
    window.copyWithin(history - known, end - known, end);
  }
  if (hash !== undefined && hash.digest() !== (await queue.takeUint32())) {
    throw new DamagedCompression("the content does not match its checksum");
  }
}

async function takeHeader(queue: ByteQueue, hashes: XXHashAPI): Promise<FrameHeader> {
  const [flags = 0, blockSize = 0] = await queue.take(2);
  const fields = await queue.take(((flags & 8) !== 0 ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0));
  const [check] = await queue.take(1);
  if (((hashes.h32Raw(Buffer.concat([Uint8Array.of(flags, blockSize), fields])) >>> 8) & 255) !== check) {
    throw new DamagedCompression("a header does not match its checksum");
  }
  const longestBlock = blockLengths.get((blockSize >> 4) & 7);
  if (flags >> 6 !== 1 || longestBlock === undefined) throw new DamagedCompression("a header of an unknown version");
  if ((flags & 1) !== 0) throw new DamagedCompression("it needs a dictionary");
  return { longestBlock, hasBlockChecksums: (flags & 16) !== 0, hasChecksum: (flags & 4) !== 0 };
}
