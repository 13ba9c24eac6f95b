// Bytes of a file that is still being written. At its end it asks whether more may come, and then reads on.
//
// tcpdump -W writes its files anew in place: the same name and the same inode, truncated and filled again, perhaps
// beyond the place where we are before we look. Therefore its first bytes, in which the time of the first packet is,
// are compared after every read:
//
//     ┌──────────────┬──────────────────────────┐
//     │ head, kept   │ … read …   │ read just now │   head unchanged ──► what was read belongs to the same capture
//     └──────────────┴──────────────────────────┘   changed, or gone ──► it does not; the rest of the old one is lost

import { closeSync, openSync, readSync } from "node:fs";
import type { ByteReader } from "../file/byte-reader.js";

/** Bytes of a head at most: the headers of a pcapng section of any common program, and the first packet. */
const longestHead = 4096;

/** A file as it grows. */
export class GrowingFile implements ByteReader {
  readonly #descriptor: number;
  readonly #mayGrow: () => Promise<boolean>;
  readonly #head: Uint8Array = new Uint8Array(longestHead);
  readonly #headNow: Uint8Array = new Uint8Array(longestHead);
  #headLength = 0;
  #offset = 0;
  #isOpen = true;
  #wasOverwritten = false;

  /**
   * `mayGrow` is asked at the end of the file, and waits until it is worth reading again; false ends it. Throws the
   * system's errors.
   */
  constructor(path: string, mayGrow: () => Promise<boolean>) {
    this.#descriptor = openSync(path, "r");
    this.#mayGrow = mayGrow;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** True when it ended because the file was written anew. */
  get wasOverwritten(): boolean {
    return this.#wasOverwritten;
  }

  /** See ByteReader. */
  async read(target: Uint8Array, position: number, length: number): Promise<number> {
    while (this.#isOpen) {
      const count = readSync(this.#descriptor, target, position, length, this.#offset);
      if (!this.#hasSameHead()) {
        this.#wasOverwritten = true;
        return 0;
      }
      if (count > 0) {
        this.#extendHead(target.subarray(position, position + count));
        this.#offset += count;
        return count;
      }
      if (!(await this.#mayGrow())) return 0;
    }
    return 0;
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  #extendHead(bytes: Uint8Array): void {
    if (this.#headLength !== this.#offset) return; // It is full.
    const more = bytes.subarray(0, longestHead - this.#headLength);
    this.#head.set(more, this.#headLength);
    this.#headLength += more.length;
  }

  #hasSameHead(): boolean {
    const length = this.#headLength;
    if (readSync(this.#descriptor, this.#headNow, 0, length, 0) < length) return false;
    return Buffer.compare(this.#head.subarray(0, length), this.#headNow.subarray(0, length)) === 0;
  }
}
