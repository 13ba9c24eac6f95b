// A program that runs on one of the hosts and speaks in lines.

import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { BenchError } from "../command/bench-error.js";
import { reasonIn } from "../command/run-command.js";

/** What it prints, line by line, and the lack of a line as an error with its reason. */
export class Program {
  #title;
  #input;
  #lines;
  #errors;

  /**
   * @param {string} title what to call it
   * @param {import("node:child_process").ChildProcess} child just started, with pipes
   */
  constructor(title, { stdin, stdout, stderr }) {
    this.#title = title;
    this.#input = stdin.on("error", () => undefined); // One that has ended is told by its lines.
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    this.#errors = text(stderr);
  }

  /** @returns {Promise<string>} the next line; rejects with BenchError `peer-failed` where it ended without */
  async line() {
    const { done, value } = await this.#lines.next();
    if (!done) return value;
    throw new BenchError("peer-failed", `${this.#title}: ${reasonIn(await this.#errors) || "ended early"}`);
  }

  /** Gives it all its input. @param {string} input */
  tell(input) {
    this.#input.end(input);
  }

  /** @returns {Promise<string>} what it wrote beside its lines, when it has ended */
  warnings() {
    return this.#errors;
  }
}
