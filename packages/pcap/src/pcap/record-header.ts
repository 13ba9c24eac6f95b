// How long the headers of records are, where the magic does not tell: some systems wrote longer ones under a magic that
// was there already. The fields that matter are the same, so with the usual length the first record looks right, and the
// header of the second one is looked for a few bytes too early:
//
//     │ header 16 │ 4 more │ frame 1      │ header 16 │ 4 more │ frame 2 …      as Nokia wrote it
//     │ header 16 │ frame 1, as it is read │ ?         │
//
// Only where no header is there are other lengths tried; one is taken if all records fit that can be seen with it. Nothing
// is waited for: where no second record is at hand, the length is the usual one.

import { maximumCapturedLength } from "../intake.js";
import { recordHeader } from "./layout.js";
import type { PcapVariant } from "./layout.js";

/** Records that are looked at. */
const looked = 8;

/** Seconds between the first record and another one at most: what is further away is no time, but bytes of a frame. */
const longestPause = 7 * 86_400;

/** The beginning of a file's records, as far as it is at hand. */
export interface FirstRecords {
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly start: number;
  readonly end: number;
}

/** Bytes of a record's header in a file of this variant. */
export function recordHeaderLengthOf(records: FirstRecords, variant: PcapVariant): number {
  const { recordHeaderLength: usual, otherRecordHeaderLengths: others = [] } = variant;
  const [first, second] = headers(records, usual, 2);
  if (first === undefined || second === undefined || canBeHeader(records, variant, second)) return usual;
  const fits = (length: number): boolean => {
    const all = headers(records, length, looked);
    return all.length > 1 && all.every((at) => canBeHeader(records, variant, at) && isLikeFirst(records, at));
  };
  return others.find(fits) ?? usual;
}

/** Where the first headers are, if each has so many bytes. */
function headers({ view, littleEndian, start, end }: FirstRecords, length: number, most: number): readonly number[] {
  const found: number[] = [];
  for (let at = start; at + length <= end && found.length < most;) {
    found.push(at);
    at += length + capturedLength(view, at, littleEndian);
  }
  return found;
}

/** False where the fraction of a second or the length is too large to be one. */
function canBeHeader({ view, littleEndian }: FirstRecords, { nanosecondsPerUnit }: PcapVariant, at: number): boolean {
  const fraction = view.getUint32(at + recordHeader.fraction, littleEndian);
  return fraction < 1e9 / nanosecondsPerUnit && capturedLength(view, at, littleEndian) <= maximumCapturedLength;
}

/** Whether its time is near that of the first record, and its frame no shorter than what was captured, nor absurd. */
function isLikeFirst({ view, littleEndian, start }: FirstRecords, at: number): boolean {
  const [first, seconds] = [start, at].map((each) => view.getUint32(each + recordHeader.seconds, littleEndian));
  const original = view.getUint32(at + recordHeader.originalLength, littleEndian);
  return (
    Math.abs(seconds! - first!) <= longestPause &&
    original >= capturedLength(view, at, littleEndian) &&
    original <= maximumCapturedLength
  );
}

function capturedLength(view: DataView, at: number, littleEndian: boolean): number {
  return view.getUint32(at + recordHeader.capturedLength, littleEndian);
}
