// How the command ends, as numbers for scripts, and what is said when it ends badly: one line on standard error.

import { CaptureError, RecordError } from "@tsnids/capture";
import { NidsError, reasonOf } from "@tsnids/nids";

/** Exit codes of the command. */
export const ExitCode = {
  /** All was read; also when there was a warning, or nobody wanted the rest of the output (`| head`). */
  OK: 0,
  /** The output could not be written, or there is a bug in the program. */
  FAILED: 1,
  /** The command line or the input is wrong. All that is good was processed and printed: before the place, and other files. */
  WRONG_INPUT: 2,
  /** Interrupted, by SIGINT, SIGTERM or SIGHUP (128 + SIGINT in all cases). */
  INTERRUPTED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Something the user can put right: what to say, and how to end. */
export class CommandError extends Error {
  override name = "CommandError";
  /** What the command ends with. */
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * The line to print for an error, without "tsnids: ", and what to end with. Only a wrong filter has more than a line: the
 * expression, and the place in it. Stacks are for DEBUG.
 */
export function explain(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof CommandError) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof CaptureError) return { text: error.message, exitCode: ExitCode.WRONG_INPUT };
  if (error instanceof RecordError) {
    const isDisk = error.code === "write-failed";
    return { text: error.message, exitCode: isDisk ? ExitCode.FAILED : ExitCode.WRONG_INPUT };
  }
  if (isFilterError(error)) return { text: `filter: ${error.message}`, exitCode: ExitCode.WRONG_INPUT };
  if (isNamed(error, "SniffError")) {
    // The cause of a failed dump is a RecordError with the same text.
    if (error.cause instanceof RecordError) return explain(error.cause);
    return { text: error.message, exitCode: ExitCode.WRONG_INPUT };
  }
  if (isNamed(error, "WorkerError")) return { text: oneLine(error.message), exitCode: ExitCode.WRONG_INPUT };
  if (error instanceof NidsError && (error.code === "unknown-parameter" || error.code === "invalid-parameter")) {
    return { text: error.message, exitCode: ExitCode.WRONG_INPUT };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : reasonOf(error);
  const text = `unexpected ${oneLine(what)} (this is a bug, please report it; DEBUG=1 shows where it happened)`;
  return { text, exitCode: ExitCode.FAILED };
}

/** Whether it is what the package filter throws. */
export function isFilterError(error: unknown): error is Error {
  return isNamed(error, "FilterError");
}

/** Errors of packages that most commands do not need are known by name: to use the class would load the package. */
function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

/** Throws the errors there are, if any: a single one as it is, several as an AggregateError in the order given. */
export function throwAll(errors: readonly (Error | undefined)[]): void {
  const [first, ...others] = errors.filter((error) => error !== undefined);
  if (first !== undefined) throw others.length === 0 ? first : new AggregateError([first, ...others]);
}

/** What an action throws, if it does. */
export function failureOf(action: () => void): Error | undefined {
  try {
    action();
    return undefined;
  } catch (thrown) {
    return asError(thrown);
  }
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(reasonOf(thrown));
}

/** The system's errors about a name: there is no such folder, it is a folder, or the user may not write there. */
const nameErrors: readonly string[] = ["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM"];

/** The exit code where a file of the command line cannot be opened for writing: mostly its name is wrong. */
export function exitCodeOfOpening(error: unknown): ExitCode {
  return nameErrors.includes(systemReason(error)) ? ExitCode.WRONG_INPUT : ExitCode.FAILED;
}

/** What the system said: "no space left on device (ENOSPC)" becomes "ENOSPC" where there is a code. */
export function systemReason(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error ? oneLine(error.message) : String(error);
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, "; ");
}
