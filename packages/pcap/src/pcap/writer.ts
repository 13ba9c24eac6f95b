// Writes classic pcap (layout.ts has the format): the pieces of a file as bytes. Where they go is the caller's matter.

import { isLittleEndian, requireBytes, requireInteger } from "../errors.js";
import { maximumCapturedLength } from "../intake.js";
import { fileHeader, linkTypeMask, Magic, recordHeader, version } from "./layout.js";

const maximumUint32 = 0xffffffff;

/** What a pcap file says about itself. */
export interface PcapWriterOptions {
  /** How the frames begin: a LINKTYPE_ number (see LinkType), 0 to 65535. */
  readonly linkType: number;
  /** Bytes kept of a frame at most. Default: 262144, the most a record can have. */
  readonly snapLength?: number;
  /** Whether times have nanoseconds; without, they are cut to microseconds, which every program reads. Default: false. */
  readonly nanoseconds?: boolean;
  /** Byte order of all numbers. Default: "little". */
  readonly byteOrder?: "little" | "big";
}

/**
 * The pieces of one pcap file: the header first, then a record for each frame.
 *
 *     const writer = new PcapWriter({ linkType: LinkType.ETHERNET });
 *     file.write(writer.header());
 *     file.write(writer.record(frame, frame.length, 1700000000, 250_000_000));
 */
export class PcapWriter {
  readonly #linkType: number;
  readonly #snapLength: number;
  readonly #nanoseconds: boolean;
  readonly #littleEndian: boolean;

  /** Throws CaptureArgumentError for numbers that the format cannot hold, and a byte order that there is not. */
  constructor(options: PcapWriterOptions) {
    const { linkType, snapLength = maximumCapturedLength, nanoseconds = false, byteOrder = "little" } = options;
    requireInteger("linkType", linkType, 0, linkTypeMask);
    requireInteger("snapLength", snapLength, 0, maximumUint32);
    this.#linkType = linkType;
    this.#snapLength = snapLength;
    this.#nanoseconds = nanoseconds;
    this.#littleEndian = isLittleEndian(byteOrder);
  }

  /** The 24 bytes that a file begins with. */
  header(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(fileHeader.length);
    const view = new DataView(bytes.buffer);
    const little = this.#littleEndian;
    view.setUint32(fileHeader.magic, this.#nanoseconds ? Magic.NANOSECONDS : Magic.MICROSECONDS, little);
    view.setUint16(fileHeader.majorVersion, version.major, little);
    view.setUint16(fileHeader.minorVersion, version.minor, little);
    view.setUint32(fileHeader.snapLength, this.#snapLength, little);
    view.setUint32(fileHeader.linkType, this.#linkType, little);
    return bytes;
  }

  /**
   * A frame with its record header, copied. `originalLength` is what the frame had on the wire, `seconds` is whole
   * seconds since 1970, `nanoseconds` 0 to 999,999,999. Throws CaptureArgumentError for what are no bytes, for a frame of
   * more than 262144, and for numbers that the format cannot hold.
   */
  record(frame: Uint8Array, originalLength: number, seconds: number, nanoseconds: number): Uint8Array<ArrayBuffer> {
    requireBytes("frame", frame);
    requireInteger("frame.length", frame.length, 0, maximumCapturedLength);
    requireInteger("originalLength", originalLength, frame.length, maximumUint32);
    requireInteger("seconds", seconds, 0, maximumUint32);
    requireInteger("nanoseconds", nanoseconds, 0, 999_999_999);
    const bytes = new Uint8Array(recordHeader.length + frame.length);
    const view = new DataView(bytes.buffer);
    const little = this.#littleEndian;
    const fraction = this.#nanoseconds ? nanoseconds : Math.floor(nanoseconds / 1000);
    view.setUint32(recordHeader.seconds, seconds, little);
    view.setUint32(recordHeader.fraction, fraction, little);
    view.setUint32(recordHeader.capturedLength, frame.length, little);
    view.setUint32(recordHeader.originalLength, originalLength, little);
    bytes.set(frame, recordHeader.length);
    return bytes;
  }
}
