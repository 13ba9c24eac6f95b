// The input of a command on its way through an engine, with everything a command line needs around it: warnings, the
// progress bar, an output that may be slow or gone, and an interrupt.
//
//     input ─► paced ─► engine ─► callbacks ─► Output
//                └─ after each batch: flush the output, move the bar
//
// The input is files, or something to watch (frame-input.ts). However it ends, the engine exits: open streams are told
// EXITING, and the caller prints what it has before it reports. What is printed at the end waits for the reader all at
// once.

import { performance } from "node:perf_hooks";
import type { LiveStatistics } from "@tsnids/capture";
import { CallbackError } from "@tsnids/nids";
import type { StatisticsSnapshot } from "@tsnids/nids";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import { say } from "./diagnostics.js";
import { asError, ExitCode, failureOf, throwAll } from "./exit-codes.js";
import { openInput } from "./inputs/frame-input.js";
import type { CommandInput, InputWarning } from "./inputs/frame-input.js";
import { onInterrupt } from "./interrupt.js";
import { endInput } from "./inputs/interrupted-input.js";
import { Output } from "./output.js";
import { Progress } from "./progress.js";

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
  /** Those of them that it cannot be asked about. */
  readonly unfilterable: number | undefined;
  /** True when there is something to sum up: all was read, or at least a part. */
  readonly hasResults: boolean;
  /** What a live capture counted. */
  readonly live: LiveStatistics | undefined;
}

/** How a replay is done. */
export interface ReplayOptions {
  /** A reader of the output that goes away does not end it. */
  readonly goesOnUnread?: boolean;
  /** Chunks of a file read ahead (see FileSource). */
  readonly readAhead?: number;
}

/** One replay. It is made before the engine, which needs its output; then come `run`, printing, and `finish`. */
export class Replay {
  /** Where results go. */
  readonly output: Output;
  readonly #input: CommandInput;
  readonly #readAhead: number;
  readonly #stop: AbortController = new AbortController();
  #interrupted = false;
  #offInterrupt: () => Promise<void> = () => Promise.resolve();

  constructor(input: CommandInput, { goesOnUnread = false, readAhead = 0 }: ReplayOptions = {}) {
    this.#input = input;
    this.#readAhead = readAhead;
    this.output = new Output(process.stdout, () => {
      if (!goesOnUnread) this.#stop.abort();
    });
  }

  /** Reads the input to its end, or until an interrupt. Warnings go to standard error, and to `onWarning`. */
  async run(nids: Processor, onWarning: (warning: InputWarning) => void = () => undefined): Promise<ReplayEnd> {
    const warn = (warning: InputWarning): void => {
      progress.clear();
      say(`warning: ${warning.message}`);
      onWarning(warning);
    };
    const { signal } = this.#stop;
    const { source, files, feed, filtering } = await openInput(this.#input, signal, warn, {
      readAhead: this.#readAhead,
    });
    const paths = files.map(({ path }) => path);
    const started = performance.now();
    const progress = new Progress(process.stderr, files, started);
    this.output.beforeWriting(() => progress.clear());
    this.#offInterrupt = onInterrupt(() => {
      this.#interrupted = true;
      endInput(paths, this.#stop);
    });
    let error: Error | undefined;
    try {
      await nids.run(new PacedSource(source, this.output, progress));
    } catch (thrown) {
      // What a callback of ours threw is reported itself, not the CallbackError around it.
      error = asError(thrown instanceof CallbackError ? thrown.cause : thrown);
    }
    const seconds = (performance.now() - started) / 1000;
    this.#stop.abort(); // After an error of ours, a pipe would still wait for its writer.
    progress.clear();
    const filtered = filtering?.dropped;
    const hasResults = error === undefined || nids.statistics().frames + (filtered ?? 0) > 0;
    return { seconds, error, filtered, unfilterable: filtering?.unreadable, hasResults, live: feed?.statistics };
  }

  /**
   * Waits until the reader has taken everything; an interrupt meanwhile is still the first one. Returns the exit code
   * where there is no error. Throws the errors given, and a CommandError when lines were lost.
   */
  async finish(...errors: readonly (Error | undefined)[]): Promise<ExitCode> {
    await this.output.flush();
    await this.#offInterrupt();
    throwAll([...errors, failureOf(() => this.output.check())]);
    return this.#interrupted ? ExitCode.INTERRUPTED : ExitCode.OK;
  }
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
