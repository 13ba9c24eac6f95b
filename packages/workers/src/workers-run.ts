// One run: threads from their beginning to their end. Whatever goes wrong in a worker ends the run at once, whatever
// the reading thread waits for.

import { randomInt } from "node:crypto";
import type { Worker } from "node:worker_threads";
import { NidsError, reasonOf, totalOfShares } from "@tsnids/nids";
import type { AlertCode } from "@tsnids/nids";
import { iteratorOf } from "@tsnids/pcap";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { Dispatcher } from "./dispatcher.js";
import { Lane } from "./lane.js";
import { isAboutParameters, WorkerError } from "./errors.js";
import { messageFromWorker } from "./messages.js";
import type { MessageFromWorker, MessageToWorker, WorkerStart } from "./messages.js";
import type { WorkersOutcome } from "./nids-workers.js";
import { checkBatch } from "./options.js";
import type { CheckedOptions } from "./options.js";
import { SpreadingMemory } from "./spreading-memory.js";
import { startThread } from "./thread.js";
import { thrownOf } from "./thrown-copy.js";

/** Milliseconds a thread has, when its result is there, to write what it still has to write. */
export const endGraceMs = 2000;

type Done = Extract<MessageFromWorker, { type: "done" }>;
type Failed = Extract<MessageFromWorker, { type: "failed" }>;

/** What was thrown; that may be anything. */
export interface Fault {
  readonly error: unknown;
}

export class WorkersRun {
  private readonly options: CheckedOptions;
  private readonly seed: number = randomInt(2 ** 32);
  private readonly memory: SpreadingMemory;
  private readonly lanes: readonly Lane[];
  private readonly dispatcher: Dispatcher;
  private readonly threads: Worker[] = [];
  private readonly done: Done[] = [];
  private ready = 0;
  private ended = 0;
  /** Goes on with what waits for workers; asked whenever one has said something. */
  private awaken: () => void = () => undefined;
  private failure: Fault | undefined;

  constructor(options: CheckedOptions) {
    this.options = options;
    this.memory = new SpreadingMemory(options.workers);
    this.lanes = Array.from({ length: options.workers }, (_, index) => {
      return new Lane(this.memory, index, (message) => this.threads[index]?.postMessage(message));
    });
    this.dispatcher = new Dispatcher(this.memory, this.lanes, this.seed, (error) => this.fail(error));
  }

  /**
   * Processes the source; returns what it threw, if it did. Throws what went wrong in a worker, and the reason of the
   * signal that calls the run off.
   */
  async over(source: FrameSource): Promise<Fault | undefined> {
    const { signal } = this.options;
    const callOff = (): void => this.fail(signal?.reason);
    signal?.addEventListener("abort", callOff, { once: true });
    try {
      if (signal?.aborted === true) throw signal.reason;
      for (let index = 0; index < this.options.workers; index++) this.threads.push(this.start(index));
      await this.until(() => this.ready === this.threads.length);
      const fault = await this.feed(source);
      this.dispatcher.flush();
      this.post({ type: "end" });
      await this.until(() => this.threads.every((_, index) => this.done[index] !== undefined));
      await this.threadsEnd();
      return fault;
    } finally {
      signal?.removeEventListener("abort", callOff);
      await Promise.all(this.threads.map((thread) => thread.terminate()));
    }
  }

  /** What the run amounts to, when it is over. */
  get outcome(): WorkersOutcome {
    const alerts: { [code in AlertCode]?: number } = {};
    for (const done of this.done) {
      for (const [code, count] of Object.entries(done.alerts) as [AlertCode, number][]) {
        alerts[code] = (alerts[code] ?? 0) + count;
      }
    }
    const shares = this.done.map(({ statistics }) => statistics);
    const sorted = this.lanes.map((lane) => lane.sorted);
    const results = this.done.map(({ result }) => result);
    return { statistics: totalOfShares(shares, sorted), alerts, results };
  }

  /**
   * A thread ends by itself when nothing is left to do: what the module printed, and writes that it did not wait for,
   * would be lost with a thread that is ended. A timer or socket that it left open keeps no run open for ever.
   */
  private async threadsEnd(): Promise<void> {
    let isOver = false;
    const grace = setTimeout(() => {
      isOver = true;
      this.awaken();
    }, endGraceMs);
    try {
      await this.until(() => isOver || this.ended === this.threads.length);
    } finally {
      clearTimeout(grace);
    }
  }

