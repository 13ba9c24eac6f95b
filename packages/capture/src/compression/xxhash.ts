// xxHash, of which the checksums of zstd and lz4 are made. Its WebAssembly is compiled for the first file that has any.

import type { XXHashAPI } from "xxhash-wasm";

let loading: Promise<XXHashAPI> | undefined;

/** The hash functions. */
export function xxhash(): Promise<XXHashAPI> {
  return (loading ??= import("xxhash-wasm").then((module) => module.default()));
}
