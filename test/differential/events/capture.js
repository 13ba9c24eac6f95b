/**
 * The frames of a capture file, one batch each, after the filter: whoever feeds the engine knows which frame it is at.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
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
 * Opens a capture. The filter is applied by tcpdump, whose library libnids uses as well. Throws InitError.
 *
 * @param {import("./command-line.js").Options} options
 */
export function openCapture({ file, filter, mode }) {
  // Who hands frames over one by one has opened the capture; otherwise libnids does.
  const source = read(file, mode === "handler" ? "pcap" : "nids");
  if (filter === undefined) return source;
  try {
    const filtered = execFileSync("tcpdump", ["-r", "-", "-w", "-", filter], {
      input: source.bytes,
      stdio: ["pipe", "pipe", "ignore"],
      maxBuffer: 2 * source.bytes.length + 1024,
    });
    return new MemorySource(filtered);
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
 * @param {MemorySource} source
 */
export function* singleFrames(source) {
  const single = new FrameBatch(1);
  for (const batch of source.batches()) {
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
 * @param {MemorySource} source
 */
export function dataLink(source) {
  for (const batch of source.batches()) {
    const type = batch.interfaces[0]?.linkType ?? LinkType.ETHERNET;
    return type === LinkType.RAW ? 12 : type;
  }
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
