// What the formats of zstd and lz4 share: a file is a row of frames, each beginning with its magic, and among them may be
// frames with other people's data, which are skipped.
//
// A frame need not have any content, and a file may have a million of those. So that timers and signals live, after
// each the event loop gets its turn and whoever reads a piece without bytes: only there it can be heard that nobody
// wants more.

import { setImmediate } from "node:timers/promises";
import { ByteQueue } from "./byte-queue.js";
import { DamagedCompression } from "./errors.js";

/** Magics of skippable frames: sixteen, from this on. */
const firstSkippable = 0x184d2a50;
const skippables = 16;

const nothing: Uint8Array = new Uint8Array(0);

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
    await setImmediate();
    yield nothing;
  }
}
