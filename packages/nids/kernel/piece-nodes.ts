// Where pieces that wait lie: nodes, and a slab of bytes for each. src/reassembly/piece-nodes.ts has the layout, and says
// why; what needs a buffer of its own is left to it. There are two stores of them, one for segments and one for
// fragments; one is in hand.

export const slabBytes: u32 = 2048;

/** A node. */
const nodeBytes: u32 = 32;
export const NEXT: usize = 0;
export const START: usize = 4;
export const END: usize = 8;
export const FIRST: usize = 12;
export const LAST: usize = 16;
export const SKIP: usize = 20;
export const MARK: usize = 24;
export const LARGE: usize = 28;

/** The store's own record, in place of node 0. */
const FREE: usize = 0;
const FRESH: usize = 4;
const USED: usize = 8;
const CAPACITY: usize = 12;

/** Where the nodes and slabs of the store in hand lie: that of the segments, but for the time a fragment is dealt with. */
let nodes: u32 = 0;
let slabs: u32 = 0;
/** The same of the store that is not in hand. */
let otherNodes: u32 = 0;
let otherSlabs: u32 = 0;

/** Says where nodes and slabs of the segments lie. */
export function useSegmentPieces(nodesAt: u32, slabsAt: u32): void {
  nodes = nodesAt;
  slabs = slabsAt;
}

/** Says where nodes and slabs of the fragments lie. */
export function useFragmentPieces(nodesAt: u32, slabsAt: u32): void {
  otherNodes = nodesAt;
  otherSlabs = slabsAt;
}

/** Takes the other store in hand. */
export function changeStores(): void {
  const nodesAt = nodes;
  const slabsAt = slabs;
  nodes = otherNodes;
  slabs = otherSlabs;
  otherNodes = nodesAt;
  otherSlabs = slabsAt;
}

/** Where the fields of a node lie. */
@inline
export function node(number: u32): u32 {
  return nodes + number * nodeBytes;
}

/** Where the bytes of a node begin, whatever of them is kept. */
@inline
export function slab(number: u32): u32 {
  return slabs + number * slabBytes;
}

/** True where the store in hand has so many more to give. */
@inline
export function hasRoom(pieces: u32): bool {
  return load<u32>(nodes, USED) + pieces <= load<u32>(nodes, CAPACITY);
}

/** A node; there must be one. */
@inline
export function allocate(): u32 {
  store<u32>(nodes, load<u32>(nodes, USED) + 1, USED);
  const free = load<u32>(nodes, FREE);
  if (free != 0) {
    store<u32>(nodes, load<u32>(node(free), NEXT), FREE);
    return free;
  }
  const fresh = load<u32>(nodes, FRESH) + 1;
  store<u32>(nodes, fresh, FRESH);
  return fresh;
}

/** Takes a node back. */
@inline
export function giveBack(number: u32): void {
  store<u32>(node(number), load<u32>(nodes, FREE), NEXT);
  store<u32>(nodes, number, FREE);
  store<u32>(nodes, load<u32>(nodes, USED) - 1, USED);
}
