// Frames in a worker, out of the blocks that the reading thread passes on. Where frames of other workers have moved the
// packet clock on, the engine is told so, in that place among the frames.
//
//   block    │ frame │ frame │ tick │ frame │        ──►   batches  │ frame, frame │ silence │ frame │

import { setImmediate } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import { FrameBatch, intakeLength } from "@tsnids/pcap";
import type { CaptureInterface, FrameSource } from "@tsnids/pcap";
import { FrameBlock, framesOfBlock } from "./frame-block.js";
import { postFromWorker } from "./messages.js";
import type { MessageToWorker } from "./messages.js";

type FramesMessage = Extract<MessageToWorker, { type: "frames" }>;

export class BlockSource implements FrameSource {
  /** The number of the list of interfaces that the current frames are of. */
  list = -1;
  private readonly port: MessagePort;
  private readonly blocks: readonly FrameBlock[];
  private readonly waiting: MessageToWorker[] = [];
  private arrived: () => void = () => undefined;
  /** By number. A list stays the same one as it grows, and when its frames come again: the engine knows it by that. */
  private readonly lists: Map<number, CaptureInterface[]> = new Map();

  constructor(port: MessagePort, memory: SharedArrayBuffer, blocks: readonly number[]) {
    this.port = port;
    this.blocks = blocks.map((start) => new FrameBlock(memory, start));
    port.on("message", (message: MessageToWorker) => {
      this.waiting.push(message);
      this.arrived();
    });
  }

  /** The current list. */
  get interfaces(): readonly CaptureInterface[] {
    return this.lists.get(this.list) ?? [];
  }

  async *batches(intake: Uint8Array = new Uint8Array(intakeLength)): AsyncGenerator<FrameBatch, void, undefined> {
    const batch = new FrameBatch(framesOfBlock);
    batch.bytes = intake;
    for (;;) {
      const message = await this.next();
      if (message.type === "end") return;
      if (message.type === "silence") {
        batch.beSilent(message.until, message.nanoseconds);
        yield batch;
        continue;
      }
      if (message.type === "forget") {
        this.lists.delete(message.list);
        continue;
      }
      batch.interfaces = this.listOf(message);
      yield* this.framesOf(message, batch);
      await setImmediate(); // What else the module waits for gets its turn.
    }
  }

  private listOf({ list: number, added }: FramesMessage): readonly CaptureInterface[] {
    const list = this.lists.get(number) ?? [];
    for (const each of added) list.push(each);
    this.lists.set(number, list);
    this.list = number;
    return list;
  }

  private async next(): Promise<MessageToWorker> {
    for (;;) {
      const message = this.waiting.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.arrived = resolve;
      });
    }
  }

  /** The frames of a block, which is given back when the last of them is copied. */
  private *framesOf({ block: number, entries }: FramesMessage, batch: FrameBatch): Generator<FrameBatch> {
    const block = this.blocks[number] as FrameBlock;
    batch.bytes.set(block.bytes.subarray(0, block.endOf(entries)));
    for (let first = 0; first < entries;) {
      const tick = block.nextTick(first, entries);
      const second = block.seconds[tick] as number;
      const nanoseconds = block.nanoseconds[tick];
      takeColumns(batch, block, first, tick);
      first = tick + 1;
      if (first >= entries) postFromWorker(this.port, { type: "free", block: number });
      if (batch.length > 0) yield batch;
      if (tick === entries) return;
      batch.beSilent(second, nanoseconds);
      yield batch;
    }
  }
}

/** Makes entries `first` to `last` - 1 of a block the frames of a batch. */
function takeColumns(batch: FrameBatch, block: FrameBlock, first: number, last: number): void {
  batch.clear();
  batch.offset.set(block.offset.subarray(first, last));
  batch.capturedLength.set(block.capturedLength.subarray(first, last));
  batch.originalLength.set(block.originalLength.subarray(first, last));
  batch.seconds.set(block.seconds.subarray(first, last));
  batch.nanoseconds.set(block.nanoseconds.subarray(first, last));
  batch.interfaceIndex.set(block.interfaceIndex.subarray(first, last));
  batch.length = last - first;
}
