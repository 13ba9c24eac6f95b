// From the bytes of a feed to batches of frames, and a word about silence: when nothing has come for a second, a batch without
// frames says how far time has come, so that the timers of an engine run (see FrameBatch.silentUntil).
//
//     feed ─► ByteInlet ─► intake: │   rrrr rrrrrr rrr├──► decoder ─► FrameBatch
//                                  the beginning of a record that is not whole is moved to the front when room gets short

import { FrameBatch, intakeChunk, intakeHeadroom, intakeLength, longestMagic, openDecoder } from "@tsnids/pcap";
import type { CaptureDecoder, Truncation } from "@tsnids/pcap";
import type { ByteInlet, Timekeeper } from "./byte-inlet.js";
import type { SlowConsumer } from "./slow-consumer.js";

/** Milliseconds without a frame that are silence, and between two words about it. */
const silence = 1000;

/**
 * The frames of a feed, until its end; returns where it was cut, if not between two records. `lag` is how many seconds a frame
 * may be late. Throws CaptureFormatError for bytes that are no capture.
 */
export async function* liveFrames(
  inlet: ByteInlet,
  block: Uint8Array,
  lag: number,
  time: Timekeeper,
  consumer: SlowConsumer,
): AsyncGenerator<FrameBatch, Truncation | undefined, undefined> {
  const batch = new FrameBatch();
  let decoder: CaptureDecoder | undefined;
  // block[start, end) is what was read and not decoded yet.
  let start = intakeHeadroom;
  let end = intakeHeadroom;
  for (;;) {
    const left = end - start;
    if (left === 0 || intakeLength - end < intakeChunk / 2) {
      block.copyWithin(intakeHeadroom - left, start, end);
      start = intakeHeadroom - left;
      end = intakeHeadroom;
    }
    const reading = await inlet.read(block, end, intakeLength - end, silence);
    if (reading === 0) return decoder?.finish(left);
    if (reading === "silence") {
      batch.beSilent(Math.floor(time.now() / 1000) - lag);
      yield batch;
      continue;
    }
    end += reading;
    if (end - start >= longestMagic) decoder ??= openDecoder(block.subarray(start, end));
    while (decoder !== undefined) {
      start = decoder.decode(block, start, end, batch);
      if (batch.length === 0) break;
      consumer.given(time.now());
      yield batch;
      consumer.asked(time.now());
    }
  }
}
