// A watch that runs in a process of its own and adds its lines to a file; tests wait for lines, with a
// deadline, and end it.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { linesOf, program } from "./command.js";

const deadlineMs = 20_000;
const intervalMs = 10;

/** One run of `tsnids watch --output`. */
export class Watching {
  /** What it said on standard error so far. */
  stderr = "";
  readonly #output: string;
  readonly #process: ChildProcess;

  constructor(args: readonly string[], output: string) {
    this.#output = output;
    this.#process = spawn(process.execPath, [program, "watch", "--output", output, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process.stderr?.on("data", (piece: Buffer) => (this.stderr += piece.toString()));
  }

  /** Number of the process. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The whole lines that are in the file. */
  get lines(): readonly string[] {
    return existsSync(this.#output) ? linesOf(readFileSync(this.#output, "utf8")) : [];
  }

  /** Waits until there are so many lines. */
  async until(count: number): Promise<readonly string[]> {
    await this.untilTrue(() => this.lines.length >= count, `line ${count}`);
    return this.lines;
  }

  /** Waits until something about the files is true. */
  async untilTrue(condition: () => boolean, what: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error): void => {
        clearInterval(looking);
        clearTimeout(timer);
        this.#process.off("exit", exited);
        if (error === undefined) resolve();
        else reject(error);
      };
      const exited = (): void => settle(new Error(`${what}: the watch has ended: ${this.stderr}`));
      const look = (): void => {
        try {
          if (condition()) settle();
        } catch (error) {
          settle(error as Error); // Thrown in a timer it would be nobody's, and the program would still run.
        }
      };
      const timer = setTimeout(() => settle(new Error(`${what}: not within ${deadlineMs} ms`)), deadlineMs);
      const looking = setInterval(look, intervalMs);
      this.#process.once("exit", exited);
      look();
    });
  }

  /** Ends it and gives its exit code; null after SIGKILL. */
  async end(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#process.exitCode;
    const exit = once(this.#process, "exit");
    this.#process.kill(signal);
    await exit;
    return this.#process.exitCode;
  }
}
