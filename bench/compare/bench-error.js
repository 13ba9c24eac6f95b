// What the benchmark cannot go on without. The command prints the message as one line; there is no stack for the user.

/** A condition the user has to put right; `code` names it, the message says how. */
export class BenchError extends Error {
  /**
   * @param {"unknown-capture" | "unknown-peer" | "missing-tool" | "no-history" | "not-built" | "peer-failed" | "bad-option" | "page-markers"} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "BenchError";
    this.code = code;
  }
}
