// The way of frames to one worker: a few blocks, made once, that go there and come back. They bound what is read ahead:
// where all are with the worker, reading waits for it.

import { reasonOf } from "@tsnids/nids";
import type { CaptureInterface, FrameBatch } from "@tsnids/pcap";
import { BlockWriter } from "./block-writer.js";
import { WorkerError } from "./errors.js";
import { allocateBlock, FrameBlock } from "./frame-block.js";
import type { InterfaceList } from "./interface-lists.js";
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
  /** The interfaces of what is being filled. */
  private list: InterfaceList | undefined;
  /** How many interfaces of each list the worker knows. */
  private readonly known: WeakMap<InterfaceList, number> = new WeakMap();

  /** `post` sends to the worker. */
  constructor(post: (message: MessageToWorker) => void) {
    this.post = post;
    this.memory = Array.from({ length: blocksInFlight }, allocateBlock);
    this.blocks = this.memory.map((memory) => new FrameBlock(memory));
    this.free = [...this.memory.keys()];
  }

  /** The frames to come are of this batch, and their interfaces in this list. */
  begin({ bytes }: FrameBatch, list: InterfaceList): void {
    if (list !== this.list) this.flush();
    this.list = list;
    this.writer.read(bytes);
  }

  /** Adds that packet time has come to `seconds`; waits for room. */
  async tick(seconds: number): Promise<void> {
    const block = this.block ?? (await this.nextBlock());
    const { length, capacity } = block;
    (length < capacity ? block : await this.nextBlock()).pushTick(seconds);
  }

  /** Sends what was filled, if there is something. Throws WorkerError `invalid-argument` for a source's interfaces. */
  flush(): void {
    const { filling, block, list } = this;
    if (filling === undefined || block === undefined || list === undefined || block.length === 0) return;
    this.writer.copy();
    this.writer.begin(undefined);
    this.filling = undefined;
    const { number, interfaces } = list;
    try {
      const added = interfaces.slice(this.known.get(list)).map(plainInterface);
      this.known.set(list, interfaces.length);
      this.post({ type: "frames", block: filling, entries: block.length, list: number, added });
    } catch (cause) {
      const reason = reasonOf(cause);
      throw new WorkerError("invalid-argument", `interfaces of the source cannot be handed to a thread: ${reason}`, {
        cause,
      });
    }
  }

  /** No frames of this list come any more. */
  forget({ number }: InterfaceList): void {
    this.post({ type: "forget", list: number });
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

/** An interface without what a source has added of its own, which may be anything. */
function plainInterface({ linkType, snapLength, name, description }: CaptureInterface): CaptureInterface {
  return {
    linkType,
    snapLength,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  };
}
