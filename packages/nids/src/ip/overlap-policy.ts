// How hosts put overlapping fragments together, named after the systems that do (Novak 2005; Novak & Sturges 2007; the tables
// agree with Snort's and Suricata's). Geometry: reassembly/overlap.ts.

import { overlapTable } from "../reassembly/overlap.js";
import type { OverlapTable } from "../reassembly/overlap.js";

/** The policies there are. */
export type FragmentPolicy = "first" | "last" | "linux" | "bsd" | "bsd-right" | "windows" | "solaris";

/** N: the new fragment wins, o: the stored one stays. */
export const fragmentPolicies: { readonly [name in FragmentPolicy]: OverlapTable } = {
  first: overlapTable("ooo ooo ooo"),
  last: overlapTable("NNN NNN NNN"),
  linux: overlapTable("ooo NNN NNN"),
  bsd: overlapTable("ooo ooo NNN"),
  "bsd-right": overlapTable("ooN oNN oNN"),
  windows: overlapTable("ooo ooo ooN"),
  solaris: overlapTable("ooo ooo oNN"),
};
