// What the modules of workers report and return as results, a line each. A value that cannot be a line stops nothing:
// the others are printed, and an error follows when the run is over.

import { CommandError, ExitCode, systemReason } from "../exit-codes.js";
import { jsonValue, workerJson } from "./json-lines.js";
import type { Output } from "../output.js";
import { printable } from "./printable-text.js";

/** How the values are printed. */
export interface WorkerPrinting {
  readonly output: Output;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The lines of the workers of a run. */
export class WorkerLines {
  readonly #printing: WorkerPrinting;
  #failure: CommandError | undefined;

  constructor(printing: WorkerPrinting) {
    this.#printing = printing;
  }

  /** Prints what a worker has reported. */
  report(value: unknown, worker: number): void {
    this.#print("report", value, worker);
  }

  /** Prints what the workers gave as results, those that gave one. */
  results(results: readonly unknown[]): void {
    for (const [worker, result] of results.entries()) {
      if (result !== undefined) this.#print("result", result, worker);
    }
  }

  /** Throws CommandError when a value could not be printed. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #print(type: "report" | "result", value: unknown, worker: number): void {
    const { output, json, quiet } = this.#printing;
    if (quiet) return;
    try {
      output.line(json ? workerJson(type, value, worker) : printable(textOf(value)));
    } catch (error) {
      const what = `worker ${worker}: a ${type} that cannot be JSON: ${printable(systemReason(error))}`;
      this.#failure ??= new CommandError(ExitCode.WRONG_INPUT, what);
    }
  }
}

/** Text as it is; anything else as JSON, where JSON has it. */
function textOf(value: unknown): string {
  const isText = typeof value === "string" || typeof value === "bigint" || value === undefined;
  return isText ? String(value) : jsonValue(value);
}
