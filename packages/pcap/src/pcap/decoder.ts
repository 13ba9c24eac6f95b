// Reads classic pcap (layout.ts has the format). The loop over records is what every frame of every file goes through:
// it allocates nothing, reads numbers with one DataView and writes them into the columns of the batch. What rarely
// happens (a fraction of a second or more, an absurd length) leaves the loop or goes to a function of its own.

import type { CaptureDecoder, Truncation } from "../capture-decoder.js";
import { CaptureFormatError } from "../errors.js";
import { latestSecond } from "../frame-batch.js";
import type { FrameBatch } from "../frame-batch.js";
import type { CaptureInterface } from "../frame-source.js";
import { maximumCapturedLength } from "../intake.js";
import { canonicalLinkType } from "../link-type.js";
import { fileHeader, linkTypeMask, pcapVariants, recordHeader, version } from "./layout.js";
import type { PcapVariant } from "./layout.js";
import { recordHeaderLengthOf } from "./record-header.js";

const nanosecondsPerSecond = 1_000_000_000;

/** A decoder for one classic pcap file: both byte orders, microseconds and nanoseconds, and the variants of layout.ts. */
export class PcapDecoder implements CaptureDecoder {
  #interfaces: readonly CaptureInterface[] = [];
  #isBigEndian = false;
  #variant: PcapVariant = pcapVariants[0]!;
  #recordHeaderLength: number = recordHeader.length;
  /** True when the first record was read: from then on the length of its header is certain. */
  #hasRecords = false;
  /** True for a version of which there are files with the two lengths of a record the other way round. */
  #mayBeSwapped = false;
  /** Position in the file of the first byte that was not taken yet. */
  #fileOffset = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #block: Uint8Array = new Uint8Array(0);

  /** One, once the file header was read; its link type is canonical (see canonicalLinkType). */
  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  /**
   * See CaptureDecoder. Lengths and times that cannot be are mended: an original length below the captured one, or of
   * 2 GiB and more, becomes the captured one; a fraction of a second or more carries over into the seconds, which end
   * with `latestSecond`. In version 2.3 the greater of the two lengths is the original one.
   */
  decode(block: Uint8Array, start: number, end: number, batch: FrameBatch): number {
    if (block !== this.#block) {
      this.#block = block;
      this.#view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    }
    batch.clear();
    batch.bytes = block;
    let records = start;
    if (!this.#hasHeader) {
      if (end - start < fileHeader.length) {
        return start;
      }
      const header = this.#variantOf(this.#view, start).fileHeaderLength;
      if (end - start < header) {
        return start;
      }
      this.#readFileHeader(this.#view, start);
      records = start + header;
      this.#fileOffset = header;
    }
    batch.interfaces = this.#interfaces;
    if (!this.#hasRecords) {
      const first = { view: this.#view, littleEndian: !this.#isBigEndian, start: records, end };
      this.#recordHeaderLength = recordHeaderLengthOf(first, this.#variant);
    }
    const position = this.#readRecords(records, end, batch);
    this.#hasRecords ||= position > records;
    this.#fileOffset += position - records;
    return position;
  }

  finish(left: number): Truncation | undefined {
    const offset = this.#fileOffset;
    if (!this.#hasHeader) {
      const length = this.#variant.fileHeaderLength;
      const message = `the capture ends after ${left} bytes, inside its file header of ${length} bytes`;
      return { code: "cut-header", offset, message };
    }
    if (left === 0) {
      return undefined;
    }
    const message = `the capture ends at byte ${offset + left}, inside the record that begins at byte ${offset}`;
    return { code: "cut-record", offset, message };
  }

  get #hasHeader(): boolean {
    return this.#interfaces.length > 0;
  }

  #variantOf(view: DataView, start: number): PcapVariant {
    const magic = view.getUint32(start + fileHeader.magic, true);
    this.#isBigEndian = !pcapVariants.some((variant) => variant.magic === magic);
    const swapped = view.getUint32(start + fileHeader.magic, !this.#isBigEndian);
    const found = pcapVariants.find((variant) => variant.magic === swapped);
    if (found === undefined) {
      throw new CaptureFormatError("unknown-format", 0, `0x${magic.toString(16)} is not a magic of pcap`);
    }
    this.#variant = found;
    return found;
  }

  #readFileHeader(view: DataView, start: number): void {
    const little = !this.#isBigEndian;
    const major = view.getUint16(start + fileHeader.majorVersion, little);
    const minor = view.getUint16(start + fileHeader.minorVersion, little);
    if (major !== version.major || minor < version.oldestMinorRead) {
      const read = `${version.major}.${version.oldestMinorRead} and later of ${version.major}`;
      throw new CaptureFormatError(
        "unsupported-version",
        fileHeader.majorVersion,
        `pcap version ${major}.${minor}; versions read: ${read}`,
      );
    }
    this.#mayBeSwapped = minor === version.minorPerhapsSwapped;
    const linkType = view.getUint32(start + fileHeader.linkType, little) & linkTypeMask;
    const snapLength = view.getUint32(start + fileHeader.snapLength, little);
    this.#interfaces = [{ linkType: canonicalLinkType(linkType), snapLength }];
  }

