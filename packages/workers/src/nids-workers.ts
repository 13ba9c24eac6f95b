// One capture on many cores. The reading thread spreads frames; in each worker an engine follows the streams of its
// share and calls the callbacks of the user's module.
//
//                              ┌► worker 0: engine ─► callbacks ─┐
//   source ─► sieve ─► blocks ─┼► worker 1: engine ─► callbacks ─┼► reports, results, totals
//                              └► …                              ┘

import { totalOfShares } from "@tsnids/nids";
import type { AlertCode, StatisticsSnapshot } from "@tsnids/nids";
import type { FrameSource } from "@tsnids/pcap";
import { WorkerError } from "./errors.js";
import { checkOptions, checkSource } from "./options.js";
import type { CheckedOptions, WorkersOptions } from "./options.js";
import { WorkersRun } from "./workers-run.js";

/** What a run amounts to. */
export interface WorkersOutcome {
  /** The counters, as of one engine. */
  readonly statistics: StatisticsSnapshot;
  /** How often each alert was raised; those that never were are left out. */
  readonly alerts: { readonly [code in AlertCode]?: number };
  /** What the workers' modules gave as their results, by worker. */
  readonly results: readonly unknown[];
}

/** Engines in several threads, which do together what one `Nids` does. */
export class NidsWorkers {
  private readonly options: CheckedOptions;
  private busy = false;
  private outcome: WorkersOutcome = { statistics: totalOfShares([], []), alerts: {}, results: [] };

  /** Throws WorkerError `invalid-argument`. No thread is started before `run`. */
  constructor(options: WorkersOptions) {
    this.options = checkOptions(options);
  }

  /**
   * Starts the workers, processes a whole source, has the engines exit and ends the workers. Streams are spread by
   * their addresses and ports, after defragmentation and decapsulation; all of a stream is processed by one
   * worker, in order.
   *
   * Rejects with WorkerError where a worker fails, which a callback that throws is, too: all workers then end at once,
   * and nothing is counted. Rejects with NidsError for parameters that are not as they should be, and `no-memory` where
   * there is none for so many workers. Where the source throws, the engines exit and it then rejects with the source's
   * error. Rejects with the reason of the option `signal` where that calls it off.
   *
   * It does not wait for a source that is itself waiting when a worker fails or the run is called off; but what that
   * source has open keeps the process running. Abort it then, by its signal.
   *
   * A thread ends when its module has nothing left to do, and otherwise `endGraceMs` after its result.
   */
  async run(source: FrameSource): Promise<void> {
    checkSource(source);
    if (this.busy) throw new WorkerError("busy", "a run goes on: wait for its end, or make other workers");
    this.busy = true;
    try {
      const run = new WorkersRun(this.options);
      this.outcome = { statistics: totalOfShares([], []), alerts: {}, results: [] };
      const fault = await run.over(source);
      this.outcome = run.outcome;
      if (fault !== undefined) throw fault.error;
    } finally {
      this.busy = false;
    }
  }

  /** The counters of the last run, as of one engine. */
  statistics(): StatisticsSnapshot {
    return this.outcome.statistics;
  }

  /** How often each alert was raised in the last run; alerts that never were are left out. */
  alertCounts(): { readonly [code in AlertCode]?: number } {
    return this.outcome.alerts;
  }

  /** What the workers' modules gave as their results in the last run, by worker. */
  get results(): readonly unknown[] {
    return this.outcome.results;
  }
}

/** Processes a whole source on several cores; see `NidsWorkers`, which has what was counted also where the source fails. */
export async function run(source: FrameSource, options: WorkersOptions): Promise<WorkersOutcome> {
  const workers = new NidsWorkers(options);
  await workers.run(source);
  return { statistics: workers.statistics(), alerts: workers.alertCounts(), results: workers.results };
}
