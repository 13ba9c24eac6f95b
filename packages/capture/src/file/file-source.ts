// A capture file as a source of frames; file-reading.ts does the reading.

import { fstatSync, statSync } from "node:fs";
import type { CaptureInterface, FrameBatch, FrameSource, FrameTime, PcapngBlockListener } from "@tsnids/pcap";
import { standardInput } from "./byte-reader.js";
import { maximumReadAhead } from "./capture-reading.js";
import type { CaptureWarning } from "../capture-warning.js";
import { FileReading } from "./file-reading.js";
import { requireSignal, requireText, requireWithin } from "../options.js";

/** What a FileSource can be told. */
export interface FileSourceOptions {
  /** Ends the reading between two batches, without an error, and while it waits for a pipe. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each warning as it arises. */
  readonly onWarning?: ((warning: CaptureWarning) => void) | undefined;
  /** Told of what a pcapng file holds besides frames. */
  readonly onBlock?: PcapngBlockListener | undefined;
  /**
   * Chunks of 1 MiB read in the background while the one before is processed: 0 to `maximumReadAhead`; default 0. Where
   * a second core is free it saves the time the reading takes. It is for regular files that are not compressed; all
   * others, and standard input, are read as without it.
   */
  readonly readAhead?: number | undefined;
}

/**
 * The frames of a capture file, a named pipe or standard input, in any format of the package pcap, as it is or compressed
 * with gzip, zstd or lz4.
 *
 *     for await (const batch of new FileSource("web.pcap").batches()) …
 */
export class FileSource implements FrameSource {
  /** The file; "-" is standard input. */
  readonly path: string;
  /** Bytes of the file when the source was made; undefined for what has no size, such as a pipe or a missing file. */
  readonly size: number | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onWarning: ((warning: CaptureWarning) => void) | undefined;
  readonly #onBlock: PcapngBlockListener | undefined;
  readonly #readAhead: number;
  #reading: FileReading | undefined;
  #warnings: readonly CaptureWarning[] = [];

  /**
   * Does not open the file: `batches` does, and throws what is wrong with it. Throws CaptureError `invalid-option` for
   * a `path` that is no text or contains NUL, a `readAhead` out of range, and a `signal` that is none.
   */
  constructor(path: string, options: FileSourceOptions = {}) {
    const { readAhead = 0, signal } = options;
    requireText("FileSource", "path", path, "the name of a file, as text without NUL");
    requireWithin("FileSource", "readAhead", readAhead, 0, maximumReadAhead);
    requireSignal("FileSource", signal);
    this.path = path;
    this.size = sizeOf(path);
    this.#signal = signal;
    this.#onWarning = options.onWarning;
    this.#onBlock = options.onBlock;
    this.#readAhead = readAhead;
  }

  /** Bytes of the file read so far; with `size`, how far the reading is. */
  get bytesRead(): number {
    return this.#reading?.bytesRead ?? 0;
  }

  /** The interfaces of the capture seen so far, in pcapng those of the section; none before its header was read. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#reading?.interfaces ?? [];
  }

  /** What there was to say about the capture, known when the last batch was read. */
  get warnings(): readonly CaptureWarning[] {
    return this.#warnings;
  }

  /**
   * All frames, from the beginning of the file. It may be called again after the end (standard input and pipes are then
   * empty), but not while a reading goes on. `intake` is used when it has `intakeLength` bytes or more; it should begin
   * on a page boundary. Each chunk to be read ahead needs as many bytes again; with a smaller intake, fewer chunks are
   * read ahead. The intake is in use until the iterator has ended or its `return` has resolved. Throws CaptureError: at
   * once when the file cannot be read, and after all good frames when it is damaged from some place on.
   */
  batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    this.#warnings = [];
    this.#reading = new FileReading(this.path, intake, {
      signal: this.#signal,
      onWarning: (warning) => this.#warn(warning),
      onBlock: this.#onBlock,
      readAhead: this.#readAhead,
    });
    return this.#reading;
  }

  /**
   * When the first frame was captured, read from the beginning of the file; undefined for a file without frames, and
   * for standard input and pipes, where what is read is gone. Throws CaptureError as `batches` does.
   */
  async startTime(): Promise<FrameTime | undefined> {
    if (this.size === undefined || this.path === standardInput) {
      return undefined;
    }
    for await (const { seconds, nanoseconds } of new FileSource(this.path, { signal: this.#signal }).batches()) {
      return { seconds: seconds[0]!, nanoseconds: nanoseconds[0]! };
    }
    return undefined;
  }

  #warn(warning: CaptureWarning): void {
    this.#warnings = [warning];
    this.#onWarning?.(warning);
  }
}

/** Bytes of a regular file, or of what standard input was redirected from. */
function sizeOf(path: string): number | undefined {
  try {
    const stats = path === standardInput ? fstatSync(0) : statSync(path);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined; // It cannot be looked at; opening it says why.
  }
}
