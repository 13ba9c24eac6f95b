// Options: the list at the end of most blocks. Each has a code, the length of its value, and the value, padded:
//
//     0      2        4
//     │ code │ length │ value …, padded │ code │ length │ …        until code 0, or the end of the block

import type { PcapngOption } from "./blocks.js";
import { decodeText } from "../text.js";
import { OptionCode, padded } from "./layout.js";

/** Bytes before the value of an option. */
export const optionHeaderLength = 4;

/** Bytes of a UTF-16 unit in UTF-8 at most. */
const bytesPerCharacter = 3;

/** Options as they stand in a block. */
export interface OptionList {
  readonly options: readonly PcapngOption[];
  /** Position of an option that does not fit into its block; undefined where all do. */
  readonly damagedAt: number | undefined;
}

/** Reads the options in the bytes of `view` from `start` to `end`; values are copied. */
export function readOptions(view: DataView, start: number, end: number, little: boolean): OptionList {
  const options: PcapngOption[] = [];
  let at = start;
  while (end - at >= optionHeaderLength) {
    const code = view.getUint16(at, little);
    if (code === OptionCode.END) break;
    const length = view.getUint16(at + 2, little);
    const value = at + optionHeaderLength;
    if (length > end - value) return { options, damagedAt: at };
    options.push({ code, value: bytesOf(view, value, length) });
    at = value + padded(length);
  }
  return { options, damagedAt: undefined };
}

/** A copy of bytes of a block. */
export function bytesOf(view: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length).slice();
}

/** The value of the first option of this code, where it has at least so many bytes. */
export function optionValue(options: readonly PcapngOption[], code: number, atLeast = 0): Uint8Array | undefined {
  return options.find((option) => option.code === code && option.value.length >= atLeast)?.value;
}

/** The first option of this code as a text, of so many characters at most. */
export function optionText(
  options: readonly PcapngOption[],
  code: number,
  most: number = Infinity,
): string | undefined {
  const value = optionValue(options, code);
  // The bytes are cut, too: a string that is cut from a longer one may keep all of that in memory.
  return value === undefined ? undefined : decodeText(value.subarray(0, bytesPerCharacter * most)).slice(0, most);
}

/** The first option of this code as a number of 64 bits. */
export function optionNumber(options: readonly PcapngOption[], code: number, little: boolean): bigint | undefined {
  const value = optionValue(options, code, 8);
  return value === undefined ? undefined : new DataView(value.buffer, value.byteOffset).getBigUint64(0, little);
}

/** All comments. */
export function commentsOf(options: readonly PcapngOption[]): readonly string[] {
  return options.filter(({ code }) => code === OptionCode.COMMENT).map(({ value }) => decodeText(value));
}
