// For tests of sources that wait: frames as they come, each with a deadline instead of a guess how long it takes.

import type { FrameBatch, FrameSource } from "@tsnids/pcap";

const deadlineMs = 10_000;

/** Resolves as the promise does, or rejects when that takes too long. */
export async function soon<Result>(promise: Promise<Result>, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing happened for ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a source that does not end by itself, and notes the seconds of each frame. */
export class Follower {
  /** Seconds of the frames so far. */
  readonly seconds: number[] = [];
  readonly #batches: AsyncIterator<FrameBatch>;

  constructor(source: FrameSource) {
    this.#batches = (source.batches() as AsyncIterable<FrameBatch>)[Symbol.asyncIterator]();
  }

  /** Waits until there were so many frames; their seconds. */
  async frames(count: number): Promise<readonly number[]> {
    while (this.seconds.length < count) if (!(await this.#next(`frame ${count}`))) break;
    return this.seconds;
  }

  /** Waits for the end; the seconds of all frames. */
  async end(): Promise<readonly number[]> {
    while (await this.#next("the end"));
    return this.seconds;
  }

  async #next(what: string): Promise<boolean> {
    const next = await soon(this.#batches.next(), what);
    if (next.done === true) return false;
    const { seconds, length } = next.value;
    this.seconds.push(...seconds.subarray(0, length));
    return true;
  }
}

/** Counts how often a source has waited. */
export class Waits {
  #count = 0;
  #noted: () => void = () => undefined;

  note(): void {
    this.#count++;
    this.#noted();
  }

  async times(count: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#noted = () => this.#count >= count && resolve();
      this.#noted();
    });
    await soon(reached, `wait ${count}`);
  }
}
