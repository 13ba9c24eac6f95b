// The kernel: what runs as WebAssembly over the engine's memory.

export { advance } from "./advance";
export { copy, same } from "./bytes";
export { ipv4, sum, transport } from "./checksum";
export { look } from "./express";
export { configure } from "./waiting";
