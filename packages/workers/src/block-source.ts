// Frames in a worker: out of the blocks that the reading thread passes on, the worker's own ones, and those that are for all. Of the others the worker
// learns what time it is: where they move the packet clock on, its engine is told so, in its place among the frames.
//
//   block    │ 7 own │ 7 other │ 8 other │ 8 own │ 9 own │       (seconds)
//   batches  │ 7 own │  silent until 8   │ 8 own │ 9 own │

import { setImmediate } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import { FrameBatch, intakeLength } from "@tsnids/pcap";
import type { CaptureInterface, FrameSource } from "@tsnids/pcap";
import { everyShare } from "@tsnids/nids";
import { copyFrames } from "./copy-frames.js";
import type { Choice } from "./copy-frames.js";
import { FrameBlock, framesOfBlock } from "./frame-block.js";
import type { MessageFromWorker, MessageToWorker } from "./messages.js";

type FramesMessage = Extract<MessageToWorker, { type: "frames" }>;

export class BlockSource implements FrameSource {
  /** How many lists of interfaces there were: the number of the current one. */
  list = 0;
  private readonly port: MessagePort;
  private readonly share: number;
  private readonly blocks: readonly FrameBlock[];
  private readonly waiting: MessageToWorker[] = [];
  private arrived: () => void = () => undefined;
  private interfaces: readonly CaptureInterface[] = [];

  constructor(port: MessagePort, share: number, memory: readonly SharedArrayBuffer[]) {
    this.port = port;
    this.share = share;
    this.blocks = memory.map((block) => new FrameBlock(block));
    port.on("message", (message: MessageToWorker) => {
      this.waiting.push(message);
      this.arrived();
    });
  }

  /** Interfaces of the current list. */
  get interfaceCount(): number {
    return this.interfaces.length;
  }

  async *batches(intake: Uint8Array = new Uint8Array(intakeLength)): AsyncGenerator<FrameBatch, void, undefined> {
    const batch = new FrameBatch(framesOfBlock);
    batch.bytes = intake;
    for (;;) {
      const message = await this.next();
      if (message.type === "end") return;
      if (message.type === "silence") {
        batch.beSilent(message.until);
        yield batch;
        continue;
      }
      if (message.interfaces !== undefined) {
        this.interfaces = message.interfaces;
        this.list++;
      }
      batch.interfaces = this.interfaces;
      yield* this.framesOf(message, batch);
      await setImmediate(); // What else the module waits for gets its turn.
    }
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

  /** The worker's frames of a block, which is given back when the last of them is copied. */
  private *framesOf({ block: number, frames, ticks }: FramesMessage, batch: FrameBatch): Generator<FrameBatch> {
    const block = this.blocks[number] as FrameBlock;
    const choice: Choice = { shares: block.shares, share: this.share };
    const silences = Array.from(block.ticks.subarray(0, ticks)).filter((index) => this.isOther(block.shares[index]));
    let first = 0;
    for (const end of [...silences, frames]) {
      const second = block.seconds[end] as number;
      batch.clear();
      copyFrames(block, first, end, batch, choice);
      if (end === frames) this.port.postMessage({ type: "free", block: number } satisfies MessageFromWorker);
      if (batch.length > 0) yield batch;
      if (end < frames) {
        batch.beSilent(second);
        yield batch;
      }
      first = end;
    }
  }

  private isOther(share: number | undefined): boolean {
    return share !== this.share && share !== everyShare;
  }
}
