// Captures for the tests of this package. Written byte by byte here and not with PcapWriter, so that reader and writer
// cannot be wrong in the same way; and the feeding of a decoder in blocks of any size, as sources do it.

import { FrameBatch, PcapDecoder } from "@tsnids/pcap";
import type { CaptureInterface, Truncation } from "@tsnids/pcap";

export interface Variant {
  readonly little: boolean;
  readonly nanoseconds: boolean;
}

export const variants: readonly Variant[] = [
  { little: true, nanoseconds: false },
  { little: true, nanoseconds: true },
  { little: false, nanoseconds: false },
  { little: false, nanoseconds: true },
];

export const variantName = ({ little, nanoseconds }: Variant): string =>
  `${little ? "little" : "big"}-endian, ${nanoseconds ? "nanoseconds" : "microseconds"}`;

/** A frame as it should come out. */
export interface Frame {
  readonly bytes: readonly number[];
  readonly originalLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A record as it stands in a file: any number anywhere. */
export interface Record {
  readonly bytes: readonly number[];
  readonly seconds?: number;
  readonly fraction?: number;
  readonly capturedLength?: number;
  readonly originalLength?: number;
}

export interface Header {
  readonly magic?: number;
  readonly major?: number;
  readonly minor?: number;
  readonly snapLength?: number;
  readonly linkType?: number;
}

function number(value: number, width: 2 | 4, little: boolean): number[] {
  const bytes = Array.from({ length: width }, (_, index) => Math.floor(value / 256 ** index) % 256);
  return little ? bytes : bytes.reverse();
}

/** The bytes of a file: 24 of header, 16 and the frame for each record. */
export function pcapFile(variant: Variant, records: readonly Record[], header: Header = {}): Uint8Array {
  const { little } = variant;
  const u16 = (value: number): number[] => number(value, 2, little);
  const u32 = (value: number): number[] => number(value, 4, little);
  const magic = variant.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  return Uint8Array.from([
    ...u32(header.magic ?? magic),
    ...u16(header.major ?? 2),
    ...u16(header.minor ?? 4),
    ...u32(0),
    ...u32(0),
    ...u32(header.snapLength ?? 65535),
    ...u32(header.linkType ?? 1),
    ...records.flatMap(({ bytes, seconds, fraction, capturedLength, originalLength }) => [
      ...u32(seconds ?? 0),
      ...u32(fraction ?? 0),
      ...u32(capturedLength ?? bytes.length),
      ...u32(originalLength ?? bytes.length),
      ...bytes,
    ]),
  ]);
}

/** The frames of a batch, copied. */
export function framesOf(batch: FrameBatch): Frame[] {
  return Array.from({ length: batch.length }, (_, index) => {
    const offset = batch.offset[index]!;
    return {
      bytes: [...batch.bytes.subarray(offset, offset + batch.capturedLength[index]!)],
      originalLength: batch.originalLength[index]!,
      seconds: batch.seconds[index]!,
      nanoseconds: batch.nanoseconds[index]!,
    };
  });
}

export interface Reading {
  readonly frames: readonly Frame[];
  readonly interfaces: readonly CaptureInterface[];
  readonly truncation: Truncation | undefined;
  /** What decode threw. */
  readonly error: unknown;
}

/**
 * Reads `file` with a new decoder as a source does: `step` new bytes at a time behind those not taken, in a block that
 * begins somewhere inside its buffer, with a batch for `capacity` frames.
 */
export function read(file: Uint8Array, step: number = file.length, capacity = 2048): Reading {
  const decoder = new PcapDecoder();
  const batch = new FrameBatch(capacity);
  const block = new Uint8Array(new ArrayBuffer(file.length + 5), 5);
  const frames: Frame[] = [];
  let start = 0;
  let end = 0;
  try {
    while (end < file.length) {
      block.set(file.subarray(end, end + step), end);
      end = Math.min(file.length, end + step);
      do {
        start = decoder.decode(block, start, end, batch);
        frames.push(...framesOf(batch));
      } while (batch.length > 0);
    }
  } catch (error) {
    return { frames, interfaces: decoder.interfaces, truncation: undefined, error };
  }
  return { frames, interfaces: decoder.interfaces, truncation: decoder.finish(end - start), error: undefined };
}
