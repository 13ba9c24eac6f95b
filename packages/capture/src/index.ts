// @tsnids/capture: where frames come from on a machine with Node: files, pipes, standard input.

export { CaptureError } from "./capture-error.js";
export type { CaptureErrorCode } from "./capture-error.js";
export { ChainSource } from "./chain-source.js";
export { FileSource } from "./file-source.js";
export type { CaptureWarning, FileSourceOptions } from "./file-source.js";
export { MergeSource } from "./merge-source.js";
export { maximumMergedInterfaces } from "./merged-interfaces.js";
