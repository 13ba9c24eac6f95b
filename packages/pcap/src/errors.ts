// Errors of this package. Two kinds: the bytes are not a capture (CaptureFormatError), or the caller passed something
// impossible (CaptureArgumentError). Codes are for programs and do not change; texts are for people and may.

import { describeValue } from "./describe-value.js";

const maximumUint64 = 0xffff_ffff_ffff_ffffn;

/** What is wrong with the bytes of a capture. */
export type CaptureFormatErrorCode =
  /** There is not one byte. */
  | "empty"
  /** The first bytes are of no format in the table. */
  | "unknown-format"
  /** The format is known by name, but not read. */
  | "unsupported-format"
  /** The format is read, but not this version of it. */
  | "unsupported-version"
  /** The bytes end inside the file header. */
  | "cut-header"
  /** A record announces more bytes than a record can have. */
  | "absurd-record"
  /** A block of pcapng contradicts itself, or what was said before it. */
  | "damaged-block";

/** The bytes are not a capture that can be read, or stop being one at `offset`. */
export class CaptureFormatError extends Error {
  override name = "CaptureFormatError";
  /** Which of the causes it is. */
  readonly code: CaptureFormatErrorCode;
  /** Where in the capture, in bytes from its beginning. The message says it too. */
  readonly offset: number;

  constructor(code: CaptureFormatErrorCode, offset: number, what: string) {
    super(`at byte ${offset}: ${what}`);
    this.code = code;
    this.offset = offset;
  }
}

/** What is wrong with an argument. */
export type CaptureArgumentErrorCode =
  /** It has a value that cannot work; the message names the argument and says what is possible. */
  "invalid-argument";

/** An argument that cannot work. The message names it and says what is possible. */
export class CaptureArgumentError extends RangeError {
  override name = "CaptureArgumentError";
  /** Always the same. */
  readonly code: CaptureArgumentErrorCode = "invalid-argument";
  /** Name of the argument. */
  readonly argument: string;

  constructor(argument: string, found: unknown, possible: string) {
    super(`${argument}: ${describeValue(found)} is not possible; give ${possible}`);
    this.argument = argument;
  }
}

/** Throws CaptureArgumentError unless `value` is an integer from `least` to `most`. */
export function requireInteger(argument: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new CaptureArgumentError(argument, value, `an integer from ${least} to ${most}`);
  }
}

/** Throws CaptureArgumentError unless `value` is a bigint that 64 bits without a sign can hold. */
export function requireUint64(argument: string, value: bigint): void {
  if (typeof value !== "bigint" || value < 0n || value > maximumUint64) {
    throw new CaptureArgumentError(argument, value, `a bigint from 0n to ${maximumUint64}n`);
  }
}

/** Throws CaptureArgumentError unless `value` is a Uint8Array, of whatever realm. The message has not what it is instead. */
export function requireBytes(argument: string, value: unknown): void {
  if (ArrayBuffer.isView(value) && "BYTES_PER_ELEMENT" in value && value.BYTES_PER_ELEMENT === 1) return;
  throw new CaptureArgumentError(argument, typeof value, "a Uint8Array");
}

/** True for "little", false for "big"; throws CaptureArgumentError for anything else. */
export function isLittleEndian(byteOrder: string): boolean {
  if (byteOrder === "little" || byteOrder === "big") return byteOrder === "little";
  throw new CaptureArgumentError("byteOrder", byteOrder, '"little" or "big"');
}
