// Writes pcapng (layout.ts has the format): the pieces of a file as bytes. Where they go is the caller's matter. Times are
// written in nanoseconds, so that nothing is lost.

import { CaptureArgumentError, isLittleEndian, requireBytes, requireInteger, requireUint64 } from "../errors.js";
import { latestSecond } from "../frame-batch.js";
import { maximumCapturedLength } from "../intake.js";
import { encodeText } from "../text.js";
import type { PcapngOption, ResolvedName } from "./blocks.js";
import { BlockBuilder } from "./block-builder.js";
import { longestWholeBlock } from "./damage.js";
import { BlockType, byteOrderMagic, NameRecord, OptionCode, sectionVersion } from "./layout.js";

const maximumUint16 = 0xffff;
const maximumUint32 = 0xffffffff;
const nanosecondsPerSecond = 1_000_000_000n;

/** 10^-9 seconds, as if_tsresol has it. */
const nanosecondResolution = 9;

/** What may be said of anything in a file. */
export interface PcapngDescription {
  /** Comments, in UTF-8 at most 65535 bytes each. */
  readonly comments?: readonly string[];
  /**
   * Any other options, as they are to stand in the file: those of a block that was read can be given again, to a writer
   * of the byte order of its section. Left out are comments, those that have a name here and are given, and those that
   * depend on the resolution of times.
   */
  readonly options?: readonly PcapngOption[];
}

/** What a section says about itself. */
export interface PcapngWriterOptions extends PcapngDescription {
  /** Byte order of all numbers. Default: "little". */
  readonly byteOrder?: "little" | "big";
  /** The machine that writes it. */
  readonly hardware?: string;
  /** The operating system that writes it. */
  readonly system?: string;
  /** The program that writes it. */
  readonly application?: string;
}

/** What an interface says about itself. */
export interface PcapngInterfaceOptions extends PcapngDescription {
  /** How the frames begin: a LINKTYPE_ number (see LinkType), 0 to 65535. */
  readonly linkType: number;
  /** Bytes kept of a frame at most; 0, the default, is no limit. */
  readonly snapLength?: number;
  /** Name of the device, such as "eth0". */
  readonly name?: string;
  /** What it is, for people. */
  readonly description?: string;
}

/** Counters of an interface. */
export interface PcapngStatisticsOptions extends PcapngDescription {
  /** Packets that the interface received since the capture began. */
  readonly received?: bigint;
  /** Packets that the interface dropped since the capture began. */
  readonly dropped?: bigint;
}

/**
 * The pieces of one pcapng file: the section first, then its interfaces, then frames and whatever else there is.
 *
 *     const writer = new PcapngWriter({ application: "my program" });
 *     file.write(writer.section());
 *     file.write(writer.interface({ linkType: LinkType.ETHERNET, name: "eth0" }));
 *     file.write(writer.packet(0, frame, frame.length, 1700000000, 250_000_000, { comments: ["look here"] }));
 *
 * All methods throw CaptureArgumentError for bytes that are none, for numbers and texts that the format cannot hold, and
 * for blocks longer than readers take: `longestWholeBlock` for sections and interfaces, `maximumBlockLength` for all
 * others. So does the constructor for a byte order that there is not.
 */
export class PcapngWriter {
  readonly #options: PcapngWriterOptions;
  readonly #littleEndian: boolean;
  #interfaces = 0;

  constructor(options: PcapngWriterOptions = {}) {
    this.#options = options;
    this.#littleEndian = isLittleEndian(options.byteOrder ?? "little");
  }

