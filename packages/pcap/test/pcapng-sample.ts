// pcapng files for the tests of this package, written byte by byte and not with PcapngWriter, so that reader and writer
// cannot be wrong in the same way; and their reading as a source does it.

import { FrameBatch, PcapngDecoder } from "@tsnids/pcap";
import type { CaptureInterface, PcapngBlock, Truncation } from "@tsnids/pcap";

/** Numbers in a byte order. */
export class Numbers {
  readonly little: boolean;

  constructor(little: boolean) {
    this.little = little;
  }

  u16(value: number): number[] {
    return this.#bytes(BigInt(value), 2);
  }

  u32(value: number): number[] {
    return this.#bytes(BigInt(value), 4);
  }

  u64(value: bigint): number[] {
    return this.#bytes(value, 8);
  }

  /** The two halves of a time stamp, the upper one first. */
  time(units: bigint): number[] {
    return [...this.u32(Number(units >> 32n)), ...this.u32(Number(units & 0xffffffffn))];
  }

  block(type: number, body: readonly number[]): number[] {
    const whole = pad(body);
    const length = this.u32(12 + whole.length);
    return [...this.u32(type), ...length, ...whole, ...length];
  }

  option(code: number, value: readonly number[]): number[] {
    return [...this.u16(code), ...this.u16(value.length), ...pad(value)];
  }

  options(...options: readonly (readonly number[])[]): number[] {
    return options.length === 0 ? [] : [...options.flat(), 0, 0, 0, 0];
  }

  section(...options: readonly (readonly number[])[]): number[] {
    const fields = [...this.u32(0x1a2b3c4d), ...this.u16(1), ...this.u16(0), ...this.u64(0xffffffffffffffffn)];
    return this.block(0x0a0d0d0a, [...fields, ...this.options(...options)]);
  }

  interface(linkType: number, snapLength: number, ...options: readonly (readonly number[])[]): number[] {
    const fields = [...this.u16(linkType), 0, 0, ...this.u32(snapLength)];
    return this.block(1, [...fields, ...this.options(...options)]);
  }

  enhanced(index: number, units: bigint, bytes: readonly number[], original: number = bytes.length): number[] {
    const lengths = [...this.u32(bytes.length), ...this.u32(original)];
    return this.block(6, [...this.u32(index), ...this.time(units), ...lengths, ...bytes]);
  }

  #bytes(value: bigint, width: number): number[] {
    const bytes = Array.from({ length: width }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));
    return this.little ? bytes : bytes.reverse();
  }
}

export function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

export function pad(bytes: readonly number[]): number[] {
  return [...bytes, ...new Array<number>((4 - (bytes.length % 4)) % 4).fill(0)];
}

/** A frame as it should come out, with what is known of its interface. */
export interface SeenFrame {
  readonly bytes: readonly number[];
  readonly originalLength: number;
  readonly time: readonly [seconds: number, nanoseconds: number];
  readonly from: CaptureInterface;
}

export interface Reading {
  readonly frames: readonly SeenFrame[];
  readonly blocks: readonly PcapngBlock[];
  readonly truncation: Truncation | undefined;
  /** What decode threw. */
  readonly error: unknown;
  /** The most bytes that had to be held back between two calls. */
  readonly mostHeld: number;
}

/** Reads `file` as a source does: `step` new bytes at a time, with a batch for `capacity` frames. */
export function read(file: Uint8Array, step: number = file.length, capacity = 2048): Reading {
  const blocks: PcapngBlock[] = [];
  const decoder = new PcapngDecoder({ onBlock: (block) => blocks.push(block) });
  const batch = new FrameBatch(capacity);
  const held = new Uint8Array(new ArrayBuffer(file.length + 5), 5);
  const frames: SeenFrame[] = [];
  let [start, end, mostHeld] = [0, 0, 0];
  try {
    while (end < file.length) {
      held.set(file.subarray(end, end + step), end);
      end = Math.min(file.length, end + step);
      do {
        start = decoder.decode(held, start, end, batch);
        frames.push(...framesOf(batch));
      } while (batch.length > 0);
      mostHeld = Math.max(mostHeld, end - start);
    }
  } catch (error) {
    return { frames, blocks, truncation: undefined, error, mostHeld };
  }
  return { frames, blocks, truncation: decoder.finish(end - start), error: undefined, mostHeld };
}

function framesOf(batch: FrameBatch): SeenFrame[] {
  return Array.from({ length: batch.length }, (_, index) => {
    const offset = batch.offset[index]!;
    return {
      bytes: [...batch.bytes.subarray(offset, offset + batch.capturedLength[index]!)],
      originalLength: batch.originalLength[index]!,
      time: [batch.seconds[index]!, batch.nanoseconds[index]!],
      from: batch.interfaces[batch.interfaceIndex[index]!]!,
    };
  });
}
