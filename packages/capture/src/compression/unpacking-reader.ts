// A reader that unpacks: it looks at the first bytes of a file, and from then on gives either the file as it is, or what
// is compressed in it. A file that is not compressed is read just as without it, straight into the caller's memory.

import { longestMagic } from "@tsnids/pcap";
import type { ByteReader } from "../file/byte-reader.js";
import { PieceReader } from "../file/piece-reader.js";
import { compressionOf } from "./compression.js";
import { CutCompression } from "./errors.js";

/** Bytes of the file that are read at once to be decompressed. */
const pieceLength = 64 * 1024;

/** Reads what is in a file, compressed or not. */
export class UnpackingReader implements ByteReader {
  readonly #file: ByteReader;
  #bytesRead = 0;
  #isKnown = false;
  #compression: string | undefined;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #unpacked: PieceReader | undefined;
  #isCut = false;

  constructor(file: ByteReader) {
    this.#file = file;
  }

  /** Bytes of the file read so far. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** What the file is compressed with, once its first bytes were read; undefined for a file that is not. */
  get compression(): string | undefined {
    return this.#compression;
  }

  /** True when the end was reached because the compressed data ends in its middle. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** See ByteReader. Throws DamagedCompression after everything that could be decompressed. */
  read(target: Uint8Array, position: number, length: number): number | Promise<number> {
    if (this.#unpacked !== undefined) return this.#unpacked.read(target, position, length);
    return this.#isKnown ? this.#readFile(target, position, length) : this.#readHead(target, position, length);
  }

  /** See ByteReader. */
  get announced(): number {
    return this.#file.announced ?? 0;
  }

  /** See ByteReader. False until the first bytes were read, and for what is compressed. */
  announce(target: Uint8Array, position: number, length: number): boolean {
    const isPlain = this.#isKnown && this.#unpacked === undefined;
    return isPlain && this.#file.announce?.(target, position, length) === true;
  }

  /** See ByteReader. */
  async settle(): Promise<void> {
    await this.#file.settle?.();
  }

  close(): void {
    this.#file.close();
    // A decompressor between two pieces ends here; one at work finds the file at its end.
    this.#pieces?.return?.().catch(() => undefined);
  }

  #readFile(target: Uint8Array, position: number, length: number): number | Promise<number> {
    const count = this.#file.read(target, position, length);
    return typeof count === "number" ? this.#count(count) : count.then((bytes) => this.#count(bytes));
  }

  #count(bytes: number): number {
    this.#bytesRead += bytes;
    return bytes;
  }

  async #readHead(target: Uint8Array, position: number, length: number): Promise<number> {
    let count = 0;
    while (count < longestMagic) {
      const more = await this.#readFile(target, position + count, length - count);
      if (more === 0) break;
      count += more;
    }
    this.#isKnown = true;
    const head = target.slice(position, position + Math.min(count, longestMagic));
    const compression = compressionOf(head);
    if (compression === undefined) return count;
    this.#compression = compression.name;
    const unpacked = compression.decompress(this.#piecesFrom(target.slice(position, position + count)));
    const pieces = (this.#pieces = unpacked[Symbol.asyncIterator]());
    this.#unpacked = new PieceReader(() => this.#nextOf(pieces));
    return this.#unpacked.read(target, position, length);
  }

  async #nextOf(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
    try {
      const next = await pieces.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (!(error instanceof CutCompression)) throw error;
      this.#isCut = true;
      return undefined;
    }
  }

  /** The file in pieces, beginning with what was read of it already. */
  async *#piecesFrom(head: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < head.length; at += pieceLength) yield head.subarray(at, at + pieceLength);
    for (;;) {
      const piece = new Uint8Array(pieceLength);
      const count = await this.#readFile(piece, 0, pieceLength);
      if (count === 0) return;
      yield piece.subarray(0, count);
    }
  }
}
