// Headers whose length is in them: that of 802.11 and that of Geneve. Both functions give -1 where the frame ends before
// the length is known.

/** Bits of the first byte of an 802.11 frame (IEEE 802.11-2020 §9.2.4.1): data frames, control frames, QoS. */
const DATA = 0x08;
const CONTROL = 0x04;
const QOS = 0x80;

const headerLength = 24;
const qosLength = 2;

/** Bits of the "present" word of radiotap, read with the most significant byte first: TSFT, flags, and a further word. */
const HAS_TSFT = 0x01000000;
const HAS_FLAGS = 0x02000000;
const HAS_MORE = 0x00000080;
/** In the flags field: the 802.11 header is padded to 32 bits. */
const PADDED = 0x20;

/** Bytes of the 802.11 header of the frame that begins at `frame` of the captured one: 24, 26 for QoS, or padded. */
export function wlanHeader(
  bytes: Uint8Array,
  offset: number,
  length: number,
  frame: number,
  radiotap: boolean,
): number {
  if (frame + 1 > length) return -1;
  const control = bytes[offset + frame]!;
  if ((control & DATA) === 0 || (control & CONTROL) !== 0) return headerLength;
  const header = (control & QOS) === 0 ? headerLength : headerLength + qosLength;
  if (!radiotap) return header;
  if (length < 8) return -1;
  const present =
    (bytes[offset + 4]! << 24) | (bytes[offset + 5]! << 16) | (bytes[offset + 6]! << 8) | bytes[offset + 7]!;
  if ((present & HAS_FLAGS) === 0 || (present & HAS_MORE) !== 0) return header;
  const flags = (present & HAS_TSFT) !== 0 ? 16 : 8;
  if (flags + 1 > length) return -1;
  // What is padded is the place in the captured frame, radiotap included.
  return (bytes[offset + flags]! & PADDED) === 0 ? header : ((frame + header + 3) & ~3) - frame;
}

/** Where what the Geneve header at `at` carries begins (RFC 8926 §3.4). */
export function geneveHeader(bytes: Uint8Array, offset: number, length: number, at: number): number {
  if (at + 4 > length) return -1;
  return at + 8 + (bytes[offset + at]! & 0x3f) * 4;
}
