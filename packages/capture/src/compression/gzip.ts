// gzip (RFC 1952), by the zlib of Node: several members one after the other are one file, zeros behind the last are
// padding. A stream of Node forgets what it holds when it is destroyed by an error; so what has been decompressed is read
// out with `read` before the error is told.

import { createGunzip } from "node:zlib";
import type { Gunzip } from "node:zlib";
import { CutCompression, DamagedCompression } from "./errors.js";

/** Bytes decompressed at once. */
const pieceLength = 256 * 1024;

/** See Decompress. */
export async function* gunzip(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createGunzip({ chunkSize: pieceLength });
  const state: { isAtEnd: boolean; failure: unknown } = { isAtEnd: false, failure: undefined };
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
  feed(stream, input).catch(fail);
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      for (let piece = nextOf(stream); piece !== null; piece = nextOf(stream)) yield piece;
      if (state.failure !== undefined) throw asCompressionError(state.failure);
      if (state.isAtEnd) return;
      await woken;
    }
  } finally {
    stream.destroy();
  }
}

async function feed(stream: Gunzip, input: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of input) {
    if (stream.destroyed) return;
    // The callback is called when the piece is decompressed, and also when the stream is destroyed before.
    await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
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
