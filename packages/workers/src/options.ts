// What a run in several threads is told, and what is wrong with it.

import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { nearestName } from "@tsnids/nids";
import type { Alert, NidsParams } from "@tsnids/nids";
import { describeValue, isFrameBatch, isFrameSource, isObject } from "@tsnids/pcap";
import type { FrameSource } from "@tsnids/pcap";
import { WorkerError } from "./errors.js";

/** Workers there may be: each is a thread with an engine, and its memory, of its own. */
export const mostWorkers = 64;

/** Options of a run in several threads. */
export interface WorkersOptions {
  /** How many workers there are, 1 to 64; by default as many as the machine has cores. The thread that reads comes on top. */
  readonly workers?: number | undefined;
  /** The module with the callbacks (see WorkerSetup): a URL, or a path. */
  readonly worker: URL | string;
  /** Given to every worker as `data`; a copy (structured clone). */
  readonly workerData?: unknown;
  /** The parameters of every worker's engine; without `ipFilter`, `injector` and `share`. Limits are those of each engine. */
  readonly params?: Partial<NidsParams> | undefined;
  /** Called with what the workers report. While it runs, nothing is read. */
  readonly onReport?: ((value: unknown, worker: number) => void) | undefined;
  /** Called with each alert, with a copy of its packet. Those of one worker come in their order. */
  readonly onAlert?: ((alert: Alert) => void) | undefined;
  /**
   * Calls runs off, whatever they wait for: the workers are ended at once, nothing is counted, and `run` rejects with
   * the signal's reason. To have what came so far counted, end the source by its own signal.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options that are right, with all defaults. */
export interface CheckedOptions {
  readonly workers: number;
  /** URL of the module. */
  readonly module: string;
  readonly data: unknown;
  readonly params: Partial<NidsParams>;
  readonly onReport: (value: unknown, worker: number) => void;
  /** Undefined where nobody wants them: then they are not handed over. */
  readonly onAlert: ((alert: Alert) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

const optionNames = Object.keys({
  workers: true,
  worker: true,
  workerData: true,
  params: true,
  onReport: true,
  onAlert: true,
  signal: true,
} satisfies Record<keyof WorkersOptions, true>);

/** Parameters that a thread cannot be given, and why. */
const notForWorkers: Partial<Record<keyof NidsParams, string>> = {
  ipFilter: "functions cannot be handed to another thread; filter the source",
  injector: "functions cannot be handed to another thread; report the stream and kill it where the injector is",
  share: "each worker has a share of its own",
};

/** Throws WorkerError `invalid-argument`. */
export function checkOptions(options: WorkersOptions): CheckedOptions {
  checkNames(options);
  const { workers = Math.min(availableParallelism(), mostWorkers), worker, params = {}, signal } = options;
  const { onReport, onAlert } = options;
  if (!Number.isInteger(workers) || workers < 1 || workers > mostWorkers) {
    throw wrong(`workers must be a whole number from 1 to ${mostWorkers}, not ${describeValue(workers)}`);
  }
  if (!(worker instanceof URL) && (typeof worker !== "string" || worker === "")) {
    throw wrong("worker must be the URL or the path of a module");
  }
  checkParams(params);
  for (const [name, listener] of Object.entries({ onReport, onAlert })) {
    if (listener !== undefined && typeof listener !== "function") throw wrong(`${name} must be a function`);
  }
  if (signal !== undefined && !isSignal(signal)) throw wrong("signal must be an AbortSignal");
  return {
    workers,
    module: worker instanceof URL ? worker.href : moduleUrl(worker),
    data: options.workerData,
    params,
    onReport: onReport ?? (() => undefined),
    onAlert,
    signal,
  };
}

/** Throws WorkerError `invalid-argument` for what gives no frames. */
export function checkSource(source: FrameSource): void {
  if (isFrameSource(source)) return;
  throw wrong("source must be a source of frames, such as new FileSource(path)");
}

/** The same for what a source gives that is no batch. */
export function checkBatch(batch: unknown): void {
  if (isFrameBatch(batch)) return;
  throw wrong(`source must give batches of frames, such as new FrameBatch(), not ${describeValue(batch)}`);
}

function checkNames(options: WorkersOptions): void {
  if (!isObject(options)) throw wrong("options must be an object, with `worker` at least");
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue;
    const meant = nearestName(name, optionNames);
    const hint = meant === undefined ? `there are ${optionNames.join(", ")}` : `did you mean "${meant}"?`;
    throw wrong(`unknown option "${name}"; ${hint}`);
  }
}

/** What the engines themselves find wrong, they say: this is only what does not come so far. */
function checkParams(params: Partial<NidsParams>): void {
  if (!isObject(params) || Array.isArray(params))
    throw wrong("params must be an object with parameters of the engines");
  for (const [name, why] of Object.entries(notForWorkers)) {
    if (params[name as keyof NidsParams] !== undefined) throw wrong(`parameter "${name}" is not for workers: ${why}`);
  }
}

/** By what is used of it: a signal of another realm has another class. */
function isSignal(value: unknown): boolean {
  return isObject(value) && "aborted" in value && "addEventListener" in value;
}

/** "file:///a/b.js" as it is; anything else is a path, relative to the working directory. */
function moduleUrl(worker: string): string {
  return /^(file|data|node):/.test(worker) ? worker : pathToFileURL(worker).href;
}

function wrong(what: string): WorkerError {
  return new WorkerError("invalid-argument", what);
}
