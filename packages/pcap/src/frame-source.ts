// Where frames come from, as whoever reads them sees it, and how it is asked.

import type { FrameBatch } from "./frame-batch.js";

/** Where frames were captured. */
export interface CaptureInterface {
  /** How its frames begin: a LINKTYPE_ number (see LinkType). */
  readonly linkType: number;
  /** Bytes kept of a frame at most; 0 is no limit. Files exist whose frames are longer. */
  readonly snapLength: number;
  /** What the system calls it, such as "eth0", where the file says so. */
  readonly name?: string;
  /** What people call it, where the file says so. */
  readonly description?: string;
}

/** When a frame was captured. */
export interface FrameTime {
  /** Whole seconds since 1970, UTC. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
}

/** Gives frames in the order they were captured, in batches. */
export interface FrameSource {
  /**
   * All frames from the beginning. A batch is valid until the next one is asked for.
   *
   * `intake` is memory of the consumer, laid out as intake.ts says: a source that reads its bytes into it spares the
   * consumer a copy. Without it, or when it is too small to be of use, a source uses memory of its own; either way
   * `bytes` of each batch says where its frames are.
   */
  batches(intake?: Uint8Array): Iterable<FrameBatch> | AsyncIterable<FrameBatch>;

  /**
   * When its first frame was captured: for sources that can find out without being used up, as a file can and a pipe
   * cannot. Undefined where there is none, or where it cannot be told.
   */
  startTime?(): Promise<FrameTime | undefined>;
}

/** True for a source of frames, by what is used of it. */
export function isFrameSource(value: unknown): value is FrameSource {
  return typeof (value as Partial<FrameSource> | null | undefined)?.batches === "function";
}

/** Begins with a source: its batches, one by one, whether they are at hand or have to be waited for. */
export function iteratorOf(source: FrameSource, intake?: Uint8Array): Iterator<FrameBatch> | AsyncIterator<FrameBatch> {
  const batches = source.batches(intake);
  return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
}
