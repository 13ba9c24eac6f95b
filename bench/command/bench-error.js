// What the benchmark cannot go on without. The command prints the message as one line; there is no stack for the user.

/** What the command line is to blame for. */
const OF_COMMAND_LINE = new Set(["bad-option", "bad-input", "unknown-capture", "unknown-peer", "unknown-commit"]);

/** A condition the user has to put right; `code` names it, the message says how. */
export class BenchError extends Error {
  /**
   * @param {"bad-option" | "bad-input" | "unknown-capture" | "unknown-peer" | "unknown-commit" | "missing-tool"
   *   | "no-history" | "not-built" | "not-written" | "peer-failed" | "page-markers"} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "BenchError";
    this.code = code;
  }

  /** What the command ends with. */
  get exitCode() {
    return OF_COMMAND_LINE.has(this.code) ? 2 : 1;
  }
}
