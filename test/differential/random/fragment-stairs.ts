/**
 * Fragments that overlap like stairs: each begins and ends behind the one before, so none lies inside another.
 *
 *     0        ┌──────────┐
 *     1             ┌───────────┐        overlaps[1] units reach back
 *     2                         └─────────┐
 *
 * libnids keeps what is left of a fragment that lies inside another as a piece of no length, and is confused by it later
 * (difference D14); stairs leave nothing like that, in whatever order they come and however often.
 */
import { fragmentFrame, type FragmentPiece, type Frame } from "@tsnids/testkit";
import type { Fragmentation } from "./traffic-plan.js";

const unit = 8;

/** The frames of a packet that may be in fragments, and whether together they are all of it. */
export interface SentPacket {
  readonly frames: readonly Frame[];
  readonly isWhole: boolean;
}

/** The frame of a packet, or those of its fragments. */
export function sendInFragments(whole: Frame, plan: Fragmentation | undefined): SentPacket {
  if (plan === undefined) return { frames: [whole], isWhole: true };
  const { bytes, networkOffset } = whole;
  const header = new DataView(bytes.buffer, bytes.byteOffset + networkOffset);
  const pieces = stairs(header.getUint16(2) - (header.getUint8(0) & 0xf) * 4, plan);
  if (pieces.length < 2) return { frames: [whole], isWhole: true };
  const { order, repeated, lost } = plan;
  const sent = pieces
    .map((piece, at) => ({ piece, at }))
    .filter(({ at }) => at !== lost)
    .sort((a, b) => (order[a.at] ?? 0) - (order[b.at] ?? 0))
    .map(({ piece }) => piece);
  const again = pieces[repeated];
  if (again !== undefined) sent.push(again);
  return { frames: fragmentFrame(whole, sent), isWhole: lost < 0 || lost >= pieces.length || lost === repeated };
}

/** The pieces of a payload of `length` bytes, in their places. */
function stairs(length: number, { lengths, overlaps }: Fragmentation): FragmentPiece[] {
  const pieces: { start: number; end: number }[] = [];
  let end = 0;
  for (let at = 0; end < length; at++) {
    const before = pieces.at(-1);
    const reach = (overlaps[at] ?? 0) * unit;
    const start = before === undefined ? 0 : Math.max(before.start + unit, end - reach);
    end = Math.min(length, end + (lengths[at] ?? length) * unit);
    pieces.push({ start, end });
  }
  return pieces;
}
