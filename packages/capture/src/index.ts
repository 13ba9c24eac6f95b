// @tsnids/capture: where frames come from on a machine with Node: files, pipes, standard input.

export { CaptureError } from "./capture-error.js";
export type { CaptureErrorCode } from "./capture-error.js";
export { ChainSource } from "./chain-source.js";
export type { CaptureWarning } from "./capture-warning.js";
export { FileSource } from "./file-source.js";
export type { FileSourceOptions } from "./file-source.js";
export { maximumFolderFiles } from "./follow/folder-listing.js";
export { FolderSource } from "./follow/folder-source.js";
export type { FolderPosition, FolderSourceOptions } from "./follow/folder-source.js";
export { TailSource } from "./follow/tail-source.js";
export { MergeSource } from "./merge-source.js";
export { maximumMergedInterfaces } from "./merged-interfaces.js";
export type { RecordFormat } from "./record/frame-encoder.js";
export { RecordError } from "./record/record-error.js";
export type { RecordErrorCode } from "./record/record-error.js";
export { Recorder } from "./record/recorder.js";
export type { RecorderOptions } from "./record/recorder.js";
export { RecordingSource } from "./record/recording-source.js";
export { maximumRememberedStreams, StreamRecorder } from "./record/stream-recorder.js";
export type { StreamRecorderOptions } from "./record/stream-recorder.js";
