// Reads pcapng (layout.ts has the format). One loop goes from block to block. Packets are written into the columns of
// the batch there and then; what describes frames to come (sections, interfaces) is taken in; everything else is offered
// to the listener, if there is one, and passed over.
//
// Bytes that a caller must hold for us are bounded: a block longer than `longestWholeBlock` is not waited for. Of a packet
// the fields and at most `maximumCapturedLength` bytes are; the rest, and long blocks of other types, flow past. Sections
// and interfaces of that length are refused: what frames to come are would not be known.
//
//     │ type │ length │ fields │ captured bytes … ┊ … the rest, options │ length │
//     └───────────── waited for ──────────────────┘└──── flows past ────┘└ checked
//
// A batch has frames of one section only, because the next one has other interfaces.

import type { CaptureDecoder, Truncation } from "../capture-decoder.js";
import { CaptureFormatError } from "../errors.js";
import type { FrameBatch } from "../frame-batch.js";
import type { CaptureInterface } from "../frame-source.js";
import { maximumCapturedLength } from "../intake.js";
import { describeBlock, describeSection } from "./block-reader.js";
import type { PcapngBlockListener } from "./blocks.js";
import { damage, longestWholeBlock, maximumBlockLength } from "./damage.js";
import { InterfaceTable } from "./interface-table.js";
import {
  blockHeaderLength,
  blockOverhead,
  blockTrailerLength,
  BlockType,
  byteOrderMagic,
  enhancedPacket,
  padded,
  sectionHeader,
  sectionVersion,
  simplePacket,
} from "./layout.js";
import { commentsOf, readOptions } from "./options.js";

/** What a decoder can be told. */
export interface PcapngDecoderOptions {
  /** Told of everything in the file that is no frame. */
  readonly onBlock?: PcapngBlockListener | undefined;
}

/** A decoder for one pcapng file: all sections, interfaces and kinds of packets. */
export class PcapngDecoder implements CaptureDecoder {
  readonly #onBlock: PcapngBlockListener | undefined;
  #littleEndian = true;
  #table: InterfaceTable | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #block: Uint8Array = new Uint8Array(0);
  /** Position in the file of the first byte that was not taken yet. */
  #fileOffset = 0;
  /** Frames handed out in the batches before. */
  #frames = 0;
  /** Time of the last frame: simple packets have none of their own. */
  #seconds = 0;
  #nanoseconds = 0;
  /** Of a long block that flows past: where it begins in the file, its length, and bytes to come before its trailer. */
  #longOffset = 0;
  #longLength = 0;
  #longRest = 0;

  constructor(options: PcapngDecoderOptions = {}) {
    this.#onBlock = options.onBlock;
  }

