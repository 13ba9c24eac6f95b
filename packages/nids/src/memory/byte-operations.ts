// Bytes in the engine's memory moved and compared, in TypeScript: the twin of kernel/bytes.ts, used where there is
// no WebAssembly.

/** What is done with ranges of the engine's memory. All positions are byte offsets there. */
export interface ByteOperations {
  /** Copies `length` bytes; the ranges may overlap. */
  copy(to: number, from: number, length: number): void;
  /** 1 where two ranges hold the same bytes. */
  same(first: number, second: number, length: number): number;
}

/** The operations in TypeScript over `memory`. */
export function portableByteOperations(memory: ArrayBuffer): ByteOperations {
  const bytes = new Uint8Array(memory);
  return {
    copy: (to, from, length) => {
      bytes.copyWithin(to, from, from + length);
    },
    same: (first, second, length) => {
      let at = 0;
      while (at < length && bytes[first + at] === bytes[second + at]) at++;
      return at === length ? 1 : 0;
    },
  };
}
