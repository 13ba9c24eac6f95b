// The way of frames to one worker: a few blocks, made once, that go there and come back. They bound what is read ahead: where all are with the
// worker, reading waits for it.

import { everyShare } from "@tsnids/nids";
import type { CaptureInterface, FrameBatch } from "@tsnids/pcap";
import { copyFrames } from "./copy-frames.js";
import { WorkerError } from "./errors.js";
import { allocateBlock, FrameBlock } from "./frame-block.js";
import type { MessageToWorker } from "./messages.js";

/** Blocks that may be on their way to a worker at once; about 640 KB each. */
export const blocksInFlight = 8;

/** A batch, and whom its frames are for. */
export interface SortedBatch {
  readonly batch: FrameBatch;
  /** For each frame its share, or `everyShare`. */
  readonly shares: Uint16Array;
  /** The frames that move the packet clock on. */
  readonly ticks: readonly number[];
}

export class Lane {
  /** The blocks' memory, for the worker. */
  readonly memory: readonly SharedArrayBuffer[];
  /** Frames that the worker was given alone, and their bytes. */
  readonly sorted: { frames: number; bytes: number } = { frames: 0, bytes: 0 };
  private readonly share: number;
  private readonly post: (message: MessageToWorker) => void;
  private readonly blocks: readonly FrameBlock[];
  private readonly free: number[];
  private freed: () => void = () => undefined;
  /** The number of the block that is being filled. */
  private filling: number | undefined;
  /** The interfaces of what is being filled, and of what was sent last. */
  private interfaces: readonly CaptureInterface[] = [];
  private sentInterfaces: readonly CaptureInterface[] = [];

  /** For the worker with this share; `post` sends to it. */
  constructor(share: number, post: (message: MessageToWorker) => void) {
    this.share = share;
    this.post = post;
    this.memory = Array.from({ length: blocksInFlight }, allocateBlock);
    this.blocks = this.memory.map((memory) => new FrameBlock(memory));
    this.free = [...this.memory.keys()];
  }

  /** Takes the worker's frames of a batch; waits while the worker has all blocks. Throws WorkerError `invalid-argument` for a frame that fits into none. */
  async take({ batch, shares, ticks }: SortedBatch): Promise<void> {
    if (batch.interfaces !== this.interfaces) this.flush();
    this.interfaces = batch.interfaces;
    let first = 0;
    for (const end of [...ticks, batch.length]) {
      while (first < end) {
        const block = await this.blockWithRoom();
        const next = copyFrames(batch, first, end, block, shares, this.share);
        if (next < end && block.length === 0) {
          throw new WorkerError("invalid-argument", `a frame of the source is longer than ${block.bytes.length} bytes`);
        }
        if (next < end) this.flush();
        first = next;
      }
      if (end === batch.length || shares[end] === this.share || shares[end] === everyShare) continue;
      (await this.blockWithRoom()).pushTick(batch.seconds[end] as number);
    }
  }

  /** Sends what was filled, if there is something. */
  flush(): void {
    const { filling, interfaces } = this;
    if (filling === undefined) return;
    const { length } = this.blocks[filling] as FrameBlock;
    if (length === 0) return; // No frame of the last batches was for this worker.
    this.filling = undefined;
    const isKnown = interfaces === this.sentInterfaces;
    this.sentInterfaces = interfaces;
    this.post({ type: "frames", block: filling, entries: length, interfaces: isKnown ? undefined : interfaces });
  }

  /** The worker needs a block no more. */
  giveBack(block: number): void {
    this.free.push(block);
    this.freed();
  }

  private async blockWithRoom(): Promise<FrameBlock> {
    for (;;) {
      if (this.filling !== undefined) {
        const block = this.blocks[this.filling] as FrameBlock;
        if (block.length < block.capacity) return block;
        this.flush();
      }
      this.filling = this.free.pop();
      if (this.filling !== undefined) (this.blocks[this.filling] as FrameBlock).length = 0;
      else await this.nextFreed();
    }
  }

  private nextFreed(): Promise<void> {
    return new Promise((resolve) => {
      this.freed = resolve;
    });
  }
}