  private async feed(source: FrameSource): Promise<Fault | undefined> {
    const iterator = iteratorOf(source, this.memory.intake);
    try {
      for (;;) {
        const next = await this.unlessFailed(nextOf(iterator));
        if ("error" in next) return next;
        if (next.done === true) return undefined;
        const { value: batch } = next;
        checkBatch(batch);
        if (batch.silentUntil >= 0) this.silence(batch);
        else await this.unlessFailed(this.dispatcher.pass(batch));
      }
    } catch (error) {
      // The source may be waiting for frames, and end only with the next one.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
      throw error;
    }
  }

  private silence({ silentUntil: until, silentNanoseconds: nanoseconds }: FrameBatch): void {
    this.dispatcher.silence(until);
    this.post({ type: "silence", until, nanoseconds });
  }

  private start(index: number): Worker {
    const { workers, module, data, params, onAlert } = this.options;
    const wantsAlerts = onAlert !== undefined;
    const start: WorkerStart = {
      index,
      workers,
      seed: this.seed,
      params,
      module,
      data,
      memory: this.memory.buffer,
      blocks: this.lanes[index]?.blockStarts ?? [],
      wantsAlerts,
    };
    const thread = startThread(start);
    thread.on("message", (posted: unknown) => {
      const message = messageFromWorker(posted);
      if (message !== undefined) this.hear(index, message);
    });
    thread.on("error", (cause: unknown) => {
      const message = `worker ${index} ended: ${reasonOf(cause)}`;
      this.fail(new WorkerError("worker-ended", message, { worker: index, cause }));
    });
    thread.on("exit", (code) => {
      this.ended++;
      if (this.done[index] !== undefined) {
        this.awaken();
        return;
      }
      const message = `worker ${index} ended by itself, with exit code ${code}`;
      this.fail(new WorkerError("worker-ended", message, { worker: index }));
    });
    return thread;
  }

  private hear(index: number, message: MessageFromWorker): void {
    if (this.failure !== undefined) return;
    switch (message.type) {
      case "ready":
        this.ready++;
        break;
      case "free":
        this.lanes[index]?.giveBack(message.block);
        return;
      case "settled":
        this.dispatcher.settle(message.list, message.interfaceIndex);
        return;
      case "report":
        this.tell(() => this.options.onReport(message.value, index));
        return;
      case "alert":
        this.tell(() => this.options.onAlert?.(message.alert));
        return;
      case "done":
        this.done[index] = message;
        break;
      case "failed":
        this.fail(failureOf(index, message));
        return;
    }
    this.awaken();
  }

  /** Calls the user's function; what it throws ends the run as it is. */
  private tell(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  private post(message: MessageToWorker): void {
    for (const thread of this.threads) thread.postMessage(message);
  }

  /** The first failure counts; what comes behind it is its consequence. */
  private fail(error: unknown): void {
    this.failure ??= { error };
    this.awaken();
  }

  /** Waits until something is so; throws the failure where there is one before. */
  private async until(isSo: () => boolean): Promise<void> {
    while (this.failure === undefined && !isSo()) {
      await new Promise<void>((resolve) => {
        this.awaken = resolve;
      });
    }
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** Waits for a promise, or throws the failure where there is one before. */
  private async unlessFailed<Value>(promise: Promise<Value>): Promise<Value> {
    await new Promise<void>((resolve) => {
      const settle = (): void => resolve();
      this.awaken = () => {
        if (this.failure !== undefined) settle();
      };
      this.awaken();
      promise.then(settle, settle);
    });
    if (this.failure !== undefined) throw this.failure.error;
    return promise;
  }
}

/** What the source gives next, or what it throws. */
async function nextOf(
  iterator: Iterator<FrameBatch> | AsyncIterator<FrameBatch>,
): Promise<IteratorResult<FrameBatch> | Fault> {
  try {
    return await iterator.next();
  } catch (error) {
    return { error };
  }
}

function failureOf(worker: number, { code, message, stream, cause }: Failed): Error {
  if (isAboutParameters(code)) return new NidsError(code, message);
  const thrown = cause === undefined ? undefined : thrownOf(cause);
  return new WorkerError(code, `worker ${worker}: ${message}`, { worker, stream, cause: thrown });
}
