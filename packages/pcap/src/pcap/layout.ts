// The classic pcap format (draft-ietf-opsawg-pcap; pcap-savefile(5)): a file header, then records until the end. All
// numbers are 32 bit (the versions 16) in the byte order of the machine that wrote the file, which the magic tells.
//
//     file header   0        4     6     8           12            16           20                    24
//                   │ magic  │ 2   │ 4   │ (reserved)│ (reserved)  │ snap length│ link type + FCS bits│
//                            major minor
//
//     record        0        4           8                  12                16
//                   │ seconds│ fraction  │ captured length  │ original length │ captured bytes … │
//
// The fraction counts microseconds or nanoseconds; the magic tells that, too. The upper half of the link type field
// says how long the frame check sequence at the end of frames is, if anybody knew: readers that do not need it mask it.
//
// Some programs wrote files that are the same but for one thing, most with a magic of their own (`pcapVariants`).

/** Bytes of the file header, and where its fields are. */
export const fileHeader = {
  length: 24,
  magic: 0,
  majorVersion: 4,
  minorVersion: 6,
  snapLength: 16,
  linkType: 20,
} as const;

/** Bytes of a record's header, and where its fields are. */
export const recordHeader = {
  length: 16,
  seconds: 0,
  fraction: 4,
  capturedLength: 8,
  originalLength: 12,
} as const;

/** The magic of a file, read in the byte order the file was written in. */
export const Magic = { MICROSECONDS: 0xa1b2c3d4, NANOSECONDS: 0xa1b23c4d } as const;

/** One of the formats that are nearly the same. */
export interface PcapVariant {
  /** What people call it. */
  readonly name: string;
  /** In the byte order the file was written in. */
  readonly magic: number;
  /** Nanoseconds that 1 in the fraction field stands for. */
  readonly nanosecondsPerUnit: 1 | 1000;
  /** Bytes of the file header: what is behind the usual 24 is passed over. */
  readonly fileHeaderLength: number;
  /** Bytes of a record's header: what is behind the usual 16 is passed over. */
  readonly recordHeaderLength: number;
  /** Other lengths that it may have under this magic: record-header.ts finds out which one. */
  readonly otherRecordHeaderLengths?: readonly number[];
}

const usual = { fileHeaderLength: fileHeader.length, recordHeaderLength: recordHeader.length } as const;

/** All that are read. */
export const pcapVariants: readonly PcapVariant[] = [
  // Nokia's has four unknown bytes behind the lengths; that of Red Hat 6.1 is Kuznetsov's under the usual magic.
  { name: "pcap", magic: Magic.MICROSECONDS, nanosecondsPerUnit: 1000, ...usual, otherRecordHeaderLengths: [20, 24] },
  { name: "pcap", magic: Magic.NANOSECONDS, nanosecondsPerUnit: 1, ...usual },
  // Alexey Kuznetsov's patch for Linux: interface index, protocol and packet type behind the lengths. In SuSE 6.3 the
  // numbers of two processors follow.
  {
    name: "modified pcap (Kuznetsov)",
    magic: 0xa1b2cd34,
    nanosecondsPerUnit: 1000,
    ...usual,
    recordHeaderLength: 24,
    otherRecordHeaderLengths: [28],
  },
  { name: "pcap of Navtel", magic: 0xa12b3c4d, nanosecondsPerUnit: 1, ...usual },
  // Ixia's lcap, from its hardware and its software: the length of all records behind the link type.
  { name: "lcap of Ixia", magic: 0x1c0001ac, nanosecondsPerUnit: 1, ...usual, fileHeaderLength: 28 },
  { name: "lcap of Ixia", magic: 0x1c0001ab, nanosecondsPerUnit: 1000, ...usual, fileHeaderLength: 28 },
];

/** The part of the link type field that is the link type. */
export const linkTypeMask = 0xffff;

/**
 * The version everybody writes. Before 2.3 the two lengths of a record were the other way round, and of 2.3 there are
 * files of both kinds: there the greater one is the original length, as libpcap has it.
 */
export const version = { major: 2, minor: 4, oldestMinorRead: 3, minorPerhapsSwapped: 3 } as const;
