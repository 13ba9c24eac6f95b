// gzip (RFC 1952): several members one after the other are one file, zeros behind the last are padding.
//
//     │ 1f 8b │ method 8 │ flags │ time, system … 6 │ what the flags say │ deflate (RFC 1951) … │ CRC-32 │ length │
//
// The zlib of Node inflates, and only that: it would read headers, too, but then nothing comes out of the step in which
// it meets what is no further member, and that step may hold 64 KiB of the last good one.
//
// What was decompressed before damage could be lost in two ways. A stream of Node forgets what it holds when an error
// destroys it; so that is taken out with `read` before the error is told. And what zlib has decompressed in the very
// step in which it meets the damage never comes out. Steps are long, because each goes to another thread and back; so
// the beginning of the file is kept, and if the damage is there, it is decompressed again in the shortest steps there
// are.

import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { ByteQueue } from "./byte-queue.js";
import { CutCompression, DamagedCompression } from "./errors.js";

const magic = 0x8b1f;
const deflated = 8;

/** Bits of the flags: what else the header has. */
const Flag = { CHECKSUM: 2, EXTRA: 4, NAME: 8, COMMENT: 16, RESERVED: 0xe0 } as const;

const nothing: Uint8Array = new Uint8Array(0);

/** Bytes decompressed in one step: what is lost at most before damage far into a file. */
const longStep = 64 * 1024;

/** The same before damage near the beginning: the shortest that zlib takes (Z_MIN_CHUNK). */
const shortStep = 64;

/** Files of which at most so many bytes were read, and at most so many came out, are decompressed again. */
const keptLength = 256 * 1024;
const longestAgain = 4 * 1024 * 1024;

/** See Decompress. */
export async function* gunzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const kept = new KeptInput(input);
  let delivered = 0;
  try {
    for await (const piece of membersOf(kept, longStep)) {
      delivered += piece.length;
      yield piece;
    }
  } catch (error) {
    const isNearBeginning = kept.isWhole && delivered <= longestAgain;
    if (error instanceof DamagedDeflate && isNearBeginning) yield* inflateFrom(delivered, kept);
    throw error;
  }
}

/** Decompresses in short steps what was kept, and gives what comes from `start` on. */
async function* inflateFrom(start: number, kept: KeptInput): AsyncGenerator<Uint8Array, void, undefined> {
  let skipped = 0;
  for await (const piece of membersOf(kept.again(), shortStep)) {
    const skip = Math.min(start - skipped, piece.length);
    skipped += skip;
    yield piece.subarray(skip);
  }
}

/** Goes from member to member. */
async function* membersOf(
  input: AsyncIterable<Uint8Array>,
  chunkSize: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { crc32 } = await import("node:zlib");
  const queue = new ByteQueue(input);
  while (!(await queue.isAtEnd())) {
    if (!(await takeHeader(queue))) return;
    let [checksum, length] = [0, 0];
    for await (const piece of inflate(queue, chunkSize)) {
      checksum = crc32(piece, checksum);
      length += piece.length;
      yield piece;
    }
    if ((await queue.takeUint32()) !== checksum) throw new DamagedCompression("incorrect data check");
    if ((await queue.takeUint32()) !== length % 2 ** 32) throw new DamagedCompression("incorrect length check");
    // Members may be empty: only here is it heard that nobody wants more.
    await setImmediate();
    yield nothing;
  }
}

/** Takes the header of a member; false where there is padding, all of which it takes. */
async function takeHeader(queue: ByteQueue): Promise<boolean> {
  const [first = 0] = await queue.take(1);
  if (first === 0) {
    for (let piece = await queue.takePiece(); piece !== undefined; piece = await queue.takePiece()) {
      if (piece.some((byte) => byte !== 0)) throw new DamagedCompression("something comes behind the padding");
    }
    return false;
  }
  const [second = 0] = await queue.take(1);
  if (first + second * 256 !== magic) throw new DamagedCompression("what comes behind a member is not the next one");
  const [method = 0, flags = 0] = await queue.take(8);
  if (method !== deflated) throw new DamagedCompression("unknown compression method");
  if ((flags & Flag.RESERVED) !== 0) throw new DamagedCompression("unknown header flags set");
  if ((flags & Flag.EXTRA) !== 0) {
    const [low = 0, high = 0] = await queue.take(2);
    await queue.skip(low + high * 256);
  }
  for (const flag of [Flag.NAME, Flag.COMMENT]) {
    while ((flags & flag) !== 0 && (await queue.take(1))[0] !== 0);
  }
  if ((flags & Flag.CHECKSUM) !== 0) await queue.skip(2);
  return true;
}

/** Decompresses from the beginning of deflated data to their end, behind which the queue then stands. */
async function* inflate(queue: ByteQueue, chunkSize: number): AsyncGenerator<Uint8Array, void, undefined> {
  const { createInflateRaw } = await import("node:zlib");
  const stream = createInflateRaw({ chunkSize });
  const state = { isAtEnd: false, piecesFed: 0, failure: undefined as unknown };
  let wake = (): void => undefined;
  stream.on("readable", () => wake());
  stream.on("end", () => {
    state.isAtEnd = true;
    wake();
  });
  stream.on("error", (error) => {
    state.failure = error;
    wake();
  });
  const fed = (): void => {
    state.piecesFed++;
    wake();
  };
  try {
    for (let [given, pieces] = [0, 1]; ; pieces++) {
      const input = await queue.takePiece();
      given += input?.length ?? 0;
      if (input === undefined) stream.end();
      else stream.write(input, fed);
      for (;;) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        for (let piece = nextOf(stream); piece !== null; piece = nextOf(stream)) yield piece;
        if (state.failure !== undefined) throw asCompressionError(state.failure);
        const isFed = state.piecesFed === pieces;
        const rest = isFed || state.isAtEnd ? given - stream.bytesWritten : 0; // zlib takes nothing behind the end.
        if (input !== undefined && rest > 0) queue.giveBack(input.subarray(input.length - rest));
        if (state.isAtEnd || rest > 0) return;
        if (isFed) break;
        await woken;
      }
    }
  } finally {
    stream.destroy();
  }
}

function nextOf(stream: Readable): Uint8Array | null {
  return stream.read() as Uint8Array | null;
}

/** Deflated data are damaged, so zlib has kept back what it had in hand. */
class DamagedDeflate extends DamagedCompression {}

/** What zlib says, as ours; errors of the file are given back as they are. */
function asCompressionError(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || !String(error.code).startsWith("Z_")) return error;
  return error.code === "Z_BUF_ERROR" ? new CutCompression() : new DamagedDeflate(error.message);
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
