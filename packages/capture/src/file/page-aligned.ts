// Memory to read files into. The system copies from its cache, where pages are aligned, up to twice as fast to the
// beginning of a page as to 16 bytes behind it, where allocators put large blocks; the memory of WebAssembly begins
// with a page.

interface MemoryConstructor {
  new (descriptor: { initial: number; maximum: number }): { readonly buffer: ArrayBuffer };
}

const wasmPage = 65536;

/** So many bytes, from the beginning of a page on where there is enough address space. */
export function pageAligned(length: number): Uint8Array {
  const pages = Math.ceil(length / wasmPage);
  try {
    const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;
    return new Uint8Array(new Memory({ initial: pages, maximum: pages }).buffer, 0, length);
  } catch {
    return new Uint8Array(length); // each memory reserves gigabytes of address space, which `ulimit -v` may forbid
  }
}
