/**
 * Octets: what a test writes as payload, turned into bytes, and the few operations on byte strings that every builder
 * needs. Text is taken one byte per character (ISO 8859-1), so "\x00\xff" means two bytes; characters past U+00FF are
 * refused instead of being encoded silently.
 */
import { TestkitError } from "./errors.js";

/** Payload as a test writes it: text (one byte per character), bytes, or a list of byte values. */
export type Data = string | Uint8Array | readonly number[];

/**
 * Bytes of `data`. A `Uint8Array` is returned as it is, not copied.
 * Throws TestkitError `bad-data` for a character past U+00FF, a number that is no byte, or what is no data at all.
 */
export function octets(data: Data): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data !== "string" && !Array.isArray(data)) {
    throw new TestkitError("bad-data", `data: ${String(data)} is neither text nor bytes`);
  }
  const values = typeof data === "string" ? Array.from(data, (character) => character.codePointAt(0) ?? 0) : data;
  for (const value of values) {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) {
      throw new TestkitError("bad-data", `data: ${value} is not a byte; give a Uint8Array for text in other encodings`);
    }
  }
  return Uint8Array.from(values);
}

/** One byte string out of several. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

/** `bytes` followed by as many zero bytes as bring the length to a multiple of `unit`. */
export function padToMultiple(bytes: Uint8Array, unit: number): Uint8Array {
  const rest = bytes.length % unit;
  return rest === 0 ? bytes : concat(bytes, new Uint8Array(unit - rest));
}

/** A DataView on exactly these bytes. All headers are in network byte order, which is DataView's default. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Checks that a header field fits its width before it is written, so that a test cannot get a silently wrapped value.
 * Throws TestkitError `bad-field` naming the field.
 */
export function fit(field: string, value: number, bits: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new TestkitError("bad-field", `${field}: ${value} does not fit ${bits} bits; give 0..${2 ** bits - 1}`);
  }
  return value;
}
