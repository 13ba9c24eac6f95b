// Bytes in the engine's memory moved and compared; src/memory/byte-operations.ts is the TypeScript twin.

const lane: u32 = 16;

/** Copies `length` bytes; the ranges may overlap. */
export function copy(to: u32, from: u32, length: u32): void {
  memory.copy(to, from, length);
}

/** 1 where two ranges hold the same bytes. */
export function same(first: u32, second: u32, length: u32): u32 {
  if (length < lane) {
    for (let at: u32 = 0; at < length; at++) if (load<u8>(first + at) != load<u8>(second + at)) return 0;
    return 1;
  }
  // The last 16 bytes are compared whole, whatever of them was compared before.
  const last = length - lane;
  for (let at: u32 = 0; at < last; at += lane) if (differ(first + at, second + at)) return 0;
  return <u32>!differ(first + last, second + last);
}

@inline
function differ(first: u32, second: u32): bool {
  return v128.any_true(v128.xor(v128.load(first), v128.load(second)));
}
