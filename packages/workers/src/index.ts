// @tsnids/workers: one capture on many cores, an engine in each of several threads.

export { WorkerError } from "./errors.js";
export type { WorkerErrorCode } from "./errors.js";
export { blocksInFlight } from "./spreading-memory.js";
export { NidsWorkers, run } from "./nids-workers.js";
export type { WorkersOutcome } from "./nids-workers.js";
export { mostWorkers } from "./options.js";
export type { WorkersOptions } from "./options.js";
export type { WorkerContext, WorkerSetup } from "./worker-setup.js";
export { endGraceMs } from "./workers-run.js";
