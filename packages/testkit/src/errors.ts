/**
 * The errors of the test kit. All of them mean that the caller (a test, or a scenario page) asked for something that
 * cannot be built; none of them comes from traffic.
 */

/** What was wrong with the request. */
export type TestkitErrorCode =
  | "bad-address"
  | "bad-data"
  | "bad-field"
  | "bad-flags"
  | "bad-fragment"
  | "bad-link"
  | "bad-time"
  | "mixed-families"
  | "mixed-links"
  | "no-such-frame"
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
