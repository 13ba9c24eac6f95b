// The record of a flow: what lies where. Its first line has all that a segment in order needs; two of a kind are of side 0
// and of side 1.
//
//   flows:    │ 2 address keys │ ports │ scope │ flags │ next[2] │ ack[2] │ window[2] │ last seen │ count[2] (float64) │
//   details:  │ isn[2] │ tsval[2] │ start sec, ns │ collects │ SYN window[2] │                half a line
//
// The kernel has the same in bytes (kernel/flow.ts); flow-flags.ts has the flags.

/** Int32 fields of a flow's first line, relative to `slot * FLOW_INTS`. */
export const FLOW_INTS = 16;
export const KEY_LOW = 0;
export const KEY_HIGH = 1;
export const PORTS = 2;
export const SCOPE = 3;
export const FLAGS = 4;
/** Sequence number expected next from each side. */
export const NEXT = 5;
/** Highest acknowledgment number each side has sent. */
export const ACK = 7;
/** Window each side advertised last, in bytes. */
export const WINDOW = 9;
/** Packet time of the last packet, whole seconds as 32 bits. */
export const LAST_SEEN = 11;
/** Float64 field relative to `slot * FLOW_DOUBLES`: bytes delivered in order from each side. */
export const FLOW_DOUBLES = 8;
export const COUNT = 6;

/** Int32 fields of a flow's details, relative to `slot * DETAIL_INTS`. */
export const DETAIL_INTS = 8;
export const ISN = 0;
export const TSVAL = 2;
export const START_SECONDS = 4;
export const START_NANOSECONDS = 5;
/** Four signed bytes: how often each side's data is collected, then the same for urgent data. */
export const COLLECTS = 6;
/** Two unsigned 16-bit numbers: the window each side advertised in its SYN, which is not scaled. */
export const SYN_WINDOWS = 7;
