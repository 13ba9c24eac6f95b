// Bytes of a regular file. A read is fs.readSync: the fastest way on one core, and it does not wait, because the bytes
// are there. Or it was announced before, and libuv's threads have done it meanwhile:
//
//     offset ─► │ announced │ announced │ announced │ ─► what is announced next
//               read() takes the first; where that was short (somebody cuts the file off), those behind it are of the wrong
//               place, and are forgotten
//
// Nothing is read ahead behind the end the file had when it was opened: what has been written since is read when its
// turn comes. The descriptor is closed only when no thread uses it any more: otherwise its number could be another
// file's by then.

import { closeSync, read, readSync } from "node:fs";
import type { ByteReader } from "./byte-reader.js";

/** A read in the background. */
interface Announced {
  readonly length: number;
  /** The number of bytes read, or why there are none. It never rejects: nobody may be left to ask. */
  readonly outcome: Promise<number | Error>;
}

export class RegularFile implements ByteReader {
  readonly #descriptor: number;
  readonly #size: number;
  /** Where in the file the next `read` is. */
  #offset = 0;
  /** Where in the file the next `announce` is. */
  #ahead = 0;
  #queue: Announced[] = [];
  /** Reads the threads have not done yet. */
  #underway = 0;
  #isOpen = true;

  /** `size` is that of the file just opened. */
  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.#size = size;
  }

  /** See ByteReader. */
  get announced(): number {
    return this.#queue.length;
  }

  /** See ByteReader. */
  read(target: Uint8Array, position: number, length: number): number | Promise<number> {
    if (!this.#isOpen) return 0;
    const next = this.#queue.shift();
    if (next !== undefined) return this.#take(next);
    const count = readSync(this.#descriptor, target, position, length, this.#offset);
    this.#offset += count;
    this.#ahead = this.#offset;
    return count;
  }

  /** See ByteReader. */
  announce(target: Uint8Array, position: number, length: number): boolean {
    if (!this.#isOpen || this.#ahead >= this.#size) return false;
    this.#queue.push({ length, outcome: this.#start(target, position, length, this.#ahead) });
    this.#ahead += length;
    return true;
  }

  /** See ByteReader. */
  async settle(): Promise<void> {
    for (const { outcome } of this.#queue) await outcome;
    this.#queue = [];
    this.#ahead = this.#offset;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#closeUnused();
  }

  #start(target: Uint8Array, position: number, length: number, offset: number): Promise<number | Error> {
    this.#underway++;
    return new Promise((resolve) => {
      read(this.#descriptor, target, position, length, offset, (error, count) => {
        this.#underway--;
        if (!this.#isOpen) this.#closeUnused();
        resolve(error ?? count);
      });
    });
  }

  async #take({ length, outcome }: Announced): Promise<number> {
    const result = await outcome;
    if (!this.#isOpen) return 0;
    if (typeof result !== "number") throw result;
    this.#offset += result;
    if (result < length) await this.settle();
    return result;
  }

  #closeUnused(): void {
    if (this.#underway === 0) closeSync(this.#descriptor);
  }
}
