// What the caller can do wrong. What is odd about the traffic is never thrown.

/** What went wrong, for programs. */
export type OutputErrorCode =
  /** An argument is not what it should be; the message names it. */
  "invalid-argument";

/** A mistake of the caller; `code` says which. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** Which mistake it is. */
  readonly code: OutputErrorCode;

  constructor(code: OutputErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
