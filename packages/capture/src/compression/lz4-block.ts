// One block of lz4 (lz4_Block_format.md): sequences of bytes as they are, and of bytes that were there before.
//
//     │ token: 4 bits literals, 4 bits match │ more literals … │ literals … │ offset 2 │ more match … │
//
// A count of 15 goes on in the bytes behind, up to the first that is not 255. Matches have 4 bytes at least. The last
// sequence ends with its literals.

import { DamagedCompression } from "./errors.js";

const shortestMatch = 4;
const longCount = 15;

/**
 * Decompresses `block` to `target[start…]` and returns the position behind the last byte. Matches may refer to
 * everything from `oldest` on. Throws DamagedCompression for what does not fit.
 */
export function decompressBlock(block: Uint8Array, target: Uint8Array, start: number, oldest: number): number {
  let from = 0;
  let to = start;
  const countFrom = (nibble: number): number => {
    let count = nibble;
    if (nibble === longCount) {
      let more: number;
      do {
        more = block[from++] ?? outside();
        count += more;
      } while (more === 255);
    }
    return count;
  };
  while (from < block.length) {
    const token = block[from++]!;
    const literals = countFrom(token >> 4);
    if (literals > block.length - from || literals > target.length - to) outside();
    for (let end = from + literals; from < end;) target[to++] = block[from++]!;
    if (from === block.length) return to;
    if (block.length - from < 2) outside();
    const offset = block[from]! | (block[from + 1]! << 8);
    from += 2;
    const length = countFrom(token & 15) + shortestMatch;
    let match = to - offset;
    if (offset === 0 || match < oldest || length > target.length - to) outside();
    for (let end = to + length; to < end;) target[to++] = target[match++]!; // It may overlap what it writes.
  }
  return outside();
}

function outside(): never {
  throw new DamagedCompression("a block refers to what is not there");
}
