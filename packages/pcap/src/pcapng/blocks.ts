// What a pcapng file holds besides frames, as it is offered to whoever wants it (`onBlock`): who wrote the file, names,
// keys, counters, comments, and blocks that only their authors understand.

/**
 * An option of a block: a code whose meaning depends on the block, and its value as it stands in the file; numbers in it
 * have the byte order of the section.
 */
export interface PcapngOption {
  /** What kind of option it is. */
  readonly code: number;
  /** Its bytes, without padding. */
  readonly value: Uint8Array;
}

/** What blocks with options have. */
interface WithOptions {
  /** The comments among the options. */
  readonly comments: readonly string[];
  /** All options, comments too, in the order of the file. */
  readonly options: readonly PcapngOption[];
}

/** A section begins: its interfaces are numbered from 0 again. */
export interface PcapngSection extends WithOptions {
  readonly type: "section";
  /** Byte order of all numbers in the section. */
  readonly byteOrder: "little" | "big";
  /** The machine that wrote it. */
  readonly hardware: string | undefined;
  /** The operating system that wrote it. */
  readonly system: string | undefined;
  /** The program that wrote it. */
  readonly application: string | undefined;
}

/** An interface of the section, the next in number. */
export interface PcapngInterface extends WithOptions {
  readonly type: "interface";
  /** Its index in the section. */
  readonly index: number;
}

/** What was said about a frame. Frames without options are not reported. */
export interface PcapngPacketOptions extends WithOptions {
  readonly type: "packet-options";
  /** The number of the frame in the capture, from 0. */
  readonly frame: number;
}

/** An address and its names. */
export interface ResolvedName {
  /** 4 bytes of IPv4 or 16 of IPv6. */
  readonly address: Uint8Array;
  /** One or more names of it. */
  readonly names: readonly string[];
}

/** Names of addresses. */
export interface PcapngNameResolution extends WithOptions {
  readonly type: "name-resolution";
  /** In the order of the block. */
  readonly records: readonly ResolvedName[];
}

/** Counters of an interface at a moment. */
export interface PcapngInterfaceStatistics extends WithOptions {
  readonly type: "interface-statistics";
  /** Index of the interface in the section. */
  readonly index: number;
  /** When they were taken, in whole seconds since 1970. */
  readonly seconds: number;
  /** Nanoseconds within that second. */
  readonly nanoseconds: number;
  /** Packets that the interface received since the capture began. */
  readonly received: bigint | undefined;
  /** Packets that the interface dropped since the capture began. */
  readonly dropped: bigint | undefined;
}

/** Keys for what is encrypted in the frames. */
export interface PcapngDecryptionSecrets extends WithOptions {
  readonly type: "decryption-secrets";
  /** What they are: 0x544c534b is a TLS key log, 0x57474b4c a WireGuard one. */
  readonly secretsType: number;
  /** The keys, in the form that `secretsType` says. */
  readonly secrets: Uint8Array;
}

/** A block that only its author understands. */
export interface PcapngCustomBlock {
  readonly type: "custom";
  /** The author: an IANA Private Enterprise Number. */
  readonly enterprise: number;
  /** Whether a program that does not know it may copy it into a file it changes. */
  readonly mayBeCopied: boolean;
  /** Everything behind the number, padding and options included: where they begin, the author knows. */
  readonly content: Uint8Array;
}

/** A block of another type. */
export interface PcapngUnknownBlock {
  readonly type: "unknown";
  /** Its number. */
  readonly blockType: number;
  /** Everything between the two lengths. */
  readonly body: Uint8Array;
}

/** A block too long to be offered (see longestWholeBlock), or one whose fields do not fit into it. */
export interface PcapngSkippedBlock {
  readonly type: "skipped";
  /** Its number. */
  readonly blockType: number;
  /** All of its bytes. */
  readonly length: number;
}

/** Anything that is no frame; `type` says what. */
export type PcapngBlock =
  | PcapngSection
  | PcapngInterface
  | PcapngPacketOptions
  | PcapngNameResolution
  | PcapngInterfaceStatistics
  | PcapngDecryptionSecrets
  | PcapngCustomBlock
  | PcapngUnknownBlock
  | PcapngSkippedBlock;

/**
 * Told of blocks in the order of the file. It is called while a batch is filled, so before the frames of that batch are
 * handed out. All bytes are the listener's own. It must not throw.
 */
export type PcapngBlockListener = (block: PcapngBlock) => void;
