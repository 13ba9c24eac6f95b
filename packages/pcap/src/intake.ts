// The intake: the block of memory a source reads a capture into, chunk by chunk. Reads always go to the same place, so
// that it can lie on a page boundary (an unaligned target costs the kernel 5 to 15 %). A record rarely ends where a
// chunk does; the beginning of the record that was cut off is moved to just before the chunk, and the next read makes
// it whole:
//
//        0                          intakeHeadroom                     intakeLength
//        ├──────────────────────────┼──────────────────────────────────┤
//        │                          │ chunk n:   rrrrrrrr rrrrrrr rrrr─┼─► cut off here
//        │                     rrrr │ chunk n+1: rrrr rrrrrr rrrrrrrrr │
//        ├──────────────────────────┼──────────────────────────────────┤
//
// A source that reads chunks in the background needs a place for each. A longer intake has several such lanes, one
// behind the other; chunk n goes into lane n modulo their number, and what was cut off of it moves to before the chunk
// in the next lane:
//
//        ├────── lane 0 ───────┼────── lane 1 ───────┼── lane 2 ─ …
//        │      │ chunk n rr─┐ │      │              │
//        │      │            └─┼─► rr │ chunk n+1    │

/** Captured bytes of a record at most: MAXIMUM_SNAPLEN of tcpdump. A record that announces more is damaged. */
export const maximumCapturedLength = 262144;

/** Bytes before the chunk: room for a record of the maximum length with its header, in whole pages. */
export const intakeHeadroom: number = 320 * 1024;

/** Bytes read at once. */
export const intakeChunk: number = 1024 * 1024;

/** Bytes an intake needs to be of use, and of each lane in a longer one. */
export const intakeLength: number = intakeHeadroom + intakeChunk;

/** Lanes a source makes use of at most: one for the chunk in hand, and three for those that are read meanwhile. */
export const intakeLanes = 4;
