// One block of pcapng, put together field by field: padding, the end of the options and the two lengths come by themselves.

import { CaptureArgumentError, requireBytes, requireInteger } from "../errors.js";
import { maximumBlockLength } from "./damage.js";
import { blockHeaderLength, blockTrailerLength, OptionCode, padded } from "./layout.js";

const maximumValue = 0xffff;

/** Grows as fields are added; `finish` gives the bytes. */
export class BlockBuilder {
  readonly #littleEndian: boolean;
  readonly #type: number;
  readonly #pieces: Uint8Array[] = [];
  #length: number = blockHeaderLength;
  /** Codes of the options so far. */
  readonly #codes: Set<number> = new Set();

  constructor(type: number, littleEndian: boolean) {
    this.#type = type;
    this.#littleEndian = littleEndian;
  }

  uint16(value: number): this {
    return this.#number(2, (view) => view.setUint16(0, value, this.#littleEndian));
  }

  uint32(value: number): this {
    return this.#number(4, (view) => view.setUint32(0, value, this.#littleEndian));
  }

  uint64(value: bigint): this {
    return this.#number(8, (view) => view.setBigUint64(0, value, this.#littleEndian));
  }

  /** Bytes, padded with zeros. */
  bytes(value: Uint8Array): this {
    this.#add(value);
    return this.#add(new Uint8Array(padded(value.length) - value.length));
  }

  /** Code or type, length, value: an option, or a record of a name resolution block. Throws for more than 65535 bytes. */
  record(code: number, value: Uint8Array): this {
    requireInteger("option.code", code, 0, maximumValue);
    requireBytes("option.value", value);
    requireInteger("option.value.length", value.length, 0, maximumValue);
    return this.uint16(code).uint16(value.length).bytes(value);
  }

  /** An option. After the first, only options may follow. */
  option(code: number, value: Uint8Array): this {
    this.#codes.add(code);
    return this.record(code, value);
  }

  /** An option whose value is a number of 64 bits. */
  option64(code: number, value: bigint): this {
    this.#codes.add(code);
    return this.uint16(code).uint16(8).uint64(value);
  }

  /** True when an option of this code was added. */
  hasOption(code: number): boolean {
    return this.#codes.has(code);
  }

  /** The whole block. Throws for one of more bytes than a decoder takes: `longest`. */
  finish(longest: number = maximumBlockLength): Uint8Array<ArrayBuffer> {
    if (this.#codes.size > 0) this.uint16(OptionCode.END).uint16(0);
    const total = this.#length + blockTrailerLength;
    if (total > longest) {
      throw new CaptureArgumentError("block.length", total, `it less to hold: readers take ${longest} bytes at most`);
    }
    const bytes = new Uint8Array(total);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, this.#type, this.#littleEndian);
    view.setUint32(4, total, this.#littleEndian);
    let at = blockHeaderLength;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    view.setUint32(at, total, this.#littleEndian);
    return bytes;
  }

  #number(length: number, write: (view: DataView) => void): this {
    const bytes = new Uint8Array(length);
    write(new DataView(bytes.buffer));
    return this.#add(bytes);
  }

  #add(bytes: Uint8Array): this {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}
