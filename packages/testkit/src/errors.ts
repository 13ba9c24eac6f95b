/**
 * The errors of the test kit. All of them mean that the caller (a test, or a scenario page) asked for something that
 * cannot be built; none of them comes from traffic.
 */

/** What was wrong with the request. */
export type TestkitErrorCode =
  /** A text is no address or endpoint, or an address has neither 4 nor 16 bytes. */
  | "bad-address"
  /** Data is neither text of one byte per character nor bytes. */
  | "bad-data"
  /** A value does not fit its field, or is none of those there are. */
  | "bad-field"
  /** A letter stands for no flag of TCP. */
  | "bad-flags"
  /** A piece does not begin at a multiple of 8 inside the payload. */
  | "bad-fragment"
  /** A header for this link type cannot be written, or has no room for what is to be in it. */
  | "bad-link"
  /** A time is not decimal seconds. */
  | "bad-time"
  /** Addresses of IPv4 and IPv6 are to be in one packet. */
  | "mixed-families"
  /** Frames of several link types are to be in one classic pcap file. */
  | "mixed-links"
  /** The capture has no frame of this index. */
  | "no-such-frame"
  /** A line of a scenario page is not understood, or cannot be built. */
  | "bad-scenario";

/** Thrown when a frame, conversation or capture cannot be built as asked. */
export class TestkitError extends Error {
  /** What was wrong, for programs. */
  readonly code: TestkitErrorCode;

  constructor(code: TestkitErrorCode, message: string) {
    super(message);
    this.name = "TestkitError";
    this.code = code;
  }
}

/** Thrown by the scenario parser and builder. The message begins with the line. */
export class ScenarioError extends TestkitError {
  /** Line of the page, counted from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super("bad-scenario", `line ${line}: ${message}`);
    this.name = "ScenarioError";
    this.line = line;
  }
}
