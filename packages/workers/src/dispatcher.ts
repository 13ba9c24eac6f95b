// Passes the frames of a source on to the workers: copies them into a block, has the sieve say who is to see each, and sends the block's number to all.
// Who sees a frame is written beside it, so a block is written once, whoever reads it.

import { FrameSieve } from "@tsnids/nids";
import { maximumInterfaces } from "@tsnids/pcap";
import type { CaptureInterface, FrameBatch } from "@tsnids/pcap";
import { BlockPool } from "./block-pool.js";
import { copyFrames } from "./copy-frames.js";
import { WorkerError } from "./errors.js";
import type { FrameBlock } from "./frame-block.js";
import type { MessageToWorker } from "./messages.js";

/** A block that is not yet sent, and whose frames are in it. */
interface Filling {
  readonly number: number;
  readonly block: FrameBlock;
  readonly interfaces: readonly CaptureInterface[];
}

export class Dispatcher {
  readonly pool: BlockPool = new BlockPool();
  /** By worker: frames that were its alone. */
  readonly sorted: readonly { frames: number; bytes: number }[];
  /** What the flows are spread with. */
  readonly seed: number;
  private readonly sieve: FrameSieve;
  private readonly post: (message: MessageToWorker) => void;
  private interfaces: readonly CaptureInterface[] = [];
  /** The number of the list of interfaces. */
  private list = 0;
  /** For each interface of the list, 1 where it is no longer on trial. */
  private readonly settled: Uint8Array = new Uint8Array(maximumInterfaces);
  private filling: Filling | undefined;
  private freed: () => void = () => undefined;

  /** `post` sends to all `workers`. */
  constructor(workers: number, seed: number, post: (message: MessageToWorker) => void) {
    this.seed = seed;
    this.sieve = new FrameSieve(workers, seed);
    this.sorted = Array.from({ length: workers }, () => ({ frames: 0, bytes: 0 }));
    this.post = post;
  }

  /** Passes a batch on; waits while all blocks are with workers. Throws WorkerError `invalid-argument` for a frame that fits into none. */
  async pass(batch: FrameBatch): Promise<void> {
    if (batch.length === 0 && batch.silentUntil >= 0) {
      this.flush();
      this.sieve.silence(batch.silentUntil);
      this.post({ type: "silence", until: batch.silentUntil });
    }
    for (let first = 0; first < batch.length;) {
      this.filling ??= await this.emptyBlock(batch.interfaces);
      const { block } = this.filling;
      const next = batch.interfaces === this.filling.interfaces ? copyFrames(batch, first, batch.length, block) : first;
      if (next === first && block.length === 0) {
        throw new WorkerError("invalid-argument", `a frame of the source is longer than ${block.bytes.length} bytes`);
      }
      if (next < batch.length) this.flush();
      first = next;
    }
  }

  /** Sends the block that is being filled, if there is one. */
  flush(): void {
    if (this.filling !== undefined) this.send(this.filling);
    this.filling = undefined;
  }

  /** A worker needs a block no more. */
  giveBack(number: number): void {
    this.pool.giveBack(number);
    this.freed();
  }

  /** An interface of a list is no longer on trial. */
  settle(list: number, interfaceIndex: number): void {
    if (list === this.list) this.settled[interfaceIndex] = 1;
  }

  /** A block to fill. It is sent when it is full, and not later than the event loop comes round: then the source is waiting for something. */
  private async emptyBlock(interfaces: readonly CaptureInterface[]): Promise<Filling> {
    for (;;) {
      const number = this.pool.take();
      if (number === undefined) {
        await new Promise<void>((resolve) => {
          this.freed = resolve;
        });
        continue;
      }
      const block = this.pool.block(number);
      block.length = 0;
      const filling = { number, block, interfaces };
      setImmediate(() => {
        if (this.filling === filling) this.flush();
      });
      return filling;
    }
  }

  private send({ number, block, interfaces }: Filling): void {
    const isOther = interfaces !== this.interfaces;
    if (isOther) {
      this.interfaces = interfaces;
      this.list++;
      this.settled.fill(0);
    }
    const { length, offset, capturedLength, seconds, interfaceIndex, shares } = block;
    const frames = { length, interfaces, offset, capturedLength, seconds, interfaceIndex };
    const ticks = this.sieve.sort(frames, block.view, this.settled, shares, block.ticks);
    this.count(block);
    this.pool.lend(number, this.sorted.length);
    this.post({ type: "frames", block: number, frames: length, ticks, interfaces: isOther ? interfaces : undefined });
  }

  private count({ length, shares, capturedLength }: FrameBlock): void {
    for (let index = 0; index < length; index++) {
      const sorted = this.sorted[shares[index] as number];
      if (sorted === undefined) continue; // for all
      sorted.frames++;
      sorted.bytes += capturedLength[index] as number;
    }
  }
}
