// The few names of WebAssembly the engine uses. They are global in Node, Deno, Bun and browsers, but TypeScript types
// them only together with the whole DOM, which the engine must not see.

interface Memory {
  readonly buffer: ArrayBuffer;
}

interface WebAssemblyGlobal {
  readonly Memory: new (size: { initial: number; maximum: number }) => Memory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: { env: { memory: Memory } }) => { readonly exports: unknown };
}

/** WebAssembly where the platform has it. */
export const webAssembly: WebAssemblyGlobal | undefined = (globalThis as { WebAssembly?: WebAssemblyGlobal })
  .WebAssembly;

export type { Memory as WebAssemblyMemory };
