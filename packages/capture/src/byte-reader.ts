// Bytes of a file, a pipe or standard input, read into memory the caller names. Two ways:
//
//   files      fs.readSync: the fastest way, and it does not wait, because the bytes are there
//   pipes      the event loop tells when there are bytes; a blocking read would stop timers and signals until then,
//              and a read in a thread could not be called off

import { closeSync, fstatSync, open, readSync } from "node:fs";
import type { Stats } from "node:fs";
import { Socket } from "node:net";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { CaptureError } from "./capture-error.js";
import { PieceReader } from "./piece-reader.js";

/** The name that stands for standard input. */
export const standardInput = "-";

const standardInputDescriptor = 0;

/** An open file or pipe. */
export interface ByteReader {
  /** Reads up to `length` bytes to `target[position]`; the number read, 0 at the end or after `close`. */
  read(target: Uint8Array, position: number, length: number): number | Promise<number>;
  /** Ends it; a read that waits returns 0. May be called twice. */
  close(): void;
}

/** Opens `path`, "-" for standard input. Throws CaptureError, or the system's error. */
export async function openReader(path: string): Promise<ByteReader> {
  const isStandardInput = path === standardInput;
  const descriptor = isStandardInput ? standardInputDescriptor : await promisify(open)(path, "r");
  try {
    return readerFor(descriptor, fstatSync(descriptor), path);
  } catch (error) {
    if (!isStandardInput) {
      closeSync(descriptor);
    }
    throw error;
  }
}

function readerFor(descriptor: number, stats: Stats, path: string): ByteReader {
  if (isatty(descriptor)) {
    throw new CaptureError("is-terminal", captureName(path), "is a terminal; give a file, or pipe a capture in");
  }
  return stats.isFIFO() || stats.isSocket() ? new PipeReader(descriptor) : new FileReader(descriptor);
}

/** What messages call a path. */
export function captureName(path: string): string {
  return path === standardInput ? "standard input" : path;
}

class FileReader implements ByteReader {
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
      // A stream that is closed while somebody waits for it complains. Its own errors have a `syscall`.
      if (this.#socket.destroyed && !(error instanceof Error && "syscall" in error)) {
        return undefined;
      }
      throw error;
    }
  }
}
