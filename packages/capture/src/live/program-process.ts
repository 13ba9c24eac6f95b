// A program that captures and writes a capture file to its standard output: started, watched and ended. What it has to
// say it says on standard error, of which the beginning and the end are kept.
//
// A program may start others, as a shell does. In a session of its own all of them are told to end. Where it has none,
// so that it can ask for a password at the terminal and gets interrupts from the keyboard, only the program itself is
// told: the others find that nobody reads any longer what they write.

import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { CaptureError } from "../capture-error.js";
import { systemCode } from "./live-errors.js";

/** Milliseconds a program has to end and print its counts when interrupted. */
const patience = 1000;

/** Characters of standard error that are kept. */
const keptText = 8192;

/** Debian's packages of programs that capture. */
const packages: ReadonlyMap<string, string> = new Map([
  ["tcpdump", "tcpdump"],
  ["dumpcap", "wireshark-common"],
]);

/** A running program. */
export class ProgramProcess {
  readonly program: string;
  /** What it writes. */
  readonly bytes: Readable;
  readonly #errors: Readable;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #hasOwnSession: boolean;
  readonly #gone: Promise<unknown>;
  #said = "";
  #onText: () => void = () => undefined;
  #startError: Error | undefined;
  #isStopped = false;
  #interrupting: NodeJS.Timeout | undefined;

  /** Starts it; with `hasOwnSession` an interrupt from the keyboard does not reach it, and it cannot ask for a password. */
  constructor(program: string, args: readonly string[], hasOwnSession = false) {
    this.program = program;
    this.#hasOwnSession = hasOwnSession;
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: hasOwnSession });
    this.#gone = once(this.#child, "close").catch((error: unknown) => {
      this.#startError = error instanceof Error ? error : new Error(String(error));
    });
    // Of a process for which there were no descriptors Node makes no pipes.
    const { stdout, stderr } = this.#child as Partial<ChildProcessByStdio<null, Readable, Readable>>;
    this.bytes = stdout ?? Readable.from([]);
    this.#errors = stderr ?? Readable.from([]);
    this.bytes.on("error", () => undefined);
    this.#errors.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-keptText);
      this.#onText();
    });
  }

  /** What it said on standard error. */
  get said(): string {
    return this.#said;
  }

  /** True when it was told to end. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** What it ended with: an exit code, a signal; undefined while it runs. */
  get ending(): number | string | undefined {
    return this.#child.exitCode ?? this.#child.signalCode ?? undefined;
  }

  /** The same in words. */
  get howEnded(): string {
    const { exitCode, signalCode } = this.#child;
    return signalCode ?? `exit code ${exitCode}`;
  }

  /** Waits until it has said something like `pattern`; false when it ended before. `signal` kills it. */
  async says(pattern: RegExp, signal: AbortSignal): Promise<boolean> {
    const kill = (): void => this.#kill("SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    const heard = new Promise<void>((resolve) => {
      this.#onText = () => {
        if (pattern.test(this.#said)) resolve();
      };
      this.#onText();
    });
    await Promise.race([heard, this.#gone]);
    signal.removeEventListener("abort", kill);
    this.#onText = () => undefined;
    return this.ending === undefined && this.#startError === undefined;
  }

  /** Waits until it runs. Rejects with CaptureError where it cannot be started. */
  async starts(): Promise<void> {
    await Promise.race([once(this.#child, "spawn").catch(() => undefined), this.#gone]);
    this.checkStarted();
  }

  /** Throws CaptureError when it could not be started: `program-missing`, or `capture-failed` for another reason. */
  checkStarted(): void {
    const error = this.#startError;
    if (error === undefined) return;
    const reason = systemCode(error);
    const debian = packages.get(this.program);
    const hint = debian === undefined ? "" : ` (on Debian: sudo apt-get install ${debian})`;
    throw reason === "ENOENT"
      ? new CaptureError("program-missing", this.program, `there is no such program${hint}`, undefined, error)
      : new CaptureError("capture-failed", this.program, `cannot be started (${reason})`, undefined, error);
  }

  /** Waits until it is gone. */
  async end(): Promise<void> {
    await this.#gone;
  }

  /** Interrupts it, which makes capture programs write what they have and print their counts; after so many milliseconds. */
  finish(after = 0): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#interrupting = setTimeout(() => this.#kill("SIGINT"), after);
    void this.#gone.then(() => clearTimeout(this.#interrupting));
  }

  /**
   * Interrupts it, and kills it where that is not enough. What it still writes is given up, as is what programs write
   * that it has started.
   */
  async stop(): Promise<void> {
    // It must not wait for somebody to read what it writes.
    this.bytes.removeAllListeners("data").resume();
    this.#isStopped = true;
    clearTimeout(this.#interrupting);
    this.#kill("SIGINT");
    const force = setTimeout(() => {
      this.#kill("SIGKILL");
      this.bytes.destroy();
      this.#errors.destroy();
    }, patience);
    await this.#gone;
    clearTimeout(force);
    this.#killGroup("SIGKILL"); // Whoever is left of it would be nobody's.
  }

  #kill(signal: NodeJS.Signals): void {
    if (!this.#killGroup(signal)) this.#child.kill(signal);
  }

  /** Tells it and all that it has started; false where nobody is left of such a group. */
  #killGroup(signal: NodeJS.Signals): boolean {
    const { pid } = this.#child;
    if (!this.#hasOwnSession || pid === undefined) return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      return false;
    }
  }
}
