// Passes the frames of a source on to the workers: the sieve says who is to see each frame, and each worker's lane takes its own. What the lanes have is
// sent when a block is full, and not later than the event loop comes round: then the source waits for something.

import { everyShare, FrameSieve } from "@tsnids/nids";
import { maximumInterfaces } from "@tsnids/pcap";
import type { CaptureInterface, FrameBatch } from "@tsnids/pcap";
import type { Lane } from "./lane.js";

export class Dispatcher {
  private readonly lanes: readonly Lane[];
  private readonly sieve: FrameSieve;
  private shares: Uint16Array = new Uint16Array(0);
  private ticks: Int32Array = new Int32Array(0);
  /** A view of the bytes of the batch in hand, as long as they are the same ones. */
  private view: DataView = new DataView(new ArrayBuffer(0));
  private interfaces: readonly CaptureInterface[] = [];
  /** The number of the list of interfaces. */
  private list = 0;
  /** For each interface of the list, 1 where it is no longer on trial. */
  private readonly settled: Uint8Array = new Uint8Array(maximumInterfaces);
  private willFlush = false;

  /** `seed` is what the flows are spread with. */
  constructor(lanes: readonly Lane[], seed: number) {
    this.lanes = lanes;
    this.sieve = new FrameSieve(lanes.length, seed);
  }

  /** Passes a batch on; waits where a worker is behind. Throws what Lane.take throws. */
  async pass(batch: FrameBatch): Promise<void> {
    if (batch.length === 0) return;
    if (batch.interfaces !== this.interfaces) {
      this.interfaces = batch.interfaces;
      this.list++;
      this.settled.fill(0);
    }
    const ticks = this.sort(batch);
    this.count(batch);
    const sorted = { batch, shares: this.shares, ticks: Array.from(this.ticks.subarray(0, ticks)) };
    for (const lane of this.lanes) await lane.take(sorted);
    if (this.willFlush) return;
    this.willFlush = true;
    setImmediate(() => {
      this.willFlush = false;
      this.flush();
    });
  }

  /** Nothing was captured until `seconds`. */
  silence(seconds: number): void {
    this.flush();
    this.sieve.silence(seconds);
  }

  /** Sends what the lanes have. */
  flush(): void {
    for (const lane of this.lanes) lane.flush();
  }

  /** An interface of a list is no longer on trial. */
  settle(list: number, interfaceIndex: number): void {
    if (list === this.list) this.settled[interfaceIndex] = 1;
  }

  /** Fills in whom the frames are for, and which of them are ticks; returns how many these are. */
  private sort(batch: FrameBatch): number {
    const { bytes, length } = batch;
    if (this.shares.length < length) {
      this.shares = new Uint16Array(batch.capacity);
      this.ticks = new Int32Array(batch.capacity);
    }
    const { view } = this;
    const isSame =
      view.buffer === bytes.buffer && view.byteOffset === bytes.byteOffset && view.byteLength === bytes.length;
    if (!isSame) this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.sieve.sort(batch, this.view, this.settled, this.shares, this.ticks);
  }

  private count({ length, capturedLength }: FrameBatch): void {
    const { shares, lanes } = this;
    for (let index = 0; index < length; index++) {
      const share = shares[index] as number;
      if (share === everyShare) continue;
      const { sorted } = lanes[share] as Lane;
      sorted.frames++;
      sorted.bytes += capturedLength[index] as number;
    }
  }
}
