/**
 * The frames of a capture file, one batch each, after the filter: whoever feeds the engine knows which frame it is at.
 */
import { readFileSync } from "node:fs";
import { Filter, FilteredSource } from "@tsnids/filter";
import { CaptureFormatError, FrameBatch, LinkType, MemorySource } from "@tsnids/pcap";

/** The capture cannot be read, or the filter not be compiled; `stage` is where nids_oracle says so. */
export class InitError extends Error {
  /**
   * @param {"pcap" | "nids"} stage
   * @param {string} message
   */
  constructor(stage, message) {
    super(message);
    this.stage = stage;
  }
}

/**
 * A capture, and the frames of it that count.
 *
 * @typedef {object} Opened
 * @property {MemorySource} capture
 * @property {import("@tsnids/pcap").FrameSource} source
 */

/**
 * Opens a capture. As in libnids a filter for ports loses the later fragments of what it keeps. Throws InitError.
 *
 * @param {import("./command-line.js").Options} options
 * @returns {Opened}
 */
export function openCapture({ file, filter: expression, mode }) {
  // Who hands frames over one by one has opened the capture; otherwise libnids does.
  const capture = read(file, mode === "handler" ? "pcap" : "nids");
  if (expression === undefined) return { capture, source: capture };
  try {
    const filter = new Filter(expression);
    filter.predicate(linkTypeOf(capture));
    return { capture, source: new FilteredSource(capture, filter, { keepsFragments: false }) };
  } catch {
    // What libnids says, whatever the reason.
    throw new InitError("nids", "Libnids not initialized");
  }
}

/**
 * @param {string} file
 * @param {"pcap" | "nids"} stage
 */
function read(file, stage) {
  try {
    const source = new MemorySource(readFileSync(file));
    source.batches().next(); // reads the file header
    return source;
  } catch (error) {
    if (error instanceof CaptureFormatError) throw new InitError(stage, error.message);
    const isMissing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
    throw new InitError(stage, `${file}: ${isMissing ? "No such file or directory" : "cannot be read"}`);
  }
}

/**
 * Each frame of a source, in the same batch again and again.
 *
 * @param {import("@tsnids/pcap").FrameSource} source
 */
export async function* singleFrames(source) {
  const single = new FrameBatch(1);
  for await (const batch of source.batches()) {
    single.bytes = batch.bytes;
    single.interfaces = batch.interfaces;
    for (let at = 0; at < batch.length; at++) {
      single.clear();
      single.push(
        /** @type {number} */ (batch.offset[at]),
        /** @type {number} */ (batch.capturedLength[at]),
        /** @type {number} */ (batch.originalLength[at]),
        /** @type {number} */ (batch.seconds[at]),
        /** @type {number} */ (batch.nanoseconds[at]),
        /** @type {number} */ (batch.interfaceIndex[at]),
      );
      yield single;
    }
  }
}

/**
 * The link type of a capture, as the number the capture library has for it on Linux.
 *
 * @param {MemorySource} capture
 */
export function dataLink(capture) {
  const type = linkTypeOf(capture);
  return type === LinkType.RAW ? 12 : type;
}

/** @param {MemorySource} capture */
function linkTypeOf(capture) {
  for (const batch of capture.batches()) return batch.interfaces[0]?.linkType ?? LinkType.ETHERNET;
  return LinkType.ETHERNET;
}

/** Bytes before the IP header that libnids reckons with at first, by link type; where there is none, 0. */
export const linkOffsets = new Map([
  [LinkType.NULL, 4],
  [LinkType.LOOP, 4],
  [LinkType.ETHERNET, 14],
  [LinkType.IEEE802_5, 22],
  [LinkType.PPP, 4],
  [LinkType.FDDI, 21],
  [LinkType.PPP_HDLC, 4],
  [LinkType.LINUX_SLL, 16],
]);
