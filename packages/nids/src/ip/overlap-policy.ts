// How hosts put overlapping fragments together, named after the systems that do (Novak 2005; Novak & Sturges 2007; the
// tables agree with Snort's and Suricata's). Geometry: reassembly/overlap.ts. Stacks cut the fragments they have stored
// and forget where these began, so among three copies what is left of a stored fragment counts.
//
// Today's hosts do not resolve overlaps, they discard the datagram: RFC 8200 §4.5 (before it, RFC 5722) demands that
// for IPv6, and Linux has done the same with IPv4 since 4.19. Duplicates change nothing (fragment-runs.ts); an end that
// moves, bytes beyond it, and a fragment without bytes discard the datagram as well.
//
// Fragments before the last are to have a multiple of 8 bytes (RFC 791 §3.2). Of one of IPv4 that has not, Linux has
// always cut what is too much (ip_frag_queue), and BSD takes nothing (ip_reass); IPv6 hosts drop it (RFC 8200 §4.5).

import { overlapTable } from "../reassembly/overlap.js";
import type { OverlapTable } from "../reassembly/overlap.js";

/** The policies there are. */
export type FragmentPolicy = "first" | "last" | "linux" | "bsd" | "bsd-right" | "windows" | "solaris" | "discard";

/** What becomes of fragments that overlap, or are not as they should be. */
export interface FragmentRule {
  readonly table: OverlapTable;
  /**
   * True where fragments that overlap, contradict each other or are empty end their datagram; the table then says whose
   * bytes a duplicate's are.
   */
  readonly discards: boolean;
  /** What becomes of an IPv4 fragment before the last whose length is no multiple of 8: cut to one, or dropped. */
  readonly unaligned: "cut" | "drop";
}

const resolve = (letters: string, unaligned: FragmentRule["unaligned"] = "cut"): FragmentRule => {
  return { table: overlapTable(letters, "kept"), discards: false, unaligned };
};

/** N: the new fragment wins, o: the stored one stays. */
export const fragmentPolicies: { readonly [name in FragmentPolicy]: FragmentRule } = {
  first: resolve("ooo ooo ooo"),
  last: resolve("NNN NNN NNN"),
  linux: resolve("ooo NNN NNN"),
  bsd: resolve("ooo ooo NNN", "drop"),
  "bsd-right": resolve("ooN oNN oNN", "drop"),
  windows: resolve("ooo ooo ooN"),
  solaris: resolve("ooo ooo oNN"),
  discard: { table: overlapTable("ooo ooo ooo", "kept"), discards: true, unaligned: "cut" },
};
