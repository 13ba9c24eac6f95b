// @tsnids/pcap: capture file formats over bytes. No file, no clock, no device: it runs in a browser as it does in Node.

export type { CaptureDecoder, Truncation } from "./capture-decoder.js";
export { describeValue, isObject } from "./describe-value.js";
export { CaptureArgumentError, CaptureFormatError } from "./errors.js";
export type { CaptureArgumentErrorCode, CaptureFormatErrorCode } from "./errors.js";
export { captureFormats, detectFormat, longestMagic, openDecoder } from "./format.js";
export type { CaptureFormat, DecoderOptions } from "./format.js";
export { FrameBatch, isFrameBatch, latestSecond } from "./frame-batch.js";
export { isFrameSource, iteratorOf } from "./frame-source.js";
export type { CaptureInterface, FrameSource, FrameTime } from "./frame-source.js";
export { intakeChunk, intakeHeadroom, intakeLanes, intakeLength, maximumCapturedLength } from "./intake.js";
export { canonicalLinkType, LinkType, linkTypeName } from "./link-type.js";
export { MemorySource } from "./memory-source.js";
export { PcapBlock } from "./pcap/block.js";
export { PcapDecoder } from "./pcap/decoder.js";
export { PcapWriter } from "./pcap/writer.js";
export type { PcapWriterOptions } from "./pcap/writer.js";
export type {
  PcapngBlock,
  PcapngBlockListener,
  PcapngCustomBlock,
  PcapngDecryptionSecrets,
  PcapngInterface,
  PcapngInterfaceStatistics,
  PcapngNameResolution,
  PcapngOption,
  PcapngPacketOptions,
  PcapngSection,
  PcapngSkippedBlock,
  PcapngUnknownBlock,
  ResolvedName,
} from "./pcapng/blocks.js";
export { longestWholeBlock, maximumBlockLength } from "./pcapng/damage.js";
export { PcapngDecoder } from "./pcapng/decoder.js";
export type { PcapngDecoderOptions } from "./pcapng/decoder.js";
export { maximumInterfaces } from "./pcapng/interface-table.js";
export { PcapngWriter } from "./pcapng/writer.js";
export type {
  PcapngDescription,
  PcapngInterfaceOptions,
  PcapngStatisticsOptions,
  PcapngWriterOptions,
} from "./pcapng/writer.js";
