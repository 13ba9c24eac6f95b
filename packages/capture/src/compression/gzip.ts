// gzip (RFC 1952), by the zlib of Node: several members one after the other are one file, zeros behind the last are
// padding. zlib takes nothing from the first such zero on; that there are only zeros is looked after here.
//
// Two things stand between damage and what is before it. A stream of Node forgets what it holds when it is destroyed by
// an error; so that is read out with `read` before the error is told. And what zlib has decompressed in the very step in
// which it meets the damage never comes out. Steps are long, because each is a way to another thread and back; so the
// beginning of the file is kept, and when the damage was there, it is done again in the shortest steps there are.

import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Gunzip } from "node:zlib";
import { CutCompression, DamagedCompression } from "./errors.js";

/** Bytes decompressed in one step: what is lost at most before damage far into a file. */
const longStep = 64 * 1024;

/** The same before damage near the beginning: the shortest that zlib takes (Z_MIN_CHUNK). */
const shortStep = 64;

/** Bytes of the file that are kept to be done again, and bytes decompressed before which that is done. */
const keptLength = 256 * 1024;
const longestAgain = 4 * 1024 * 1024;

/** See Decompress. */
export async function* gunzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const kept = new KeptInput(input);
  let delivered = 0;
  try {
    for await (const piece of inflate(kept, longStep)) {
      delivered += piece.length;
      yield piece;
    }
  } catch (error) {
    const isNearBeginning = kept.isWhole && delivered <= longestAgain;
    if (error instanceof DamagedCompression && isNearBeginning) yield* inflateFrom(delivered, kept);
    throw error;
  }
}

/** Decompresses in short steps what was kept, from `start` on. */
async function* inflateFrom(start: number, kept: KeptInput): AsyncGenerator<Uint8Array, void, undefined> {
  let skipped = 0;
  for await (const piece of inflate(kept.again(), shortStep)) {
    const skip = Math.min(start - skipped, piece.length);
    skipped += skip;
    yield piece.subarray(skip);
  }
}

async function* inflate(
  input: AsyncIterable<Uint8Array>,
  chunkSize: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { createGunzip } = await import("node:zlib");
  const stream = createGunzip({ chunkSize });
  const state = { isAtEnd: false, isFed: false, failure: undefined as unknown };
  let wake = (): void => undefined;
  const fail = (error: unknown): void => {
    state.failure ??= error;
    wake();
  };
  stream.on("readable", () => wake());
  stream.on("end", () => {
    state.isAtEnd = true;
    wake();
  });
  stream.on("error", fail);
  feed(stream, input).then(() => {
    state.isFed = true;
    wake();
  }, fail);
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      for (let piece = nextOf(stream); piece !== null; piece = nextOf(stream)) yield piece;
      if (state.failure !== undefined) throw asCompressionError(state.failure);
      if (state.isAtEnd && state.isFed) return;
      await woken;
    }
  } finally {
    stream.destroy();
  }
}

/** Gives the stream all of the input, but for the padding, which it looks through. */
async function feed(stream: Gunzip, input: AsyncIterable<Uint8Array>): Promise<void> {
  let given = 0;
  for await (const piece of input) {
    const isPadding = stream.bytesWritten < given;
    given += piece.length;
    if (isPadding) await setImmediate();
    // The callback is called when the piece is decompressed, and also when the stream is destroyed before.
    else await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
    if (stream.destroyed) return;
    const padding = piece.subarray(Math.max(0, piece.length - (given - stream.bytesWritten)));
    if (padding.some((byte) => byte !== 0)) throw new DamagedCompression("something comes behind the padding");
  }
  stream.end();
}

function nextOf(stream: Gunzip): Uint8Array | null {
  return stream.read() as Uint8Array | null;
}

/** What zlib says, as ours; errors of the file are given back as they are. */
function asCompressionError(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || !String(error.code).startsWith("Z_")) return error;
  return error.code === "Z_BUF_ERROR" ? new CutCompression() : new DamagedCompression(error.message);
}

/** An input that keeps its beginning while it is read. */
class KeptInput implements AsyncIterable<Uint8Array> {
  readonly #input: AsyncIterable<Uint8Array>;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input;
  }

  /** True when everything that was read is kept. */
  get isWhole(): boolean {
    return this.#length <= keptLength;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of this.#input) {
      this.#length += piece.length;
      if (this.isWhole) this.#pieces.push(piece);
      else this.#pieces = [];
      yield piece;
    }
  }

  /** What was kept. */
  again(): AsyncIterable<Uint8Array> {
    return Readable.from(this.#pieces);
  }
}
