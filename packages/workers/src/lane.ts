// The way of frames to one worker: a few blocks, made once, that go there and come back. They bound what is read ahead:
// where all are with the worker, reading waits for it.

import { reasonOf } from "@tsnids/nids";
import type { CaptureInterface } from "@tsnids/pcap";
import { WorkerError } from "./errors.js";
import { FrameBlock } from "./frame-block.js";
import type { InterfaceList } from "./interface-lists.js";
import { LaneRecord } from "./lane-record.js";
import type { MessageToWorker } from "./messages.js";
import type { SpreadingMemory } from "./spreading-memory.js";

export class Lane {
  private readonly post: (message: MessageToWorker) => void;
  private readonly record: LaneRecord;
  private readonly blocks: readonly FrameBlock[];
  private readonly free: number[];
  private freed: () => void = () => undefined;
  /** The number of the block that is being filled. */
  private filling: number | undefined;
  /** The interfaces of what is being filled. */
  private list: InterfaceList | undefined;
  /** How many interfaces of each list the worker knows. */
  private readonly known: WeakMap<InterfaceList, number> = new WeakMap();

  /** The lane of this number; `post` sends to its worker. */
  constructor(memory: SpreadingMemory, index: number, post: (message: MessageToWorker) => void) {
    this.post = post;
    this.record = new LaneRecord(memory.buffer, memory.laneAt(index));
    this.blocks = memory.blocksOf(index).map((start) => new FrameBlock(memory.buffer, start));
    this.free = [...this.blocks.keys()];
  }

  /** Where its blocks begin. */
  get blockStarts(): number[] {
    return this.blocks.map(({ start }) => start);
  }

  /** Frames that the worker was given alone, and their bytes. */
  get sorted(): { readonly frames: number; readonly bytes: number } {
    return this.record.sorted;
  }

  /** The interfaces of the frames to come are in this list. */
  begin(list: InterfaceList): void {
    if (list !== this.list) this.flush();
    this.list = list;
  }

  /** True where the block that is being filled takes a frame of so many bytes. */
  hasRoom(bytes: number): boolean {
    return this.record.hasRoom(bytes);
  }

  /** Adds the frame with these bytes, of which an entry of `columns` says the rest. There is room. */
  add(columns: FrameBlock, entry: number, frame: Uint8Array): void {
    const { block, record } = this;
    block?.put(
      record.entries,
      record.end,
      frame.length,
      columns.originalLength[entry] as number,
      columns.seconds[entry] as number,
      columns.nanoseconds[entry] as number,
      columns.interfaceIndex[entry] as number,
    );
    block?.bytes.set(frame, record.end);
    record.grow(frame.length);
  }

  /** A frame of so many bytes was for this worker alone. */
  countSorted(bytes: number): void {
    this.record.countSorted(bytes);
  }

  /** Adds that packet time has come so far; waits for room. */
  async tick(seconds: number, nanoseconds: number): Promise<void> {
    const { record } = this;
    if (!record.hasRoom(0)) await this.nextBlock();
    this.block?.putTick(record.entries, record.end, seconds, nanoseconds);
    record.grow(0);
  }

  /** Sends what was filled, if there is something. Throws WorkerError `invalid-argument` for a source's interfaces. */
  flush(): void {
    const { filling, list } = this;
    const { entries } = this.record;
    if (filling === undefined || list === undefined || entries === 0) return;
    this.filling = undefined;
    this.record.close();
    const { number, interfaces } = list;
    try {
      const added = interfaces.slice(this.known.get(list)).map(plainInterface);
      this.known.set(list, interfaces.length);
      this.post({ type: "frames", block: filling, entries, list: number, added });
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
  async nextBlock(): Promise<void> {
    this.flush();
    while (this.filling === undefined) {
      this.filling = this.free.pop();
      if (this.filling === undefined) await this.nextFreed();
    }
    this.record.open(this.block?.start ?? 0);
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
