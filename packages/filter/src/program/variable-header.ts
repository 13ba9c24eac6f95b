// Headers whose length is in them: those of radios, that of 802.11 and that of Geneve. The functions give -1 where the
// frame ends before the length is known.

import type { RadioHeader } from "./condition.js";

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

/** Bytes of a Prism header. Where its first number is that of AVS, it is an AVS header that was announced as Prism. */
const prismLength = 144;
const avsMagic = 0x80211;

/** Bytes of the radio's header that the frame begins with. */
export function radioHeader(bytes: Uint8Array, offset: number, length: number, radio: RadioHeader): number {
  switch (radio) {
    case "radiotap":
    case "ppi":
      return length < 4 ? -1 : bytes[offset + 2]! | (bytes[offset + 3]! << 8);
    case "prism": {
      if (length < 4) return -1;
      const magic = (bytes[offset]! << 12) | (bytes[offset + 1]! << 4) | (bytes[offset + 2]! >> 4);
      return magic === avsMagic ? avsLength(bytes, offset, length) : prismLength;
    }
    case "avs":
      return avsLength(bytes, offset, length);
  }
}

/** The number in bytes 4 to 7, the most significant first. */
function avsLength(bytes: Uint8Array, offset: number, length: number): number {
  if (length < 8) return -1;
  if (bytes[offset + 4]! >= 0x80) return 0x7fffffff; // behind the end of every frame
  return (bytes[offset + 4]! << 24) | (bytes[offset + 5]! << 16) | (bytes[offset + 6]! << 8) | bytes[offset + 7]!;
}

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
