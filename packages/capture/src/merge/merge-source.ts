// Several captures as one, in order of time: a k-way merge. Each source stands at its next frame; a heap has the source
// with the earliest one on top; that frame is copied into the batch, and the source goes on to the next.
//
//     a.pcap   1 4 7 …  ─┐   heap: a 1, b 2, c 9
//     b.pcap   2 3 8 …  ─┼─► batch: 1 2 3 4 7 8 9 …
//     c.pcap   9 …      ─┘
//
// A live source that hears nothing stands at the time until which it is silent (see FrameBatch.silentUntil). When that
// is the earliest of all, it is true of all: the merge says so, too. Frames of others that are later wait for it, a few
// seconds at most.
//
//     eth0     1 4 … silent until 9 ─┐
//     eth1     2 3 … 12              ┴─► 1 2 3 4, silent until 9, …
//
// Memory is that of the sources that are open. A source that can tell when it begins is opened no sooner than the merge
// has come to that time, so that of a capture written in a thousand files one or two are open.

import { FrameBatch, intakeLength } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";
import { MergedInterfaces } from "./merged-interfaces.js";
import { requireSources } from "../options.js";
import { SourceHead } from "./source-head.js";
import { SourceHeap } from "./source-heap.js";

/** Sources as one, by time. Frames of the same time come in the order of the sources. */
export class MergeSource implements FrameSource {
  /** In the order that counts for frames of the same time. */
  readonly sources: readonly FrameSource[];

  /** Throws CaptureError `invalid-option` for what are no sources. */
  constructor(sources: readonly FrameSource[]) {
    requireSources("MergeSource", sources);
    this.sources = sources;
  }

  /**
   * All frames of all sources. Frames of one source stay in its order, also where its time goes back. Interfaces of
   * different sources stay different. A source that fails is at its end, and the others go on; when all are at theirs,
   * its error is thrown, or an AggregateError with those of all that failed, in the order of the sources.
   */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    const [only] = this.sources;
    if (only !== undefined && this.sources.length === 1) {
      yield* only.batches(intake);
      return;
    }
    const block = intake !== undefined && intake.length >= intakeLength ? intake : new Uint8Array(intakeLength);
    const merge = new Merge(this.sources, block);
    try {
      yield* merge.batches();
    } finally {
      await merge.close();
    }
    const { errors } = merge;
    if (errors.length > 1)
      throw new AggregateError(errors, `${errors.length} captures cannot be read, or not to the end`);
    if (errors.length === 1) throw errors[0];
  }
}

/** One merge under way. */
class Merge {
  /** Of the sources that failed: their places, and why. */
  readonly #failures: { readonly order: number; readonly error: unknown }[] = [];
  readonly #block: Uint8Array;
  readonly #heads: readonly SourceHead[];
  readonly #heap: SourceHeap = new SourceHeap();
  readonly #interfaces: MergedInterfaces = new MergedInterfaces();
  readonly #batch: FrameBatch = new FrameBatch();
  /** Bytes of the block that the frames of the batch take. */
  #filled = 0;
  /** How far silence was told. */
  #silentUntil = -1;

  constructor(sources: readonly FrameSource[], block: Uint8Array) {
    this.#heads = sources.map((source, order) => new SourceHead(source, order));
    this.#block = block;
  }

  async *batches(): AsyncGenerator<FrameBatch, void, undefined> {
    this.#clearBatch();
    await this.#prepare();
    for (let head = this.#heap.top; head !== undefined; head = this.#heap.top) {
      if (!head.isOpen) {
        await this.#settle(await this.#attempt(head, () => head.nextBatch()));
        continue;
      }
      if (!this.#hasRoomFor(head)) {
        yield this.#batch;
        this.#clearBatch();
      }
      if (!head.isSilent) {
        this.#copyFrame(head);
        if (head.nextFrame()) {
          this.#heap.sinkTop();
          continue;
        }
      }
      // Frames that are there do not wait for those of a source that may take any time.
      if (head.mayWait && this.#batch.length > 0) {
        yield this.#batch;
        this.#clearBatch();
      }
      if (head.isSilent && head.seconds > this.#silentUntil) {
        this.#silentUntil = head.seconds;
        this.#batch.beSilent(head.seconds);
        yield this.#batch;
        this.#clearBatch();
      }
      await this.#settle(await this.#attempt(head, () => head.nextBatch()));
    }
    if (this.#batch.length > 0) yield this.#batch;
  }

  /**
   * Sources that cannot tell when they begin are opened without waiting for each other: live ones begin at the same
   * time, and whoever writes to two pipes may have one open before the other. The rest is asked one by one.
   */
  async #prepare(): Promise<void> {
    const live = this.#heads.filter((head) => !head.mayTell).map((head) => this.#open(head));
    const pipes: SourceHead[] = [];
    for (const head of this.#heads.filter(({ mayTell }) => mayTell)) {
      await this.#attempt(head, async () => {
        const canTell = await head.readStart();
        if (canTell) this.#heap.push(head);
        else pipes.push(head);
        return canTell;
      });
    }
    await Promise.all([...live, ...pipes.map((head) => this.#open(head))]);
  }

  async #open(head: SourceHead): Promise<void> {
    if (await this.#attempt(head, () => head.open())) this.#heap.push(head);
  }

  /** Of the sources that failed, in their order. */
  get errors(): readonly unknown[] {
    return this.#failures.toSorted((one, other) => one.order - other.order).map(({ error }) => error);
  }

  /** Closes all sources, even if one cannot be; then throws the error of the first that could not. */
  async close(): Promise<void> {
    const closings = await Promise.allSettled(this.#heads.map((head) => head.close()));
    for (const closing of closings) if (closing.status === "rejected") throw closing.reason;
  }

  /** Does something with a source that may fail; false also where it failed. */
  async #attempt({ order }: SourceHead, action: () => Promise<boolean>): Promise<boolean> {
    try {
      return await action();
    } catch (error) {
      this.#failures.push({ order, error });
      return false;
    }
  }

  /** Puts the head on top of the heap where it belongs now; away when it has no frame. */
  #settle(hasFrame: boolean): Promise<void> | undefined {
    if (hasFrame) {
      this.#heap.sinkTop();
      return undefined;
    }
    return this.#heap.pop()?.close();
  }

  #hasRoomFor(head: SourceHead): boolean {
    const batch = this.#batch;
    if (batch.length === 0 || head.isSilent) return true;
    return (
      batch.length < batch.capacity &&
      head.capturedLength <= this.#block.length - this.#filled &&
      this.#interfaces.hasRoomFor(head)
    );
  }

  #clearBatch(): void {
    const batch = this.#batch;
    batch.clear();
    batch.bytes = this.#block;
    this.#filled = 0;
  }

  #copyFrame(head: SourceHead): void {
    const batch = this.#batch;
    const { capturedLength, bytes, offset } = head;
    const index = this.#interfaces.indexOf(head);
    batch.interfaces = this.#interfaces.list;
    this.#block.set(bytes.subarray(offset, offset + capturedLength), this.#filled);
    batch.push(this.#filled, capturedLength, head.originalLength, head.seconds, head.nanoseconds, index);
    this.#filled += capturedLength;
  }
}
