// The blocks between the reading thread and the workers, all of the same size, made once. They bound what is read ahead: where all are with
// workers, reading waits for the slowest of them.

import { allocateBlock, FrameBlock } from "./frame-block.js";

/** Blocks that may be on their way to workers at once; about 1.4 MB each. */
export const blocksInFlight = 8;

export class BlockPool {
  /** The blocks' memory, for those it is shared with. */
  readonly memory: readonly SharedArrayBuffer[];
  private readonly blocks: readonly FrameBlock[];
  /** For each block, how many workers have it. */
  private readonly holders: number[];
  private readonly free: number[];

  constructor() {
    this.memory = Array.from({ length: blocksInFlight }, allocateBlock);
    this.blocks = this.memory.map((memory) => new FrameBlock(memory));
    this.holders = this.memory.map(() => 0);
    this.free = [...this.memory.keys()];
  }

  /** The number of a block that nobody has, or undefined. */
  take(): number | undefined {
    return this.free.pop();
  }

  /** The block with this number. */
  block(number: number): FrameBlock {
    return this.blocks[number] as FrameBlock;
  }

  /** The block is with so many workers from now on. */
  lend(number: number, holders: number): void {
    this.holders[number] = holders;
  }

  /** One of them needs it no more. */
  giveBack(number: number): void {
    const left = (this.holders[number] ?? 0) - 1;
    this.holders[number] = left;
    if (left === 0) this.free.push(number);
  }
}
