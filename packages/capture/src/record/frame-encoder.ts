// Frames as the bytes of a pcap or pcapng file. A pcapng file gets a description of each interface when its first frame
// comes; interfaces that say the same of themselves are one, also when they come from different captures.

import { CaptureArgumentError, maximumInterfaces, PcapngWriter, PcapWriter } from "@tsnids/pcap";
import type { CaptureInterface, FrameBatch } from "@tsnids/pcap";
import { RecordError } from "./record-error.js";

/** The formats that can be written. */
export const recordFormats = ["pcap", "pcapng"] as const;
export type RecordFormat = (typeof recordFormats)[number];

/** Encodes the frames of one file. */
export interface FrameEncoder {
  /** The pieces of the file for one frame of a batch, with what has to stand before it. Throws RecordError. */
  encode(batch: FrameBatch, index: number): readonly Uint8Array[];
}

/** An encoder for a new file; `path` is for messages. */
export function frameEncoder(format: RecordFormat, path: string): FrameEncoder {
  return format === "pcap" ? new PcapEncoder(path) : new PcapngEncoder(path);
}

/** One link type, times with nanoseconds. */
class PcapEncoder implements FrameEncoder {
  readonly #path: string;
  #writer: PcapWriter | undefined;
  #linkType = 0;

  constructor(path: string) {
    this.#path = path;
  }

  encode(batch: FrameBatch, index: number): readonly Uint8Array[] {
    const { linkType } = interfaceOf(batch, index);
    const pieces: Uint8Array[] = [];
    if (this.#writer === undefined) {
      this.#writer = new PcapWriter({ linkType, nanoseconds: true });
      this.#linkType = linkType;
      pieces.push(this.#writer.header());
    } else if (linkType !== this.#linkType) {
      const what = `a pcap file has one link type, and after ${this.#linkType} there is ${linkType}; write pcapng`;
      throw new RecordError("several-link-types", this.#path, what);
    }
    const writer = this.#writer;
    const original = batch.originalLength[index]!;
    pieces.push(
      fitting(this.#path, () =>
        writer.record(frameOf(batch, index), original, batch.seconds[index]!, batch.nanoseconds[index]!),
      ),
    );
    return pieces;
  }
}

/** Any number of interfaces. */
class PcapngEncoder implements FrameEncoder {
  readonly #path: string;
  readonly #writer: PcapngWriter = new PcapngWriter({ application: "tsnids" });
  /** Numbers in the file, by what interfaces say of themselves. */
  readonly #numbers: Map<string, number> = new Map();
  /** Numbers in the file of the interfaces of the list in hand. */
  #list: readonly CaptureInterface[] = [];
  #numberOf: number[] = [];
  #hasSection = false;

  constructor(path: string) {
    this.#path = path;
  }

  encode(batch: FrameBatch, index: number): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    if (!this.#hasSection) pieces.push(this.#section());
    if (batch.interfaces !== this.#list) {
      this.#list = batch.interfaces;
      this.#numberOf = [];
    }
    const at = batch.interfaceIndex[index]!;
    const number = (this.#numberOf[at] ??= this.#number(interfaceOf(batch, index), pieces));
    const original = batch.originalLength[index]!;
    const block = fitting(this.#path, () =>
      this.#writer.packet(number, frameOf(batch, index), original, batch.seconds[index]!, batch.nanoseconds[index]!),
    );
    pieces.push(block);
    return pieces;
  }

  #section(): Uint8Array {
    this.#hasSection = true;
    this.#numbers.clear();
    this.#numberOf = [];
    return this.#writer.section();
  }

  #number({ linkType, snapLength, name, description }: CaptureInterface, pieces: Uint8Array[]): number {
    const key = JSON.stringify([linkType, snapLength, name, description]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    // A reader takes so many interfaces of a section; the next section has its own.
    if (this.#numbers.size >= maximumInterfaces) pieces.push(this.#section());
    const options = {
      linkType,
      snapLength,
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    };
    pieces.push(this.#writer.interface(options));
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }
}

function interfaceOf(batch: FrameBatch, index: number): CaptureInterface {
  return batch.interfaces[batch.interfaceIndex[index]!]!;
}

function frameOf({ bytes, offset, capturedLength }: FrameBatch, index: number): Uint8Array {
  return bytes.subarray(offset[index], offset[index]! + capturedLength[index]!);
}

function fitting(path: string, encode: () => Uint8Array): Uint8Array {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof CaptureArgumentError)) throw error;
    throw new RecordError("does-not-fit", path, `the format cannot hold a frame: ${error.message}`, error);
  }
}
