// What runs in a worker: it imports the user's module, lets it register its callbacks with an engine for the worker's
// share of the flows, runs the engine over the blocks, and says how it went.

import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { CallbackError, Nids, NidsError, reasonOf } from "@tsnids/nids";
import { BlockSource } from "./block-source.js";
import { isAboutParameters, WorkerError } from "./errors.js";
import type { WorkerErrorCode } from "./errors.js";
import { postFromWorker } from "./messages.js";
import type { MessageFromWorker, WorkerStart } from "./messages.js";
import { settledInterfaces } from "./settled-interfaces.js";
import { copyOf } from "./thrown-copy.js";
import type { WorkerContext, WorkerSetup } from "./worker-setup.js";

const port = parentPort as MessagePort;
const start = workerData as WorkerStart;
const post = (message: MessageFromWorker): void => postFromWorker(port, message);

// No await on this level: Node prints a warning of its own where that can never settle.
process.once("beforeExit", endUnsettled);
void work()
  .catch((error: unknown) => post(failure(error)))
  .finally(() => process.off("beforeExit", endUnsettled));

/** Nothing is left to do, and the work is not done. */
function endUnsettled(): void {
  const what = "the promise its module awaits can never settle, as nothing is left that keeps the thread going";
  post(failure(new WorkerError("worker-ended", what)));
}

async function work(): Promise<void> {
  const { index, workers, seed, params, memory, blocks, data } = start;
  const setup = await importSetup();
  const nids = new Nids({ ...params, share: { index, of: workers, seed } });
  if (start.wantsAlerts) {
    nids.on("alert", (alert) => post({ type: "alert", alert: { ...alert, packet: alert.packet?.slice() } }));
  }
  const report = (value: unknown): void => post({ type: "report", value });
  const context: WorkerContext = { index, workers, data, report };
  const resultOf = await attempt("setup-failed", "the module's default export threw", () => setup(nids, context));
  const source = new BlockSource(port, memory, blocks);
  post({ type: "ready" });
  // The state of all shares is the same before the flows, so it is enough that one tells.
  try {
    await nids.run(index === 0 ? settledInterfaces(source, nids, post) : source);
  } finally {
    // No message is waited for any more: only what the module has left to do keeps the thread. The port stays open for
    // what it still reports.
    port.unref();
  }
  await attempt("result-failed", "the worker's result cannot be had", async () => {
    const result: unknown = typeof resultOf === "function" ? await (resultOf as () => unknown)() : undefined;
    post({ type: "done", statistics: nids.statistics(), alerts: nids.alertCounts(), result });
  });
}

async function importSetup(): Promise<WorkerSetup> {
  const module = await attempt("module-failed", `${start.module} cannot be imported`, () => {
    return import(start.module) as Promise<{ readonly default?: unknown }>;
  });
  if (typeof module.default === "function") return module.default as WorkerSetup;
  const how = "export default function setup(nids) { … }, in CommonJS module.exports = setup";
  throw new WorkerError("no-setup", `${start.module} has no function as its default export: write ${how}`);
}

/** Does something of the module's; what it throws is told as an error with this code. */
async function attempt<Value>(
  code: WorkerErrorCode,
  what: string,
  action: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await action();
  } catch (cause) {
    throw new WorkerError(code, `${what}: ${reasonOf(cause)}`, { cause });
  }
}

function failure(error: unknown): MessageFromWorker {
  const { cause } = error as { readonly cause?: unknown };
  const told = {
    type: "failed",
    cause: cause === undefined ? undefined : copyOf(cause),
    stream: undefined,
  } as const;
  if (error instanceof CallbackError) {
    return { ...told, code: "callback-failed", message: error.message, stream: error.stream };
  }
  if (error instanceof WorkerError) return { ...told, code: error.code, message: error.message };
  if (error instanceof NidsError && isAboutParameters(error.code)) {
    return { ...told, code: error.code, message: error.message };
  }
  return { ...told, code: "worker-ended", message: reasonOf(error), cause: copyOf(error) };
}