  /** The interfaces of the section that is being read, in a list that grows while it is; the next section has another. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#table?.interfaces ?? [];
  }

  /**
   * See CaptureDecoder. Mended are: an original length below the captured one, or of 2 GiB and more, which becomes the
   * captured one; more than `maximumCapturedLength` captured bytes, of which so many are kept; a simple packet, which has
   * no time and gets that of the frame before it.
   */
  decode(block: Uint8Array, start: number, end: number, batch: FrameBatch): number {
    if (block !== this.#block) {
      this.#block = block;
      this.#view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    }
    batch.clear();
    batch.bytes = block;
    batch.interfaces = this.interfaces;
    let position = start;
    try {
      for (;;) {
        const next = this.#next(position, end, batch);
        if (next < 0) break;
        this.#fileOffset += next - position;
        position = next;
      }
    } catch (error) {
      // Frames before the damage are delivered; the next call finds it again.
      if (batch.length === 0 || !(error instanceof CaptureFormatError)) throw error;
    }
    this.#finishBatch(batch);
    return position;
  }

  finish(left: number): Truncation | undefined {
    if (this.#table === undefined) {
      const message = `the capture ends after ${left} bytes, inside its first section header`;
      return { code: "cut-header", offset: 0, message };
    }
    const end = this.#fileOffset + left;
    const offset = this.#longLength > 0 ? this.#longOffset : this.#fileOffset;
    if (offset === end) return undefined;
    const message = `the capture ends at byte ${end}, inside the block that begins at byte ${offset}`;
    return { code: "cut-record", offset, message };
  }

  /** Takes a block, or what can be had of a long one; the position behind it, -1 where the batch has to end here. */
  #next(at: number, end: number, batch: FrameBatch): number {
    if (batch.length === batch.capacity) return -1;
    if (this.#longLength > 0) return this.#passOver(at, end);
    if (end - at < blockOverhead) return -1;
    const view = this.#view;
    const type = view.getUint32(at, this.#littleEndian);
    if (type === BlockType.SECTION_HEADER) return this.#beginSection(at, end, batch);
    const announced = view.getUint32(at + 4, this.#littleEndian);
    const length = padded(announced);
    if (announced < blockOverhead || announced > maximumBlockLength)
      throw this.#damaged(damage.absurdLength(announced));
    if (length > longestWholeBlock) return this.#beginLongBlock(at, end, type, length, batch);
    if (length > end - at) return -1;
    const closing = view.getUint32(at + length - blockTrailerLength, this.#littleEndian);
    if (closing !== announced && closing !== length) throw this.#damaged(damage.differentLengths(announced, closing));
    this.#take(type, at, length, batch);
    return at + length;
  }

  #take(type: number, at: number, length: number, batch: FrameBatch): void {
    switch (type) {
      case BlockType.ENHANCED_PACKET:
      case BlockType.OBSOLETE_PACKET:
        this.#takePacket(type, at, length, batch);
        break;
      case BlockType.SIMPLE_PACKET:
        this.#takeSimplePacket(at, length, batch);
        break;
      case BlockType.INTERFACE:
        this.#takeInterface(at, length);
        break;
      default:
        if (this.#onBlock !== undefined) {
          this.#onBlock(describeBlock(this.#view, at, length, this.#littleEndian, this.#requireTable()));
        }
    }
  }

  /** Takes an enhanced or obsolete packet, of which at least fields and captured bytes (or what is kept of them) are there. */
  #takePacket(type: number, at: number, length: number, batch: FrameBatch): void {
    const view = this.#view;
    const little = this.#littleEndian;
    const bytes = at + enhancedPacket.bytes;
    if (length < enhancedPacket.bytes + blockTrailerLength) throw this.#damaged(damage.packetTooShort(length));
    const index =
      type === BlockType.ENHANCED_PACKET
        ? view.getUint32(at + enhancedPacket.interface, little)
        : view.getUint16(at + enhancedPacket.interface, little);
    const scale = this.#requireTable().scales[index];
    if (scale === undefined) throw this.#damaged(damage.noInterface(index, this.interfaces.length));
    const captured = view.getUint32(at + enhancedPacket.capturedLength, little);
    if (captured > length - enhancedPacket.bytes - blockTrailerLength)
      throw this.#damaged(damage.tooManyBytes(captured, length));
    scale.read(
      view.getUint32(at + enhancedPacket.timeHigh, little),
      view.getUint32(at + enhancedPacket.timeLow, little),
    );
    const original = view.getInt32(at + enhancedPacket.originalLength, little);
    const kept = captured > maximumCapturedLength ? maximumCapturedLength : captured;
    batch.push(bytes, kept, original < captured ? captured : original, scale.seconds, scale.nanoseconds, index);
    if (this.#onBlock !== undefined && length <= longestWholeBlock) {
      this.#reportOptions(bytes + padded(captured), at + length - blockTrailerLength, batch);
    }
  }

  /** Takes a simple packet: only the original length; the snap length of interface 0 and the block tell the captured one. */
  #takeSimplePacket(at: number, length: number, batch: FrameBatch): void {
    if (length < simplePacket.bytes + blockTrailerLength) throw this.#damaged(damage.packetTooShort(length));
    const source = this.interfaces[0];
    if (source === undefined) throw this.#damaged(damage.noInterface(0, 0));
    const original = this.#view.getInt32(at + simplePacket.originalLength, this.#littleEndian);
    let captured = Math.min(length - simplePacket.bytes - blockTrailerLength, maximumCapturedLength);
    if (original >= 0 && original < captured) captured = original;
    if (source.snapLength > 0 && source.snapLength < captured) captured = source.snapLength;
    const last = batch.length - 1;
    const seconds = last < 0 ? this.#seconds : batch.seconds[last]!;
    const nanoseconds = last < 0 ? this.#nanoseconds : batch.nanoseconds[last]!;
    batch.push(at + simplePacket.bytes, captured, original < captured ? captured : original, seconds, nanoseconds, 0);
  }

  #reportOptions(start: number, end: number, batch: FrameBatch): void {
    const { options } = readOptions(this.#view, start, end, this.#littleEndian);
    if (options.length === 0) return;
    const frame = this.#frames + batch.length - 1;
    this.#onBlock?.({ type: "packet-options", frame, comments: commentsOf(options), options });
  }

  /** Takes a section header, at the beginning of a batch; otherwise the batch ends before it. */
  #beginSection(at: number, end: number, batch: FrameBatch): number {
    if (batch.length > 0) return -1;
    const view = this.#view;
    const little = view.getUint32(at + sectionHeader.magic, true) === byteOrderMagic;
    if (!little && view.getUint32(at + sectionHeader.magic, false) !== byteOrderMagic) {
      throw this.#damaged(damage.noByteOrder());
    }
    const length = view.getUint32(at + 4, little);
    if (length < sectionHeader.options + blockTrailerLength || length % 4 !== 0 || length > longestWholeBlock) {
      throw this.#damaged(damage.sectionLength(length));
    }
    if (length > end - at) return -1;
    const closing = view.getUint32(at + length - blockTrailerLength, little);
    if (closing !== length) throw this.#damaged(damage.differentLengths(length, closing));
    const [major, minor] = [
      view.getUint16(at + sectionHeader.major, little),
      view.getUint16(at + sectionHeader.minor, little),
    ];
    if (major !== sectionVersion.major || (minor !== sectionVersion.minor && minor !== sectionVersion.minorByMistake)) {
      const what = `a section of pcapng version ${major}.${minor}; the version read is ${sectionVersion.major}.${sectionVersion.minor}`;
      throw new CaptureFormatError("unsupported-version", this.#fileOffset, what);
    }
    const list = readOptions(view, at + sectionHeader.options, at + length - blockTrailerLength, little);
    if (list.damagedAt !== undefined)
      throw this.#damaged(damage.optionTooLong(list.damagedAt - at, "a section header"));
    this.#littleEndian = little;
    this.#table = new InterfaceTable();
    batch.interfaces = this.#table.interfaces;
    this.#onBlock?.(describeSection(list.options, little));
    return at + length;
  }

  #takeInterface(at: number, length: number): void {
    const table = this.#requireTable();
    if (table.isFull) throw this.#damaged(damage.tooManyInterfaces(table.interfaces.length));
    const { options, damagedAt } = table.add(this.#view, at, length, this.#littleEndian);
    if (damagedAt !== undefined) throw this.#damaged(damage.optionTooLong(damagedAt - at, "an interface block"));
    const index = table.interfaces.length - 1;
    this.#onBlock?.({ type: "interface", index, comments: commentsOf(options), options });
  }

  /** Takes what is wanted of a long block, once it is there, and has the rest pass over. */
  #beginLongBlock(at: number, end: number, type: number, length: number, batch: FrameBatch): number {
    if (type === BlockType.INTERFACE) throw this.#damaged(damage.interfaceLength(length));
    const isPacket = type === BlockType.ENHANCED_PACKET || type === BlockType.OBSOLETE_PACKET;
    const isSimple = type === BlockType.SIMPLE_PACKET;
    let wanted = blockHeaderLength;
    if (isPacket || isSimple) {
      const fields = isPacket ? enhancedPacket.bytes : simplePacket.bytes;
      wanted = fields + maximumCapturedLength;
      if (isPacket && end - at >= fields) {
        const captured = this.#view.getUint32(at + enhancedPacket.capturedLength, this.#littleEndian);
        wanted = fields + Math.min(captured, maximumCapturedLength);
      }
    }
    if (end - at < wanted) return -1;
    if (isPacket) this.#takePacket(type, at, length, batch);
    else if (isSimple) this.#takeSimplePacket(at, length, batch);
    else this.#onBlock?.({ type: "skipped", blockType: type, length });
    this.#longOffset = this.#fileOffset;
    this.#longLength = length;
    this.#longRest = length - wanted - blockTrailerLength;
    return at + wanted;
  }

  /** Lets the rest of a long block flow past, and compares the length at its end. */
  #passOver(at: number, end: number): number {
    if (this.#longRest > 0) {
      const passed = Math.min(this.#longRest, end - at);
      this.#longRest -= passed;
      return passed === 0 ? -1 : at + passed;
    }
    if (end - at < blockTrailerLength) return -1;
    const closing = this.#view.getUint32(at, this.#littleEndian);
    if (padded(closing) !== this.#longLength) throw this.#damaged(damage.differentLengths(this.#longLength, closing));
    this.#longLength = 0;
    return at + blockTrailerLength;
  }

  #finishBatch(batch: FrameBatch): void {
    if (batch.length === 0) return;
    this.#frames += batch.length;
    this.#seconds = batch.seconds[batch.length - 1]!;
    this.#nanoseconds = batch.nanoseconds[batch.length - 1]!;
  }

  #requireTable(): InterfaceTable {
    if (this.#table === undefined) throw this.#damaged(damage.noSection());
    return this.#table;
  }

  #damaged(what: string): CaptureFormatError {
    const offset = this.#longLength > 0 ? this.#longOffset : this.#fileOffset;
    return new CaptureFormatError("damaged-block", offset, what);
  }
}
