// Places in a folder of captures. Programs keep them, and go on there in another process. So a place says which captures
// were begun, and not only when the one at hand begins: clocks are set back, and earlier captures are put in later, so
// times do not tell what was read.
//
//     begun      cap7 11:58 ── cap0 12:05 ── cap1 11:20 ──┐ frames
//                                            └────────────▼──── …       cap2 11:10: was not read

import { latestSecond } from "@tsnids/pcap";
import type { FrameTime } from "@tsnids/pcap";
import { invalidOption, requireWithin } from "../options.js";
import { compareTimes } from "./first-frame.js";
import type { FirstFrame } from "./first-frame.js";

/**
 * A place in a folder: in the capture that was begun last, behind so many of its frames. It can be kept as JSON, and has a
 * key of up to 13 letters for each capture in the folder.
 *
 * A program may make one up without `begun`: then the place is in the capture that begins at this moment, and all that
 * begin earlier count as read. Where several captures begin at this moment, `frames` counts those of all of them, in their
 * order; if one of them is removed before the reading goes on, as many frames of the others are passed over.
 */
export interface FolderPosition {
  /** When the first frame of the capture was captured. */
  readonly begin: FrameTime;
  /** Frames of the capture before the place. */
  readonly frames: number;
  /** Keys of the captures that were begun and are still in the folder, in order; the last one is that of the place. */
  readonly begun?: readonly string[] | undefined;
}

/**
 * How many frames of a capture lie before a place; undefined where the place is not in it. `passed` is how many were read
 * of captures that begin at the same moment and come before this one.
 */
export function framesBefore(
  position: FolderPosition | undefined,
  { begin, key }: FirstFrame,
  passed: number,
): number | undefined {
  if (position === undefined) return undefined;
  const { begun, frames } = position;
  if (begun !== undefined) return begun.at(-1) === key ? frames : undefined;
  return compareTimes(position.begin, begin) === 0 ? Math.max(0, frames - passed) : undefined;
}

/** Throws CaptureError `invalid-option` for what is no position: programs read them from files, where anything may be. */
export function requirePosition(owner: string, option: string, position: Partial<FolderPosition> | null): void {
  const { begin, frames, begun } = position ?? {};
  requireWithin(owner, `${option}.begin.seconds`, begin?.seconds, 0, latestSecond);
  requireWithin(owner, `${option}.begin.nanoseconds`, begin?.nanoseconds, 0, 999_999_999);
  requireWithin(owner, `${option}.frames`, frames, 0, Number.MAX_SAFE_INTEGER);
  const isList = Array.isArray(begun) && begun.length > 0 && begun.every((key) => typeof key === "string");
  if (begun !== undefined && !isList) throw invalidOption(owner, `${option}.begun`, begun, "the keys of a position");
}
