// Trouble with the caller, with the module that runs in the workers, and with the threads themselves.

import type { NidsErrorCode } from "@tsnids/nids";

/** Every code an error of the workers can have. */
export type WorkerErrorCode =
  /** An option is not what it should be, or cannot be handed to a thread. */
  | "invalid-argument"
  /** `run` was called while a run goes on. */
  | "busy"
  /** The module cannot be imported: there is none, or it threw; `cause` is why. */
  | "module-failed"
  /** The module has no function as its default export. */
  | "no-setup"
  /** The module's function threw; `cause` is a copy of what it threw. */
  | "setup-failed"
  /** A registered callback threw; `cause` is a copy of what it threw. */
  | "callback-failed"
  /** The function that gives a worker's result threw, or its result cannot be handed over; `cause` is why. */
  | "result-failed"
  /** The system gives no thread, such as one more than its limit; `cause` is why. */
  | "no-thread"
  /**
   * The thread ended by itself: `process.exit()`, an error outside of callbacks, no more memory, or a setup or result
   * whose promise can never settle: nothing was left that keeps the thread going (timers with `unref()` do not).
   */
  | "worker-ended";

/** What an engine can have against its parameters. */
export type ParameterErrorCode = Extract<NidsErrorCode, "unknown-parameter" | "invalid-parameter" | "no-memory">;

/** True for the codes of errors about the parameters of an engine. */
export function isAboutParameters(code: string): code is ParameterErrorCode {
  return code === "unknown-parameter" || code === "invalid-parameter" || code === "no-memory";
}

/**
 * A run in several threads failed; all its threads have ended. `cause`, where it comes from a worker, is a copy: of an
 * error one of the language's own class, or Error, with its name, message, stack, `code` and `cause`; of anything else
 * what structured clone makes, or else its words.
 */
export class WorkerError extends Error {
  override name = "WorkerError";
  /** Which of the causes it is; texts may change, codes do not. */
  readonly code: WorkerErrorCode;
  /** The worker it happened in, from 0; undefined where it was in none. */
  readonly worker: number | undefined;
  /** The connection the callback was called for, as "client -> server"; undefined for what is about none. */
  readonly stream: string | undefined;

  constructor(code: WorkerErrorCode, message: string, details: WorkerErrorDetails = {}) {
    const { cause, worker, stream } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.worker = worker;
    this.stream = stream;
  }
}

interface WorkerErrorDetails {
  readonly cause?: unknown;
  readonly worker?: number | undefined;
  readonly stream?: string | undefined;
}
