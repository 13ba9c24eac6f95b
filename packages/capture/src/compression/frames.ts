// What the formats of zstd and lz4 share: a file is a row of frames, each beginning with its magic, and among them may be
// frames with other people's data, which are skipped.

import { ByteQueue } from "./byte-queue.js";
import { DamagedCompression } from "./errors.js";

/** Magics of skippable frames: sixteen, from this on. */
const firstSkippable = 0x184d2a50;
const skippables = 16;

/**
 * Goes from frame to frame: `decompressFrame` gives the bytes of one whose magic was taken from the queue already.
 * Throws DamagedCompression for what begins like no frame.
 */
export async function* decompressFrames(
  input: AsyncIterable<Uint8Array>,
  magic: number,
  decompressFrame: (queue: ByteQueue) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const queue = new ByteQueue(input);
  while (!(await queue.isAtEnd())) {
    const found = await queue.takeUint32();
    if (found === magic) {
      yield* decompressFrame(queue);
    } else if (found >= firstSkippable && found < firstSkippable + skippables) {
      await queue.skip(await queue.takeUint32());
    } else {
      throw new DamagedCompression("what comes behind a frame is not the next one");
    }
  }
}