  /** The block that begins the file, or a further section of it, whose interfaces are numbered from 0 again. */
  section(): Uint8Array<ArrayBuffer> {
    const { hardware, system, application } = this.#options;
    const block = this.#block(BlockType.SECTION_HEADER)
      .uint32(byteOrderMagic)
      .uint16(sectionVersion.major)
      .uint16(sectionVersion.minor)
      .uint64(0xffff_ffff_ffff_ffffn); // How long the section is, which is not known yet.
    addText(block, OptionCode.SECTION_HARDWARE, hardware);
    addText(block, OptionCode.SECTION_SYSTEM, system);
    addText(block, OptionCode.SECTION_APPLICATION, application);
    const bytes = addDescription(block, this.#options).finish(longestWholeBlock);
    this.#interfaces = 0;
    return bytes;
  }

  /** An interface. The first of a section has the index 0, the next 1, and so on. */
  interface(options: PcapngInterfaceOptions): Uint8Array<ArrayBuffer> {
    const { linkType, snapLength = 0, name, description } = options;
    requireInteger("linkType", linkType, 0, maximumUint16);
    requireInteger("snapLength", snapLength, 0, maximumUint32);
    const block = this.#block(BlockType.INTERFACE).uint16(linkType).uint16(0).uint32(snapLength);
    addText(block, OptionCode.INTERFACE_NAME, name);
    addText(block, OptionCode.INTERFACE_DESCRIPTION, description);
    block.option(OptionCode.INTERFACE_RESOLUTION, Uint8Array.of(nanosecondResolution));
    const bytes = addDescription(block, options, [OptionCode.INTERFACE_TIME_OFFSET]).finish(longestWholeBlock);
    this.#interfaces++;
    return bytes;
  }

  /**
   * A frame, copied. `originalLength` is what it had on the wire, `seconds` is whole seconds since 1970 up to
   * `latestSecond`, `nanoseconds` 0 to 999,999,999. Frames have 262144 bytes at most.
   */
  packet(
    interfaceIndex: number,
    frame: Uint8Array,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    description: PcapngDescription = {},
  ): Uint8Array<ArrayBuffer> {
    requireBytes("frame", frame);
    requireInteger("frame.length", frame.length, 0, maximumCapturedLength);
    requireInteger("originalLength", originalLength, frame.length, maximumUint32);
    const block = this.#block(BlockType.ENHANCED_PACKET).uint32(this.#interface(interfaceIndex));
    addTime(block, seconds, nanoseconds).uint32(frame.length).uint32(originalLength).bytes(frame);
    return addDescription(block, description).finish();
  }

  /** Names of addresses. Throws for an address that has neither 4 nor 16 bytes. */
  nameResolution(records: readonly ResolvedName[], description: PcapngDescription = {}): Uint8Array<ArrayBuffer> {
    const block = this.#block(BlockType.NAME_RESOLUTION);
    for (const { address, names } of records) {
      requireBytes("address", address);
      if (address.length !== 4 && address.length !== 16) {
        throw new CaptureArgumentError("address.length", address.length, "4 or 16 bytes");
      }
      const texts = encodeText(names.map((name) => `${name}\0`).join(""));
      const value = new Uint8Array(address.length + texts.length);
      value.set(address);
      value.set(texts, address.length);
      block.record(address.length === 4 ? NameRecord.IPV4 : NameRecord.IPV6, value);
    }
    return addDescription(block.uint16(NameRecord.END).uint16(0), description).finish();
  }

  /** Counters of an interface at a moment. */
  interfaceStatistics(
    interfaceIndex: number,
    seconds: number,
    nanoseconds: number,
    statistics: PcapngStatisticsOptions = {},
  ): Uint8Array<ArrayBuffer> {
    const block = this.#block(BlockType.INTERFACE_STATISTICS).uint32(this.#interface(interfaceIndex));
    addTime(block, seconds, nanoseconds);
    addCount(block, OptionCode.STATISTICS_RECEIVED, "received", statistics.received);
    addCount(block, OptionCode.STATISTICS_DROPPED, "dropped", statistics.dropped);
    return addDescription(block, statistics, [OptionCode.STATISTICS_START, OptionCode.STATISTICS_END]).finish();
  }

  /** Keys; a TLS key log has the type 0x544c534b. They belong before the frames that need them. */
  decryptionSecrets(
    secretsType: number,
    secrets: Uint8Array,
    description: PcapngDescription = {},
  ): Uint8Array<ArrayBuffer> {
    requireInteger("secretsType", secretsType, 0, maximumUint32);
    requireBytes("secrets", secrets);
    const block = this.#block(BlockType.DECRYPTION_SECRETS).uint32(secretsType).uint32(secrets.length).bytes(secrets);
    return addDescription(block, description).finish();
  }

  /**
   * A block for those who know what `enterprise` (an IANA Private Enterprise Number) puts into it. With `mayBeCopied`
   * false, programs that do not know it leave it out of a file they change.
   */
  custom(enterprise: number, content: Uint8Array, mayBeCopied = true): Uint8Array<ArrayBuffer> {
    requireInteger("enterprise", enterprise, 0, maximumUint32);
    requireBytes("content", content);
    const type = mayBeCopied ? BlockType.CUSTOM : BlockType.CUSTOM_NOT_COPIED;
    return this.#block(type).uint32(enterprise).bytes(content).finish();
  }

  /** Any block, as one that was read and is passed on: `body` is what stands between the two lengths. */
  block(blockType: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
    requireInteger("blockType", blockType, 0, maximumUint32);
    requireBytes("body", body);
    return this.#block(blockType).bytes(body).finish();
  }

  #block(type: number): BlockBuilder {
    return new BlockBuilder(type, this.#littleEndian);
  }

  #interface(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.#interfaces) {
      throw new CaptureArgumentError("interfaceIndex", index, "that of an interface of the section");
    }
    return index;
  }
}

function addTime(block: BlockBuilder, seconds: number, nanoseconds: number): BlockBuilder {
  requireInteger("seconds", seconds, 0, latestSecond);
  requireInteger("nanoseconds", nanoseconds, 0, 999_999_999);
  const units = BigInt(seconds) * nanosecondsPerSecond + BigInt(nanoseconds);
  return block.uint32(Number(units >> 32n)).uint32(Number(units & 0xffff_ffffn));
}

function addCount(block: BlockBuilder, code: number, name: string, count: bigint | undefined): void {
  if (count === undefined) return;
  requireUint64(name, count);
  block.option64(code, count);
}

function addText(block: BlockBuilder, code: number, text: string | undefined): void {
  if (text !== undefined) block.option(code, encodeText(text));
}

/** Adds comments and options; of the options not those that are there already, and none whose code is in `leftOut`. */
function addDescription(
  block: BlockBuilder,
  { comments = [], options = [] }: PcapngDescription,
  leftOut: readonly number[] = [],
): BlockBuilder {
  const others = options.filter(
    ({ code }) => code !== OptionCode.COMMENT && !leftOut.includes(code) && !block.hasOption(code),
  );
  for (const comment of comments) addText(block, OptionCode.COMMENT, comment);
  for (const { code, value } of others) block.option(code, value);
  return block;
}
