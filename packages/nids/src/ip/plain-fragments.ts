// Which datagrams the kernel may put together (kernel/fragments.ts), and where it finds what it needs. To it a fragment is
// plain, and it takes it, where there is nothing to decide; the defragmenter gets all others, and then also the rest of
// their datagrams.

import { chainedBuckets } from "../memory/layout.js";
import type { EngineMemory } from "../memory/layout.js";
import type { NidsParams } from "../params/params.js";
import { slabsOf } from "../reassembly/piece-nodes.js";
import { fragmentPolicies } from "./overlap-policy.js";

/**
 * Has the kernel put plain datagrams together. Not where each receiver has its own rule, where other engines have a
 * share of them, or where the order of fragments tells duplicates from overlaps.
 */
export function usePlainFragments(memory: EngineMemory, params: NidsParams, seed: number): void {
  const { fragmentPolicy, fragmentPolicyByNetwork, share } = params;
  if (fragmentPolicyByNetwork !== undefined || share !== undefined || fragmentPolicies[fragmentPolicy].discards) return;
  const { incomplete, incompleteBuckets, fragments, datagram, capacity } = memory;
  memory.kernel?.useFragments(
    incomplete,
    incompleteBuckets,
    chainedBuckets(capacity.incompleteDatagrams),
    seed,
    fragments,
    slabsOf(fragments, capacity.fragmentSlabs),
    datagram,
    params.maxFragmentedDatagrams,
    params.maxFragmentsPerDatagram,
    params.fragmentTimeoutMs,
  );
}
