// What is said of a pcapng file that contradicts itself.

import { intakeHeadroom } from "../intake.js";
import { blockOverhead } from "./layout.js";

/** A block that announces more bytes than this is damaged. Wireshark draws the line there, too. */
export const maximumBlockLength: number = 1 << 27;

/** Bytes of the longest block that is held as a whole: what a source can hold back (see intake.ts). */
export const longestWholeBlock: number = intakeHeadroom;

/** Texts for people, by what is wrong. */
export const damage = {
  absurdLength: (announced: number): string =>
    `a block announces a length of ${announced} bytes; possible are ${blockOverhead} to ${maximumBlockLength}`,
  differentLengths: (announced: number, closing: number): string =>
    `a block announces ${announced} bytes at its beginning and ${closing} at its end`,
  noSection: (): string => "a block before the first section header",
  noByteOrder: (): string => "a section header without its byte-order magic",
  sectionLength: (announced: number): string => `a section header announces a length of ${announced} bytes`,
  interfaceLength: (announced: number): string =>
    `an interface block announces a length of ${announced} bytes; at most ${longestWholeBlock} are read`,
  tooManyInterfaces: (most: number): string => `a section has more than ${most} interfaces`,
  noInterface: (index: number, known: number): string =>
    `a packet of interface ${index}, which the section has not; it has ${known}`,
  packetTooShort: (length: number): string => `a packet block of ${length} bytes has no room for its fields`,
  tooManyBytes: (captured: number, length: number): string =>
    `a packet block of ${length} bytes announces ${captured} captured ones`,
  optionTooLong: (at: number, where: string): string => `an option ${at} bytes into ${where} is longer than the block`,
} as const;
