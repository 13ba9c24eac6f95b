// How hosts resolve overlapping segments that wait for a hole to fill, named after the systems that do (Shankar &
// Paxson 2003; Novak & Sturges 2007; the tables agree with Snort's and Suricata's where these agree). Bytes that were
// delivered are final under every policy. Geometry: reassembly/overlap.ts.

import { overlapTable } from "../reassembly/overlap.js";
import type { OverlapTable } from "../reassembly/overlap.js";

/** The policies there are. */
export type SegmentPolicy = "first" | "last" | "bsd" | "linux";

/** N: the new segment wins, o: the stored one stays. */
export const segmentPolicies: { readonly [name in SegmentPolicy]: OverlapTable } = {
  first: overlapTable("ooo ooo ooo", "arrived"),
  last: overlapTable("NNN NNN NNN", "arrived"),
  bsd: overlapTable("ooo ooo NNN", "arrived"),
  linux: overlapTable("ooo ooN NNN", "arrived"),
};
