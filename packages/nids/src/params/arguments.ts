// What callers give to the methods of an engine, checked once at the door: the error names the argument, and nothing
// behind the door asks again.

import { describeValue, isFrameBatch, isFrameSource } from "@tsnids/pcap";
import type { FrameBatch } from "@tsnids/pcap";
import { NidsError } from "../errors.js";

const callsWithSource = "run(source), next(source), dispatch(source, count)";

/** The error of a call, such as "process(batch, first)", whose argument is not what it should be. */
export function wrongArgument(call: string, name: string, wanted: string, given: unknown): NidsError {
  return new NidsError("invalid-argument", `${call}: ${name} must be ${wanted}, not ${describeValue(given)}`);
}

/** Throws NidsError `invalid-argument` for anything but a whole number of this range. */
export function requireInteger(call: string, name: string, given: unknown, minimum: number, maximum: number): void {
  if (Number.isInteger(given) && (given as number) >= minimum && (given as number) <= maximum) return;
  throw wrongArgument(call, name, `a whole number from ${minimum} to ${maximum}`, given);
}

/** The same for anything but a batch, and one of its frames or the end of them. */
export function requireFrames(batch: FrameBatch, first: unknown): void {
  const call = "process(batch, first)";
  if (!isFrameBatch(batch)) throw wrongArgument(call, "batch", "a FrameBatch", batch);
  requireInteger(call, "first", first, 0, batch.length);
}

/** The same for what a source gives, if that is no batch. */
export function requireBatch(given: unknown): void {
  if (!isFrameBatch(given)) throw wrongArgument(callsWithSource, "what source.batches() gives", "a FrameBatch", given);
}

/** The same for anything but a source of frames. */
export function requireSource(source: unknown): void {
  if (isFrameSource(source)) return;
  throw wrongArgument(callsWithSource, "source", "an object with batches(), such as a FileSource", source);
}

/** The same for anything but a whole number above 0, or Infinity. */
export function requireCount(count: unknown): void {
  if ((Number.isInteger(count) || count === Infinity) && (count as number) > 0) return;
  throw wrongArgument("dispatch(source, count)", "count", "a whole number above 0", count);
}
