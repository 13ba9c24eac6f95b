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
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** The part of the last piece that the caller had no room for. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(descriptor: number) {
    this.#socket = new Socket({ fd: descriptor, readable: true, writable: false });
    this.#pieces = this.#socket[Symbol.asyncIterator]();
  }

  async read(target: Uint8Array, position: number, length: number): Promise<number> {
    if (this.#rest.length === 0) {
      const next = await this.#nextPiece();
      if (next.done === true) {
        return 0;
      }
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, length);
    target.set(piece, position);
    this.#rest = this.#rest.subarray(piece.length);
    return piece.length;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #nextPiece(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      return await this.#pieces.next();
    } catch (error) {
      // A stream that is closed while somebody waits for it complains. Its own errors have a `syscall`.
      if (this.#socket.destroyed && !(error instanceof Error && "syscall" in error)) {
        return { done: true, value: undefined };
      }
      throw error;
    }
  }
}
