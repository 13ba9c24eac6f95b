// Frames as the bytes of a pcap or pcapng file. A pcapng file gets a description of each interface when its first frame
// comes; interfaces with the same description are one, even if they come from different captures.

import { CaptureArgumentError, LinkType, maximumInterfaces, PcapngWriter, PcapWriter } from "@tsnids/pcap";
import type { CaptureInterface, FrameBatch } from "@tsnids/pcap";
import { RecordError } from "./record-error.js";

/** The formats that can be written. */
export const recordFormats = ["pcap", "pcapng"] as const;
/** One of them: "pcap" or "pcapng". */
export type RecordFormat = (typeof recordFormats)[number];

/** Encodes the frames of one file. */
export interface FrameEncoder {
  /**
   * The pieces of the file for one frame of a batch, behind whatever has to stand before it. Throws RecordError; then
   * it is as if the frame had never come: what has to stand before it comes with the next one.
   */
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
    if (this.#writer !== undefined && linkType !== this.#linkType) {
      const what = `a pcap file has one link type, and after ${this.#linkType} there is ${linkType}; write pcapng`;
      throw new RecordError("several-link-types", this.#path, what);
    }
    return fitting(this.#path, () => {
      const writer = this.#writer ?? new PcapWriter({ linkType, nanoseconds: true });
      const original = batch.originalLength[index]!;
      const record = writer.record(frameOf(batch, index), original, batch.seconds[index]!, batch.nanoseconds[index]!);
      if (writer === this.#writer) return [record];
      this.#writer = writer;
      this.#linkType = linkType;
      return [writer.header(), record];
    });
  }
}

/** Any number of interfaces. */
class PcapngEncoder implements FrameEncoder {
  readonly #path: string;
  /** That of the section in hand. */
  #writer: PcapngWriter = sectionWriter();
  /** Numbers in the section, by what interfaces say of themselves. */
  readonly #numbers: Map<string, number> = new Map();
  /** Numbers in the section of the interfaces of the list in hand. */
  #list: readonly CaptureInterface[] = [];
  #numberOf: (number | undefined)[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  encode(batch: FrameBatch, index: number): readonly Uint8Array[] {
    if (batch.interfaces !== this.#list) {
      this.#list = batch.interfaces;
      this.#numberOf = [];
    }
    const at = batch.interfaceIndex[index]!;
    return fitting(this.#path, () => {
      const number = (this.#numberOf[at] ??= this.#numbers.get(keyOf(interfaceOf(batch, index))));
      return number === undefined ? this.#introduce(batch, index) : [packetOf(this.#writer, number, batch, index)];
    });
  }

  /** The first frame of an interface, behind the description of the interface. */
  #introduce(batch: FrameBatch, index: number): readonly Uint8Array[] {
    const itsInterface = interfaceOf(batch, index);
    // A reader takes no more interfaces in a section; a new section has its own.
    const isNewSection = this.#numbers.size === 0 || this.#numbers.size >= maximumInterfaces;
    const writer = isNewSection ? sectionWriter() : this.#writer;
    const number = isNewSection ? 0 : this.#numbers.size;
    const pieces = isNewSection ? [writer.section()] : [];
    pieces.push(interfaceBlock(writer, itsInterface), packetOf(writer, number, batch, index));
    // Noted only now that all of it fits: had one piece not, none would be in the file.
    if (isNewSection) {
      this.#writer = writer;
      this.#numbers.clear();
      this.#numberOf = [];
    }
    this.#numbers.set(keyOf(itsInterface), number);
    this.#numberOf[batch.interfaceIndex[index]!] = number;
    return pieces;
  }
}

/** A capture without frames. It has to have a link type in pcap, and tcpdump wants one in pcapng: Ethernet. */
export function emptyCapture(format: RecordFormat): readonly Uint8Array[] {
  const linkType = LinkType.ETHERNET;
  if (format === "pcap") return [new PcapWriter({ linkType, nanoseconds: true }).header()];
  const writer = sectionWriter();
  return [writer.section(), writer.interface({ linkType })];
}

function sectionWriter(): PcapngWriter {
  return new PcapngWriter({ application: "tsnids" });
}

function interfaceBlock(
  writer: PcapngWriter,
  { linkType, snapLength, name, description }: CaptureInterface,
): Uint8Array<ArrayBuffer> {
  return writer.interface({
    linkType,
    snapLength,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  });
}

function packetOf(writer: PcapngWriter, number: number, batch: FrameBatch, index: number): Uint8Array<ArrayBuffer> {
  const { originalLength, seconds, nanoseconds } = batch;
  return writer.packet(number, frameOf(batch, index), originalLength[index]!, seconds[index]!, nanoseconds[index]!);
}

function keyOf({ linkType, snapLength, name, description }: CaptureInterface): string {
  return JSON.stringify([linkType, snapLength, name, description]);
}

function interfaceOf(batch: FrameBatch, index: number): CaptureInterface {
  return batch.interfaces[batch.interfaceIndex[index]!]!;
}

function frameOf({ bytes, offset, capturedLength }: FrameBatch, index: number): Uint8Array {
  return bytes.subarray(offset[index], offset[index]! + capturedLength[index]!);
}

function fitting(path: string, encode: () => readonly Uint8Array[]): readonly Uint8Array[] {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof CaptureArgumentError)) throw error;
    throw new RecordError("does-not-fit", path, `the format cannot hold a frame: ${error.message}`, error);
  }
}
