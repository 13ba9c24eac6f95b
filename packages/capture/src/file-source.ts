// A capture file as a source of frames: read in chunks, in constant memory whatever its size. intake.ts of the package
// pcap draws how a chunk and the cut-off beginning of its first record lie in the intake. Between two chunks the event
// loop gets its turn, so that timers, signals and a progress bar live.

import { fstatSync, statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { FrameBatch, intakeChunk, intakeHeadroom, intakeLength, longestMagic, openDecoder } from "@tsnids/pcap";
import type {
  CaptureDecoder,
  CaptureInterface,
  FrameSource,
  FrameTime,
  PcapngBlockListener,
  Truncation,
} from "@tsnids/pcap";
import { captureName, openReader, standardInput } from "./byte-reader.js";
import { asCaptureError, CaptureError, inside } from "./capture-error.js";
import { UnpackingReader } from "./compression/unpacking-reader.js";

/** Chunks read between two turns of the event loop: a millisecond or two of work. */
const chunksPerTurn = 2;

/** Something about a capture that its reader should know and that stopped nothing. */
export interface CaptureWarning {
  /**
   * `cut-record`: the capture ends inside a record; all whole ones were delivered. `cut-compressed`: the file is compressed
   * and ends in the middle; so were all records that could be decompressed.
   */
  readonly code: "cut-record" | "cut-compressed";
  /** One line, with the name of the capture and the offset. */
  readonly message: string;
  /** The capture, as in the message. */
  readonly capture: string;
  /**
   * `cut-record`: where the record begins, in bytes from the beginning of the capture; in a compressed file, of what was
   * decompressed. `cut-compressed`: where the file ends.
   */
  readonly offset: number;
}

/** What a FileSource can be told. */
export interface FileSourceOptions {
  /** Ends the reading between two batches, without an error, and while it waits for a pipe. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each warning as it arises. */
  readonly onWarning?: ((warning: CaptureWarning) => void) | undefined;
  /** Told of what a pcapng file holds besides frames. */
  readonly onBlock?: PcapngBlockListener | undefined;
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
  #reader: UnpackingReader | undefined;
  #interfaces: readonly CaptureInterface[] = [];
  #warnings: readonly CaptureWarning[] = [];

  /** Does not open the file; that, and its errors, is for `batches`. */
  constructor(path: string, options: FileSourceOptions = {}) {
    this.path = path;
    this.size = sizeOf(path);
    this.#signal = options.signal;
    this.#onWarning = options.onWarning;
    this.#onBlock = options.onBlock;
  }

  /** Bytes of the file read so far; with `size`, how far the reading is. */
  get bytesRead(): number {
    return this.#reader?.bytesRead ?? 0;
  }

  /** The interfaces of the capture seen so far, in pcapng those of the section; none before its header was read. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  /** What there was to say about the capture, known when the last batch was read. */
  get warnings(): readonly CaptureWarning[] {
    return this.#warnings;
  }

  /**
   * All frames, from the beginning of the file. It may be called again after the end (standard input and pipes, of
   * course, are then empty), but not while a reading goes on. `intake` is used when it has `intakeLength` bytes or
   * more; it should begin on a page boundary. Throws CaptureError: at once when the file cannot be read, and after
   * all good frames when it is damaged from some place on.
   */
  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    this.#reader = undefined;
    this.#interfaces = [];
    this.#warnings = [];
    if (this.#isStopped()) {
      return;
    }
    const block = intake !== undefined && intake.length >= intakeLength ? intake : new Uint8Array(intakeLength);
    let reader: UnpackingReader | undefined;
    const stop = (): void => reader?.close();
    this.#signal?.addEventListener("abort", stop, { once: true });
    try {
      this.#reader = reader = new UnpackingReader(await openReader(this.path));
      if (this.#isStopped()) {
        return; // While it waited for somebody to open the other end of a named pipe.
      }
      yield* this.#read(reader, block);
    } catch (error) {
      throw asCaptureError(error, captureName(this.path), reader?.compression);
    } finally {
      this.#signal?.removeEventListener("abort", stop);
      reader?.close();
    }
  }

  /**
   * When the first frame was captured, read from the beginning of the file; undefined for a file without frames, and for
   * standard input and pipes, whose beginning is gone when it was read. Throws CaptureError as `batches` does.
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

  async *#read(reader: UnpackingReader, block: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    const batch = new FrameBatch();
    let decoder: CaptureDecoder | undefined;
    let chunks = 0;
    // block[start, end) is what was read and not decoded yet.
    let start = intakeHeadroom;
    let end = intakeHeadroom;
    for (;;) {
      // A file fills the chunk. A pipe may give a few bytes at a time; they go behind each other while there is room,
      // because moving the beginning of a long record for each of them would be much work for nothing.
      const left = end - start;
      if (left === 0 || intakeLength - end < intakeChunk / 2) {
        block.copyWithin(intakeHeadroom - left, start, end);
        start = intakeHeadroom - left;
        end = intakeHeadroom;
      }
      const count = await reader.read(block, end, intakeLength - end);
      if (this.#isStopped()) {
        return;
      }
      if (count === 0) {
        break;
      }
      end += count;
      if (end - start >= longestMagic) {
        decoder ??= openDecoder(block.subarray(start, end), { onBlock: this.#onBlock });
      }
      while (decoder !== undefined) {
        start = decoder.decode(block, start, end, batch);
        this.#interfaces = decoder.interfaces;
        if (batch.length === 0) {
          break;
        }
        yield batch;
        if (this.#isStopped()) {
          return;
        }
      }
      if (++chunks % chunksPerTurn === 0) {
        await setImmediate();
        if (this.#isStopped()) {
          return;
        }
      }
    }
    decoder ??= openDecoder(block.subarray(start, end), { onBlock: this.#onBlock });
    this.#finish(decoder.finish(end - start), reader);
  }

  #isStopped(): boolean {
    return this.#signal?.aborted === true;
  }

  #finish(truncation: Truncation | undefined, { compression, isCut, bytesRead }: UnpackingReader): void {
    const capture = captureName(this.path);
    if (truncation?.code === "cut-header") {
      const { code, offset, message } = truncation;
      throw new CaptureError(code, capture, `${inside(compression)}at byte ${offset}: ${message}`, offset);
    }
    if (isCut) {
      const what = `is compressed with ${compression ?? "nothing known"} and ends in the middle, after ${bytesRead} bytes`;
      this.#warn({ code: "cut-compressed", message: `${capture}: ${what}`, capture, offset: bytesRead });
    } else if (truncation !== undefined) {
      const { code, offset } = truncation;
      this.#warn({ code, message: `${capture}: ${inside(compression)}${truncation.message}`, capture, offset });
    }
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
