// The kernel: what runs as WebAssembly over the engine's memory.

export { advance, follow } from "./advance";
export { copy, same } from "./bytes";
export { ipv4, sum, transport } from "./checksum";
export { look } from "./express";
export { useFlows } from "./flow-table";
export { useFragments } from "./fragments";
export { useScans } from "./scan";
export { useBacklogs } from "./waiting";
export { useTally } from "./window";
