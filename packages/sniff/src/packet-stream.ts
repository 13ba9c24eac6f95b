// The packets of a source, one after the other, until there are enough, time is up, or the caller wants no more. Once
// the signal is aborted, a source that waits for frames is not waited for.

import { setImmediate } from "node:timers/promises";
import { iteratorOf } from "@tsnids/pcap";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { PacketDecoder } from "./decoder.js";
import type { Packet } from "./packet.js";

/** Milliseconds after which the event loop gets its turn: where all frames are at hand, a timer would never fire. */
const turnMs = 10;

/** At most `count` packets of a source; none after `signal` was aborted. Throws what the source does. */
export async function* packetsOf(
  source: FrameSource,
  count: number,
  signal: AbortSignal,
): AsyncGenerator<Packet, void, undefined> {
  const decoder = new PacketDecoder();
  let left = count;
  const turns = new Turns();
  for await (const batch of untilAborted(source, signal)) {
    await turns.giveWhenDue(); // also where no batch has frames
    const { bytes, interfaces, offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = batch;
    for (let index = 0; index < batch.length && !signal.aborted; index++) {
      const start = offset[index]!;
      const frame = bytes.slice(start, start + capturedLength[index]!);
      const time = { seconds: seconds[index]!, nanoseconds: nanoseconds[index]! };
      yield decoder.decode(frame, time, interfaces[interfaceIndex[index]!]!.linkType, originalLength[index]);
      if (--left === 0) return;
      await turns.giveWhenDue();
    }
  }
}

/** When the event loop gets its turn. */
class Turns {
  #due = performance.now() + turnMs;

  /** Resolves after a turn of the event loop, or at once where none is due. */
  async giveWhenDue(): Promise<void> {
    if (performance.now() < this.#due) return;
    await setImmediate();
    this.#due = performance.now() + turnMs;
  }
}

async function* untilAborted(source: FrameSource, signal: AbortSignal): AsyncGenerator<FrameBatch, void, undefined> {
  const iterator = iteratorOf(source);
  let stopWaiting = (): void => undefined;
  const stop = (): void => stopWaiting();
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (!signal.aborted) {
      // One promise for each item: races against one long-lived promise would pile up in it.
      const next = await new Promise<IteratorResult<FrameBatch> | undefined>((resolve, reject) => {
        stopWaiting = () => resolve(undefined);
        Promise.resolve(iterator.next()).then(resolve, reject);
      });
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    const closed = Promise.resolve(iterator.return?.());
    // After an abort the source may still wait for a frame, and would close only when that has come.
    if (signal.aborted) closed.catch(() => undefined);
    else await closed;
  }
}
