// Bytes of a file, a pipe or standard input, read into memory the caller names. Three ways:
//
//   files      by position, ahead of time where that is wanted: see regular-file.ts
//   the rest   standard input that is a file begins where whoever opened it left off, and devices know no positions:
//              fs.readSync, from where they stand
//   pipes      the event loop tells when there are bytes; a blocking read would stop timers and signals until then,
//              and a read in a thread could not be called off

import { closeSync, constants, fstatSync, open, readSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { Socket } from "node:net";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { CaptureError } from "../capture-error.js";
import { PieceReader } from "./piece-reader.js";
import { RegularFile } from "./regular-file.js";

/** The name that stands for standard input. */
export const standardInput = "-";

const standardInputDescriptor = 0;

/** An open file or pipe. */
export interface ByteReader {
  /** Reads up to `length` bytes to `target[position]`; the number read, 0 at the end or after `close`. */
  read(target: Uint8Array, position: number, length: number): number | Promise<number>;
  /** Ends it; a read that waits returns 0, unless the bytes are on their way already. May be called twice. */
  close(): void;

  // Only readers that can read ahead have the following.

  /** Reads that were announced and not taken yet. */
  readonly announced?: number;
  /**
   * Begins a read in the background, of the bytes behind all those read and announced before. `read` takes announced
   * reads in their order, and has to name the same place. A short one ends all that were announced behind it. False
   * where nothing can be read ahead.
   */
  announce?(target: Uint8Array, position: number, length: number): boolean;
  /**
   * Waits until nothing is read in the background any more, and forgets what was. Only then may the caller use the
   * memory again.
   */
  settle?(): Promise<void>;
}

/** Opens `path`, "-" for standard input. Throws CaptureError, or the system's error. */
export async function openReader(path: string): Promise<ByteReader> {
  const isStandardInput = path === standardInput;
  const descriptor = isStandardInput ? standardInputDescriptor : await promisify(open)(path, openFlags(path));
  try {
    return readerFor(descriptor, fstatSync(descriptor), path);
  } catch (error) {
    if (!isStandardInput) {
      closeSync(descriptor);
    }
    throw error;
  }
}

/**
 * Flags that open a named pipe without waiting for a writer: to wait would take a thread, and could not be called off.
 * The event loop waits instead. A pipe tells its end only when its last writer has closed it (POSIX.1-2017, poll():
 * POLLHUP), so it tells none before the first one has opened it.
 */
function openFlags(path: string): number {
  return statSync(path).isFIFO() ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY;
}

function readerFor(descriptor: number, stats: Stats, path: string): ByteReader {
  if (isatty(descriptor)) {
    throw new CaptureError("is-terminal", captureName(path), "is a terminal; give a file, or pipe a capture in");
  }
  if (stats.isFIFO() || stats.isSocket()) return new PipeReader(descriptor);
  const hasPositions = stats.isFile() && descriptor !== standardInputDescriptor;
  return hasPositions ? new RegularFile(descriptor, stats.size) : new InOrderReader(descriptor);
}

/** What messages call a path. */
export function captureName(path: string): string {
  return path === standardInput ? "standard input" : path;
}

class InOrderReader implements ByteReader {
  readonly #descriptor: number;
  #isOpen = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  read(target: Uint8Array, position: number, length: number): number {
    return this.#isOpen ? readSync(this.#descriptor, target, position, length, null) : 0;
  }

  close(): void {
    if (this.#isOpen && this.#descriptor !== standardInputDescriptor) {
      closeSync(this.#descriptor);
    }
    this.#isOpen = false;
  }
}

class PipeReader implements ByteReader {
  readonly #socket: Socket;
  readonly #stream: AsyncIterator<Uint8Array>;
  readonly #pieces: PieceReader = new PieceReader(() => this.#nextPiece());

  constructor(descriptor: number) {
    this.#socket = new Socket({ fd: descriptor, readable: true, writable: false });
    this.#stream = this.#socket[Symbol.asyncIterator]();
  }

  read(target: Uint8Array, position: number, length: number): Promise<number> {
    return this.#pieces.read(target, position, length);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #nextPiece(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#stream.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      // A stream that is closed while somebody waits for it throws an error, which has no `syscall` as its real ones
      // have.
      if (this.#socket.destroyed && !(error instanceof Error && "syscall" in error)) {
        return undefined;
      }
      throw error;
    }
  }
}
