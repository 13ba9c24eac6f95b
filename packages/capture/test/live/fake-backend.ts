// A backend whose frames, silence and end are what a test says, and a clock that goes when it is told to.

import { PassThrough } from "node:stream";
import { LinkType, PcapWriter } from "@tsnids/pcap";
import type { CaptureBackend, CaptureError, CaptureFeed, CaptureRequest, Drops, Timekeeper } from "@tsnids/capture";

const writer = new PcapWriter({ linkType: LinkType.ETHERNET, nanoseconds: true });

/** A backend that captures what it is given. */
export class FakeBackend implements CaptureBackend {
  readonly name: string = "fake";
  /** What it was asked for last. */
  request: CaptureRequest | undefined;
  drops: Drops = {};
  /** Rejects the opening. */
  openError: Error | undefined;
  /** Why the capture ended, when it does. */
  endError: CaptureError | undefined;
  isStopped = false;
  /** It does not end when it is told to finish. */
  hangs = false;
  readonly #bytes: PassThrough = new PassThrough();

  constructor() {
    this.#bytes.write(writer.header());
  }

  open(request: CaptureRequest): Promise<CaptureFeed> {
    this.request = request;
    if (this.openError !== undefined) return Promise.reject(this.openError);
    const drops = (): Drops => this.drops;
    return Promise.resolve({
      bytes: this.#bytes,
      lag: 1,
      get drops() {
        return drops();
      },
      end: () => Promise.resolve(this.endError),
      finish: () => {
        if (this.hangs) return;
        this.isStopped = true;
        this.#bytes.end();
      },
      stop: () => {
        this.isStopped = true;
        return Promise.resolve();
      },
    });
  }

  /** Captures a frame; `original` is its length on the wire. */
  frame(bytes: Uint8Array, seconds: number, original: number = bytes.length): void {
    this.#bytes.write(writer.record(bytes, original, seconds, 0));
  }

  /** Captures the beginning of a record and ends. */
  cut(): void {
    this.#bytes.end(writer.record(new Uint8Array(60), 60, 1, 0).subarray(0, 20));
  }

  /** The capture ends by itself. */
  end(error?: CaptureError): void {
    this.endError = error;
    this.#bytes.end();
  }
}

/** A clock that stands still. */
export class FakeTime implements Timekeeper {
  milliseconds: number;
  readonly #waiting: Set<() => void> = new Set();
  #onWait: (() => void) | undefined;

  constructor(seconds: number) {
    this.milliseconds = seconds * 1000;
  }

  now(): number {
    return this.milliseconds;
  }

  after(_milliseconds: number, action: () => void): () => void {
    this.#waiting.add(action);
    this.#onWait?.();
    return () => this.#waiting.delete(action);
  }

  /** Lets time go by, once somebody waits. */
  async pass(seconds: number): Promise<void> {
    while (this.#waiting.size === 0) await new Promise<void>((resolve) => (this.#onWait = resolve));
    this.milliseconds += seconds * 1000;
    for (const action of [...this.#waiting]) {
      this.#waiting.delete(action);
      action();
    }
  }
}
