// What all live sources have in common: a feed is opened when frames are asked for, its frames are handed on with a
// word about silence, losses are counted, and however it ends the feed is stopped.
//
//     batches() ─► open feed ─► "open" ─► frames … ─┬─ signal ─► finish ─► what was captured before ─┬─► stop, counts
//                    │                              ├─ the consumer wants no more ───────────────────┘
//                    │                              └─ the feed ends ─► why? ─► "error", rejects
//                    └─ cannot be opened ─► "error", rejects

import { EventEmitter } from "node:events";
import { intakeLength } from "@tsnids/pcap";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { asCaptureError, CaptureError } from "../capture-error.js";
import { requireSignal } from "../options.js";
import { ByteInlet, systemTime } from "./byte-inlet.js";
import type { Timekeeper } from "./byte-inlet.js";
import type { CaptureFeed, Drops } from "./capture-feed.js";
import { liveFrames } from "./live-frames.js";
import { SlowConsumer } from "./slow-consumer.js";

/** Milliseconds in which frames are handed on that were captured before the signal. */
const patience = 2000;

/** Something about a live capture that its reader should know and that stopped nothing. */
export interface LiveWarning {
  /**
   * `slow-consumer`: frames come faster than they are worked on, and will be lost or are; told once. `frames-dropped`:
   * frames were dropped, told at the end. `cut-header`, `cut-record`: the sender went away in the middle of its file header, so
   * that there were no frames, or of a record.
   */
  readonly code: "slow-consumer" | "frames-dropped" | "cut-header" | "cut-record";
  /** One line, with the name of the capture. */
  readonly message: string;
  /** The capture, as in the message. */
  readonly capture: string;
}

/** The events of a live source, with their arguments. */
export interface LiveEvents {
  /** Frames that pass from now on are captured. */
  open: [];
  /** It goes on, but not as it was asked to. */
  warning: [warning: LiveWarning];
  /** It cannot be opened, or has ended by itself. `batches` rejects with the same error. */
  error: [error: CaptureError];
}

/** What was counted since frames were asked for last. */
export interface LiveStatistics {
  /** Frames handed on. */
  readonly received: number;
  /** Captured bytes of these frames. */
  readonly bytes: number;
  /** Frames handed on of which a part is missing: snap length, or more than the backend can capture. */
  readonly cut: number;
  /** Frames dropped for want of room in the kernel; programs that capture say so when they end. */
  readonly droppedByKernel: number | "unknown";
  /** Frames dropped by the device or its driver. */
  readonly droppedByDevice: number | "unknown";
  /** Frames dropped between the kernel and here because the consumer was late. */
  readonly droppedInQueue: number | "unknown";
}

/** What every live source can be told. */
export interface FeedOptions {
  /** Ends the capture without an error. Frames captured before it are still handed on, for two seconds at most. */
  readonly signal?: AbortSignal | undefined;
  /** The clock by which silence is told; for tests. */
  readonly time?: Timekeeper | undefined;
}

/** Frames of a feed. Node's events `open`, `warning`, `error`. */
export abstract class FeedSource extends EventEmitter<LiveEvents> implements FrameSource {
  /** What messages call it. */
  readonly capture: string;
  readonly #signal: AbortSignal | undefined;
  readonly #time: Timekeeper;
  #received = 0;
  #bytes = 0;
  #cut = 0;
  #drops: () => Drops = () => ({});

  protected constructor(capture: string, { signal, time = systemTime }: FeedOptions) {
    super();
    requireSignal(new.target.name, signal);
    this.capture = capture;
    this.#signal = signal;
    this.#time = time;
  }

  /** What was counted since `batches` was called last. */
  get statistics(): LiveStatistics {
    const { kernel = "unknown", device = "unknown", queue = "unknown" } = this.#drops();
    return {
      received: this.#received,
      bytes: this.#bytes,
      cut: this.#cut,
      droppedByKernel: kernel,
      droppedByDevice: device,
      droppedInQueue: queue,
    };
  }

  /**
   * Frames from now on, until `signal` ends it or the source does (frames captured before the signal are still handed
   * on). While nothing comes, a batch without frames says once a second how far time has come. `intake` is used as
   * FileSource does. It may be called again after the end. Throws CaptureError.
   */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    this.#received = this.#bytes = this.#cut = 0;
    this.#drops = () => ({});
    const signal = this.#signal ?? new AbortController().signal;
    const isStopped = (): boolean => signal.aborted;
    if (isStopped()) return;
    const block = intake !== undefined && intake.length >= intakeLength ? intake : new Uint8Array(intakeLength);
    let feed: CaptureFeed | undefined;
    try {
      feed = await this.open(signal);
      yield* this.#frames(feed, block, signal);
    } catch (error) {
      if (feed === undefined && isStopped()) return;
      throw this.#failed(asCaptureError(error, this.capture, undefined));
    } finally {
      await feed?.stop();
      this.#tellDrops();
    }
  }

  /** Opens the feed. Rejects with CaptureError, or the system's error. */
  protected abstract open(signal: AbortSignal): Promise<CaptureFeed>;

  async *#frames(
    feed: CaptureFeed,
    block: Uint8Array,
    signal: AbortSignal,
  ): AsyncGenerator<FrameBatch, void, undefined> {
    this.#drops = () => feed.drops;
    const inlet = new ByteInlet(feed.bytes, this.#time);
    let callOff = (): void => undefined;
    const finish = (): void => {
      feed.finish();
      // Also when the consumer stands between two batches and never asks again.
      callOff = this.#time.after(patience, () => {
        inlet.close();
        void feed.stop();
      });
    };
    const isStopped = (): boolean => signal.aborted;
    signal.addEventListener("abort", finish, { once: true });
    const slow = new SlowConsumer(() => this.#warn("slow-consumer", "frames come faster than they are worked on"));
    try {
      if (isStopped()) return;
      this.emit("open");
      const frames = liveFrames(inlet, block, feed.lag, this.#time, slow);
      for (let next = await frames.next(); ; next = await frames.next()) {
        if (next.done === true) {
          if (isStopped()) return;
          if (next.value !== undefined) this.#warn(next.value.code, next.value.message);
          break;
        }
        if ((feed.drops.queue ?? 0) > 0) slow.tell();
        this.#count(next.value);
        yield next.value;
      }
      const error = await feed.end();
      if (error !== undefined) throw error;
    } finally {
      callOff();
      signal.removeEventListener("abort", finish);
    }
  }

  #count({ length, capturedLength, originalLength }: FrameBatch): void {
    this.#received += length;
    for (let index = 0; index < length; index++) {
      const captured = capturedLength[index]!;
      this.#bytes += captured;
      if (captured < originalLength[index]!) this.#cut++;
    }
  }

  #failed(error: unknown): unknown {
    if (error instanceof CaptureError && this.listenerCount("error") > 0) this.emit("error", error);
    return error;
  }

  #tellDrops(): void {
    const { kernel = 0, device = 0, queue = 0 } = this.#drops();
    if (kernel + device + queue === 0) return;
    const parts = { "in the kernel": kernel, "by the device": device, "behind it": queue };
    const some = Object.entries(parts).filter(([, count]) => count > 0);
    this.#warn(
      "frames-dropped",
      `frames were dropped: ${some.map(([where, count]) => `${count} ${where}`).join(", ")}`,
    );
  }

  #warn(code: LiveWarning["code"], what: string): void {
    this.emit("warning", { code, message: `${this.capture}: ${what}`, capture: this.capture });
  }
}
