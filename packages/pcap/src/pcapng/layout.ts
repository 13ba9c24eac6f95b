// The pcapng format (draft-ietf-opsawg-pcapng): blocks, one after the other. Every block has its length at both ends:
//
//     block         0        4              8          total - 4
//                   │ type   │ total length │ body …   │ total length │     padded to a multiple of 4
//
// A section header begins a section and says in which byte order all of its numbers are; interfaces are numbered anew in
// each section, in the order of their blocks. Positions here are those in the whole block, not in its body.
//
//     section       8                  12      14      16               24
//                   │ byte-order magic │ major │ minor │ section length │ options
//     interface     8           10         12            16
//                   │ link type │ reserved │ snap length │ options
//     enhanced      8           12          16         20         24         28
//                   │ interface │ time high │ time low │ captured │ original │ bytes …, padded │ options
//     simple        8          12
//                   │ original │ bytes …, padded
//     obsolete      8           10      12          16         20         24         28
//                   │ interface │ drops │ time high │ time low │ captured │ original │ bytes …, padded │ options

/** Types of blocks (§10.1 of the draft). */
export const BlockType = {
  /** The same in both byte orders. */
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE: 1,
  OBSOLETE_PACKET: 2,
  SIMPLE_PACKET: 3,
  NAME_RESOLUTION: 4,
  INTERFACE_STATISTICS: 5,
  ENHANCED_PACKET: 6,
  DECRYPTION_SECRETS: 10,
  /** A custom block that programs which do not know it may copy into a file they change. */
  CUSTOM: 0xbad,
  /** A custom block that they may not copy. */
  CUSTOM_NOT_COPIED: 0x40000bad,
} as const;

/** Bytes that every block has: type and length before its body, the length again behind it. */
export const blockHeaderLength = 8;
export const blockTrailerLength = 4;
export const blockOverhead: number = blockHeaderLength + blockTrailerLength;

/** Where the fields of a section header are, and the magic in its byte order. */
export const sectionHeader = { magic: 8, major: 12, minor: 14, sectionLength: 16, options: 24 } as const;
export const byteOrderMagic = 0x1a2b3c4d;

/** The version everybody writes; 1.2 was written by mistake and means the same. */
export const sectionVersion = { major: 1, minor: 0, minorByMistake: 2 } as const;

/** Where the fields of an interface block are. */
export const interfaceBlock = { linkType: 8, snapLength: 12, options: 16 } as const;

/** Where the fields of an enhanced packet block are; those of an obsolete one but for the first two. */
export const enhancedPacket = {
  interface: 8,
  timeHigh: 12,
  timeLow: 16,
  capturedLength: 20,
  originalLength: 24,
  bytes: 28,
} as const;

/** Where the fields of a simple packet block are. */
export const simplePacket = { originalLength: 8, bytes: 12 } as const;

/** Where the fields of an interface statistics block are. */
export const statisticsBlock = { interface: 8, timeHigh: 12, timeLow: 16, options: 20 } as const;

/** Where the fields of a decryption secrets block are. */
export const secretsBlock = { type: 8, length: 12, bytes: 16 } as const;

/** Where the fields of a custom block are. */
export const customBlock = { enterprise: 8, bytes: 12 } as const;

/** Types of the records in a name resolution block. */
export const NameRecord = { END: 0, IPV4: 1, IPV6: 2 } as const;

/** Codes of options. Those above `COMMENT` belong to the block they stand in. */
export const OptionCode = {
  END: 0,
  COMMENT: 1,
  SECTION_HARDWARE: 2,
  SECTION_SYSTEM: 3,
  SECTION_APPLICATION: 4,
  INTERFACE_NAME: 2,
  INTERFACE_DESCRIPTION: 3,
  INTERFACE_RESOLUTION: 9,
  INTERFACE_TIME_OFFSET: 14,
  STATISTICS_START: 2,
  STATISTICS_END: 3,
  STATISTICS_RECEIVED: 4,
  STATISTICS_DROPPED: 5,
} as const;

/** The next multiple of 4. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
