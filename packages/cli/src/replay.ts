// Files through an engine, as one capture in order of time, with everything a command line needs around it: warnings,
// the progress bar, an output that may be slow or gone, and an interrupt.
//
//     files ─► FileSource ─► MergeSource ─► filter ─► paced ─► engine ─► callbacks ─► Output
//                                                       └─ after each batch: flush the output, move the bar
//
// A device to watch takes the place of the files. However it ends, the engine exits: open streams are told EXITING, and the caller
// prints what it has before it reports.

import { performance } from "node:perf_hooks";
import { FileSource, MergeSource } from "@tsnids/capture";
import type { CaptureWarning, LiveStatistics, LiveWarning } from "@tsnids/capture";
import { FilteredSource } from "@tsnids/filter";
import { CallbackError } from "@tsnids/nids";
import type { StatisticsSnapshot } from "@tsnids/nids";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { capturePaths } from "./capture-paths.js";
import { ExitCode } from "./exit-codes.js";
import type { Inputs } from "./inputs.js";
import { openLive } from "./live-input.js";
import type { LiveInput } from "./live-input.js";
import { Output } from "./output.js";
import { Progress } from "./progress.js";

/** What there may be to say about an input on the way. */
export type Warning = CaptureWarning | LiveWarning;

/** What frames are replayed through: an engine, or several. */
export interface Processor {
  run(source: FrameSource): Promise<void>;
  statistics(): StatisticsSnapshot;
}

/** How a replay ended. */
export interface ReplayEnd {
  /** Wall-clock time it took. */
  readonly seconds: number;
  /** What stopped it, with everything before it processed; undefined when it was read to the end. */
  readonly error: Error | undefined;
  /** Frames the filter took out; undefined without one. */
  readonly filtered: number | undefined;
  /** True when there is something to sum up: all was read, or at least a part. */
  readonly hasResults: boolean;
  /** The exit code, where there is no error. */
  readonly exitCode: ExitCode;
  /** What a live capture counted. */
  readonly live: LiveStatistics | undefined;
}

/** One replay: made before the engine, which wants its output. */
export class Replay {
  /** Where results go. */
  readonly output: Output;
  readonly #input: Inputs | LiveInput;
  readonly #stop: AbortController = new AbortController();
  #interrupted = false;

  /** With `goesOnUnread` a reader of the output that goes away does not end the replay. */
  constructor(input: Inputs | LiveInput, goesOnUnread = false) {
    this.#input = input;
    this.output = new Output(process.stdout, () => {
      if (!goesOnUnread) this.#stop.abort();
    });
  }

  /** Replays the files, or watches the device until an interrupt. Warnings go to standard error, and to `onWarning`. */
  async run(nids: Processor, onWarning: (warning: Warning) => void = () => undefined): Promise<ReplayEnd> {
    const warn = (warning: Warning): void => {
      progress.clear();
      process.stderr.write(`tsnids: warning: ${warning.message}\n`);
      onWarning(warning);
    };
    const { signal } = this.#stop;
    const { paths, filter } = "device" in this.#input ? { paths: [], filter: undefined } : this.#input;
    const live = "device" in this.#input ? openLive(this.#input, signal, warn) : undefined;
    const sources = (await capturePaths(paths)).map((path) => new FileSource(path, { signal, onWarning: warn }));
    const started = performance.now();
    const progress = new Progress(process.stderr, sources, started);
    this.output.beforeWriting(() => progress.clear());
    process.once("SIGINT", this.#interrupt);
    const all = new MergeSource(sources);
    const filtering = filter === undefined ? undefined : new FilteredSource(all, filter);
    let error: Error | undefined;
    try {
      await nids.run(new PacedSource(live ?? filtering ?? all, this.output, progress));
    } catch (thrown) {
      // What a callback of ours threw is what there is to report, not that it was thrown in one.
      const cause = thrown instanceof CallbackError ? thrown.cause : thrown;
      error = cause instanceof Error ? cause : new Error(String(cause));
    }
    const seconds = (performance.now() - started) / 1000;
    process.off("SIGINT", this.#interrupt);
    this.#stop.abort(); // After an error of ours, a pipe would still wait for its writer.
    progress.clear();
    const filtered = filtering?.dropped;
    const hasResults = error === undefined || nids.statistics().frames + (filtered ?? 0) > 0;
    const exitCode = this.#interrupted ? ExitCode.INTERRUPTED : ExitCode.OK;
    return { seconds, error, filtered, hasResults, exitCode, live: live?.statistics };
  }

  /** The first interrupt ends the reading; a second one, while the rest is printed, ends the process. */
  readonly #interrupt = (): void => {
    this.#interrupted = true;
    this.#stop.abort();
  };
}

/** A source that does what has to be done between two batches. */
class PacedSource implements FrameSource {
  readonly #source: FrameSource;
  readonly #output: Output;
  readonly #progress: Progress;

  constructor(source: FrameSource, output: Output, progress: Progress) {
    this.#source = source;
    this.#output = output;
    this.#progress = progress;
  }

  async *batches(intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> {
    for await (const batch of this.#source.batches(intake)) {
      yield batch;
      await this.#output.flush();
      this.#progress.update(performance.now());
    }
  }
}
