// The way of frames to one worker: a few blocks, made once, that go there and come back. They bound what is read ahead:
// where all are with the worker, reading waits for it.

import type { CaptureInterface, FrameBatch } from "@tsnids/pcap";
import { BlockWriter } from "./block-writer.js";
import { allocateBlock, FrameBlock } from "./frame-block.js";
import type { MessageToWorker } from "./messages.js";

/** Blocks that may be on their way to a worker at once; about 640 KB each. */
export const blocksInFlight = 8;

export class Lane {
  /** The blocks' memory, for the worker. */
  readonly memory: readonly SharedArrayBuffer[];
  /** Frames that the worker was given alone, and their bytes. */
  readonly sorted: { frames: number; bytes: number } = { frames: 0, bytes: 0 };
  /** Writes into the block that is being filled. */
  readonly writer: BlockWriter = new BlockWriter();
  private readonly post: (message: MessageToWorker) => void;
  private readonly blocks: readonly FrameBlock[];
  private readonly free: number[];
  private freed: () => void = () => undefined;
  /** The number of the block that is being filled. */
  private filling: number | undefined;
  /** The interfaces of what is being filled, and of what was sent last. */
  private interfaces: readonly CaptureInterface[] = [];
  private sentInterfaces: readonly CaptureInterface[] = [];

  /** `post` sends to the worker. */
  constructor(post: (message: MessageToWorker) => void) {
    this.post = post;
    this.memory = Array.from({ length: blocksInFlight }, allocateBlock);
    this.blocks = this.memory.map((memory) => new FrameBlock(memory));
    this.free = [...this.memory.keys()];
  }

  /** The frames to come are of this batch. */
  begin({ interfaces, bytes }: FrameBatch): void {
    if (interfaces !== this.interfaces) this.flush();
    this.interfaces = interfaces;
    this.writer.read(bytes);
  }

  /** Adds that packet time has come to `seconds`; waits for room. */
  async tick(seconds: number): Promise<void> {
    const block = this.block ?? (await this.nextBlock());
    const { length, capacity } = block;
    (length < capacity ? block : await this.nextBlock()).pushTick(seconds);
  }

  /** Sends what was filled, if there is something. */
  flush(): void {
    const { filling, block, interfaces } = this;
    if (filling === undefined || block === undefined || block.length === 0) return;
    this.writer.copy();
    this.writer.begin(undefined);
    this.filling = undefined;
    const isKnown = interfaces === this.sentInterfaces;
    this.sentInterfaces = interfaces;
    this.post({ type: "frames", block: filling, entries: block.length, interfaces: isKnown ? undefined : interfaces });
  }

  /** Sends what was filled and goes on with an empty block; waits while the worker has all of them. */
  async nextBlock(): Promise<FrameBlock> {
    this.flush();
    while (this.filling === undefined) {
      this.filling = this.free.pop();
      if (this.filling === undefined) await this.nextFreed();
    }
    const block = this.blocks[this.filling] as FrameBlock;
    block.length = 0;
    this.writer.begin(block);
    return block;
  }

  /** The worker needs a block no more. */
  giveBack(block: number): void {
    this.free.push(block);
    this.freed();
  }

  private get block(): FrameBlock | undefined {
    return this.filling === undefined ? undefined : this.blocks[this.filling];
  }

  private nextFreed(): Promise<void> {
    return new Promise((resolve) => {
      this.freed = resolve;
    });
  }
}