  /**
   * Fills `batch` with whole records of the block from `start` on; returns the position after the last one. All that the
   * loop needs is in locals, and the byte order is the outcome of a `!`, of which V8 knows that it is true or false: it
   * compiles the loop while that runs, and then asks objects and modules, and what is true of a field, for each record.
   */
  #readRecords(start: number, end: number, batch: FrameBatch): number {
    const view = this.#view;
    const little = !this.#isBigEndian;
    const mayBeSwapped = this.#mayBeSwapped;
    const { nanosecondsPerUnit } = this.#variant;
    const recordHeaderLength = this.#recordHeaderLength;
    const {
      seconds: toSeconds,
      fraction: toFraction,
      capturedLength: toCaptured,
      originalLength: toOriginal,
    } = recordHeader;
    const longest = maximumCapturedLength;
    const unitsPerSecond = nanosecondsPerSecond / nanosecondsPerUnit;
    const { offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex, capacity } = batch;
    const lastHeader = end - recordHeaderLength;
    let position = start;
    let count = 0;
    while (position <= lastHeader && count < capacity) {
      let captured = view.getInt32(position + toCaptured, little);
      let original = view.getInt32(position + toOriginal, little);
      if (mayBeSwapped && captured >>> 0 > original >>> 0) [captured, original] = [original, captured];
      if (captured < 0 || captured > longest) {
        if (count === 0) {
          throw this.#absurdRecord(captured, position - start);
        }
        break;
      }
      const frame = position + recordHeaderLength;
      const next = frame + captured;
      if (next > end) {
        break;
      }
      const fraction = view.getUint32(position + toFraction, little);
      seconds[count] = view.getUint32(position + toSeconds, little);
      offset[count] = frame;
      capturedLength[count] = captured;
      originalLength[count] = original < captured ? captured : original;
      if (fraction < unitsPerSecond) {
        nanoseconds[count] = fraction * nanosecondsPerUnit;
      } else {
        carrySeconds(batch, count, fraction, unitsPerSecond, nanosecondsPerUnit);
      }
      position = next;
      count++;
    }
    interfaceIndex.fill(0, 0, count);
    batch.length = count;
    return position;
  }

  #absurdRecord(captured: number, taken: number): CaptureFormatError {
    const announced = captured >>> 0;
    return new CaptureFormatError(
      "absurd-record",
      this.#fileOffset + taken,
      `a record announces ${announced} captured bytes, more than the ${maximumCapturedLength} a record can have`,
    );
  }
}

/** Writes the time of a frame whose fraction is a second or more. `seconds` has the whole ones already. */
function carrySeconds(
  batch: FrameBatch,
  index: number,
  fraction: number,
  unitsPerSecond: number,
  nanosecondsPerUnit: number,
): void {
  const seconds = batch.seconds[index]! + Math.floor(fraction / unitsPerSecond);
  const isLate = seconds > latestSecond;
  batch.seconds[index] = isLate ? latestSecond : seconds;
  batch.nanoseconds[index] = isLate ? nanosecondsPerSecond - 1 : (fraction % unitsPerSecond) * nanosecondsPerUnit;
}
