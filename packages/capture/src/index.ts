// @tsnids/capture: where frames come from on a machine with Node: files, pipes, standard input.

export { CaptureError } from "./capture-error.js";
export type { CaptureErrorCode } from "./capture-error.js";
export { ChainSource } from "./chain-source.js";
export { FileSource } from "./file-source.js";
export type { CaptureWarning, FileSourceOptions } from "./file-source.js";
export { systemTime } from "./live/byte-inlet.js";
export type { Timekeeper } from "./live/byte-inlet.js";
export { captureProfiles } from "./live/capture-feed.js";
export type { CaptureBackend, CaptureFeed, CaptureProfile, CaptureRequest, Drops } from "./live/capture-feed.js";
export type { DeviceState } from "./live/device-state.js";
export { listDevices } from "./live/devices.js";
export type { Device } from "./live/devices.js";
export { FeedSource } from "./live/feed-source.js";
export type { FeedOptions, LiveEvents, LiveStatistics, LiveWarning } from "./live/feed-source.js";
export type { LiveErrorCode } from "./live/live-errors.js";
export { LiveInjector } from "./live/live-injector.js";
export type { InjectorEvents } from "./live/live-injector.js";
export { backendNames, LiveSource } from "./live/live-source.js";
export type { BackendName, LiveOptions } from "./live/live-source.js";
export { PcapOverIpSource, pcapOverIpPort } from "./live/pcap-over-ip.js";
export type { PcapOverIpOptions } from "./live/pcap-over-ip.js";
export { PipeSource } from "./live/pipe-source.js";
export { MergeSource } from "./merge-source.js";
export { maximumMergedInterfaces } from "./merged-interfaces.js";
