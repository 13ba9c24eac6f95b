// From the bytes of a feed to batches of frames, and a word about silence: when nothing has come for a second, a batch
// without frames says how far time has come, so that the timers of an engine run (see FrameBatch.silentUntil).
//
//     feed ─► ByteInlet ─► intake: │   rrrr rrrrrr rrr├──► decoder ─► FrameBatch
//                                  the beginning of a record that is not whole is moved to the front when room gets short

import { FrameBatch, longestMagic, openDecoder } from "@tsnids/pcap";
import type { CaptureDecoder, Truncation } from "@tsnids/pcap";
import { IntakeWindow } from "../file/intake-window.js";
import type { ByteInlet, Timekeeper } from "./byte-inlet.js";
import type { SlowConsumer } from "./slow-consumer.js";

/** Milliseconds without a frame that are silence, and between two words about it. */
const silence = 1000;

/**
 * The frames of a feed, until its end; returns where it was cut, if not between two records. A feed without a single
 * byte is not cut: a program may end before it has anything to say. A frame may be `lag` seconds late. Throws
 * CaptureFormatError for bytes that are no capture.
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
  const window = new IntakeWindow(block);
  for (;;) {
    const room = window.makeRoom();
    const reading = await inlet.read(block, window.end, room, silence);
    if (reading === 0) return decoder === undefined ? cutHeader(window.left) : decoder.finish(window.left);
    if (reading === "silence") {
      batch.beSilent(Math.floor(time.now() / 1000) - lag);
      yield batch;
      continue;
    }
    window.end += reading;
    if (window.left >= longestMagic) decoder ??= openDecoder(window.bytes);
    while (decoder !== undefined) {
      window.start = decoder.decode(block, window.start, window.end, batch);
      if (batch.length === 0) break;
      consumer.given(time.now());
      yield batch;
      consumer.asked(time.now());
    }
  }
}

/** What to say of a feed that ends before its format can be told. */
function cutHeader(left: number): Truncation | undefined {
  if (left === 0) return undefined;
  return { code: "cut-header", offset: 0, message: `the capture ends after ${left} bytes, inside its file header` };
}
