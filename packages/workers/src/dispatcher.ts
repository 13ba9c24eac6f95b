// Passes the frames of a source on to the workers: the sieve says who is to see each frame, and each worker's lane
// takes its own. What the lanes have is sent when a block is full, and not later than the event loop comes round: then
// the source waits for something.

import { everyShare, FrameSieve } from "@tsnids/nids";
import { maximumCapturedLength } from "@tsnids/pcap";
import type { FrameBatch } from "@tsnids/pcap";
import { WorkerError } from "./errors.js";
import { FrameSpreader } from "./frame-spreader.js";
import { InterfaceLists } from "./interface-lists.js";
import type { Lane } from "./lane.js";
import type { SpreadingMemory } from "./spreading-memory.js";

export class Dispatcher {
  private readonly lanes: readonly Lane[];
  private readonly sieve: FrameSieve;
  private readonly spreader: FrameSpreader;
  private shares: Uint16Array = new Uint16Array(0);
  private ticks: Int32Array = new Int32Array(0);
  /** A view of the bytes of the batch in hand, as long as they are the same ones. */
  private view: DataView = new DataView(new ArrayBuffer(0));
  private readonly lists: InterfaceLists = new InterfaceLists((list) => {
    for (const lane of this.lanes) lane.forget(list);
  });
  private readonly fail: (error: unknown) => void;
  private willFlush = false;

  /** `seed` is what the flows are spread with; `fail` is told what goes wrong when nobody waits for it. */
  constructor(memory: SpreadingMemory, lanes: readonly Lane[], seed: number, fail: (error: unknown) => void) {
    this.lanes = lanes;
    this.sieve = new FrameSieve(lanes.length, seed);
    this.spreader = new FrameSpreader(memory, lanes);
    this.fail = fail;
  }

  /**
   * Passes a batch on; waits where a worker is behind. Throws WorkerError `invalid-argument` for a frame that fits into
   * no block, and for interfaces that cannot be handed over.
   */
  async pass(batch: FrameBatch): Promise<void> {
    if (batch.length === 0) return;
    const list = this.lists.use(batch.interfaces);
    const ticks = this.ticksOf(batch, list.settled);
    for (const lane of this.lanes) lane.begin(list);
    let first = 0;
    for (const end of ticks) {
      await this.spread(batch, first, end);
      await this.tick(batch, end);
      first = end;
    }
    await this.spread(batch, first, batch.length);
    if (this.willFlush) return;
    this.willFlush = true;
    setImmediate(() => {
      this.willFlush = false;
      try {
        this.flush();
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** Nothing was captured until `seconds`. */
  silence(seconds: number): void {
    this.flush();
    this.sieve.silence(seconds);
  }

  /** Sends what the lanes have. Throws as `pass` does. */
  flush(): void {
    for (const lane of this.lanes) lane.flush();
  }

  /** An interface of a list is no longer on trial. */
  settle(list: number, interfaceIndex: number): void {
    this.lists.settle(list, interfaceIndex);
  }

  /** Finds out whom the frames are for, and returns which of them move the packet clock on. */
  private ticksOf(batch: FrameBatch, settled: Uint8Array): number[] {
    const { bytes, length } = batch;
    if (this.shares.length < length) {
      this.shares = new Uint16Array(batch.capacity);
      this.ticks = new Int32Array(batch.capacity);
    }
    const { view } = this;
    const isSame =
      view.buffer === bytes.buffer && view.byteOffset === bytes.byteOffset && view.byteLength === bytes.length;
    if (!isSame) this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const count = this.sieve.sort(batch, this.view, settled, this.shares, this.ticks);
    return Array.from(this.ticks.subarray(0, count));
  }

  /** Gives the frames `first` to `last` - 1 to those they are for; waits where one has no room. */
  private async spread(batch: FrameBatch, first: number, last: number): Promise<void> {
    while (first < last) {
      const count = this.spreader.take(batch, first, last, this.shares);
      if (count === 0) throw tooLong(batch, first);
      for (let next = this.spreader.spread(0, count); next < count; next = this.spreader.spread(next, count)) {
        await this.makeRoom(batch, first + next);
      }
      first += count;
    }
  }

  /** Makes room for a frame where it is wanted and there is none. Throws WorkerError for one that fits into no block. */
  private async makeRoom(batch: FrameBatch, index: number): Promise<void> {
    const captured = batch.capturedLength[index] as number;
    for (const [share, lane] of this.lanes.entries()) {
      if (!this.isFor(index, share) || lane.hasRoom(captured)) continue;
      await lane.nextBlock();
      if (!lane.hasRoom(captured)) throw tooLong(batch, index);
    }
  }

  /** A frame moves the packet clock on: those it is not for are told. */
  private async tick({ seconds, nanoseconds }: FrameBatch, index: number): Promise<void> {
    for (const [share, lane] of this.lanes.entries()) {
      if (!this.isFor(index, share)) await lane.tick(seconds[index] as number, nanoseconds[index] as number);
    }
  }

  private isFor(index: number, share: number): boolean {
    const wanted = this.shares[index] as number;
    return wanted === share || wanted === everyShare;
  }
}

function tooLong({ capturedLength }: FrameBatch, index: number): WorkerError {
  const captured = capturedLength[index] as number;
  const most = `${maximumCapturedLength} are the most a source may give`;
  return new WorkerError("invalid-argument", `a frame of the source has ${captured} bytes; ${most}`);
}
