// The kernel: what runs as WebAssembly over the engine's memory.

export { copy, same } from "./bytes";
export { ipv4, sum, transport } from "./checksum";
export { look } from "./express";
export { advance } from "./in-order";
