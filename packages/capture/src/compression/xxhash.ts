// xxHash: the checksums of zstd and lz4, and what tells first frames of captures apart. Its WebAssembly is compiled
// when it is first asked for.

import type { XXHashAPI } from "xxhash-wasm";

let loading: Promise<XXHashAPI> | undefined;

/** The hash functions. */
export function xxhash(): Promise<XXHashAPI> {
  return (loading ??= import("xxhash-wasm").then((module) => module.default()));
}
