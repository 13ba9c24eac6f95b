// Starts the thread of a worker, and says why there is none.

import { Worker } from "node:worker_threads";
import { reasonOf } from "@tsnids/nids";
import { WorkerError } from "./errors.js";
import type { WorkerStart } from "./messages.js";

/** Throws WorkerError: `invalid-argument` for what no thread can be given, `no-thread` where none is to be had. */
export function startThread(start: WorkerStart): Worker {
  try {
    return newThread(start);
  } catch (cause) {
    throw unfitOption(start) ?? noThread(start.index, cause);
  }
}

/**
 * A thread has the options of the process, but for the one about the text that a process runs, with which no thread
 * runs a file. Node takes V8's options for a thread only where it inherits them all; with that one left out they are,
 * too: they hold for the whole process anyway.
 */
function newThread(workerData: WorkerStart): Worker {
  const file = new URL("worker-main.js", import.meta.url);
  const execArgv = process.execArgv.filter((option) => !/^--input-type\b/.test(option));
  if (execArgv.length === process.execArgv.length) return new Worker(file, { workerData });
  try {
    return new Worker(file, { workerData, execArgv });
  } catch (error) {
    if (!hasCode(error, "ERR_WORKER_INVALID_EXEC_ARGV")) throw error;
    return new Worker(file, { workerData, execArgv: [] });
  }
}

/** What is wrong with the first of the options that cannot be cloned, if one cannot. */
function unfitOption({ data, params }: WorkerStart): WorkerError | undefined {
  const parameters = Object.entries(params).map(([name, value]) => [`parameter "${name}"`, value] as const);
  for (const [what, value] of [["workerData", data] as const, ...parameters]) {
    try {
      structuredClone(value);
    } catch (cause) {
      return new WorkerError("invalid-argument", `${what} cannot be handed to a thread: ${reasonOf(cause)}`, { cause });
    }
  }
  return undefined;
}

function noThread(worker: number, cause: unknown): WorkerError {
  const why = hasCode(cause, "ERR_WORKER_INIT_FAILED")
    ? `the system gives no further thread (${reasonOf(cause)}); ask for fewer workers, or raise its limit`
    : reasonOf(cause);
  return new WorkerError("no-thread", `worker ${worker} cannot be started: ${why}`, { worker, cause });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
