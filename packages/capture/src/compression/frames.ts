// What the formats of zstd and lz4 share: a file is a row of frames, each beginning with its magic. Frames with other
// people's data may be among them, and are skipped.
//
// A frame may be empty, and a file may have a million empty ones. So after each frame the event loop gets its turn,
// which timers and signals need, and the reader gets a piece without bytes: only there can it say that it wants no
// more.

import { setImmediate } from "node:timers/promises";
import { ByteQueue } from "./byte-queue.js";
import { DamagedCompression } from "./errors.js";

/** Magics of skippable frames: sixteen, from this on. */
const firstSkippable = 0x184d2a50;
const skippables = 16;

const nothing: Uint8Array = new Uint8Array(0);

/**
 * Goes from frame to frame: takes the magic of each from the queue, then has `decompressFrame` give its bytes. Throws
 * DamagedCompression for what begins like no frame.
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
