// The places in a watch at which everything is in order: the engine has processed all frames that were given, and
// everything about them was written. Then the state is saved; watch-state.ts says what for.

import { performance } from "node:perf_hooks";
import type { FolderPosition, FolderSource } from "@tsnids/capture";
import type { Nids } from "@tsnids/nids";
import type { FrameBatch, FrameSource } from "@tsnids/pcap";
import type { Output } from "../output.js";
import { ReplayMarks } from "./replay-marks.js";
import type { ResultFile } from "./result-file.js";
import { changeOf, saveState } from "./watch-state.js";
import type { WatchSettings, WatchState } from "./watch-state.js";
import type { WatchedConnections } from "./watched-connections.js";

/**
 * Time between two saves, in times of what a save takes: a state with many open connections is large, and saving may
 * take a twentieth of the time. More often would be better: what is not saved has to be read again, and a fast ring may
 * have overwritten its files by then.
 */
const saveInterval = 20;

/** What makes up a watch. */
export interface WatchParts {
  /** What is watched, behind all links. */
  readonly watched: string;
  readonly nids: Nids;
  readonly connections: WatchedConnections;
  readonly output: Output;
  readonly results: ResultFile | undefined;
  /** Behind all links; undefined where no state is kept. */
  readonly stateFile: string | undefined;
  /** For how long its engine remembers what is no open connection. */
  readonly memorySeconds: number;
  /** With what this watch sees connections. */
  readonly settings: WatchSettings;
  /** What the watch before left; undefined where this one begins with the first file. */
  readonly resumed: WatchState | undefined;
  readonly warn: (message: string) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Saves the state of a watch as it goes on. */
export class Checkpoints {
  readonly #parts: WatchParts;
  readonly #marks: ReplayMarks;
  #position: FolderPosition | undefined;
  #isReplayed = false;
  #isClosed = false;
  #saved = -Infinity;
  #saveDuration = 0;
  #savedLines = 0;
  #savedPosition: FolderPosition | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#marks = new ReplayMarks(parts.memorySeconds);
    this.#position = parts.resumed?.position;
  }

  /** True when the last state was saved: what happens after it belongs to the next watch. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * The frames of a folder, through `sift`, with a checkpoint after each batch. The folder that is not `isLive` comes
   * first, and is a replay.
   */
  around(folder: FolderSource, isLive: boolean, sift: (folder: FolderSource) => FrameSource): FrameSource {
    const batches = (intake?: Uint8Array): AsyncGenerator<FrameBatch, void, undefined> =>
      isLive ? this.#live(folder, sift(folder), intake) : this.#past(folder, sift(folder), intake);
    return { batches };
  }

  /** Saves the state while there is nothing to read. */
  async idle(): Promise<void> {
    await this.#flush();
    if (!this.#isReplayed || this.#position === this.#savedPosition) return;
    if (this.#parts.output.lines > this.#savedLines) this.save();
    else this.#saveWhenDue();
  }

  /** Saves the state, where one is kept; in a replay nothing has changed. */
  save(): void {
    const { watched, connections, stateFile, results, output, settings } = this.#parts;
    // Lines that nobody took have to come again, so the state stays as it is.
    if (stateFile === undefined || connections.isReplaying || output.hasEnded) return;
    const began = performance.now();
    const open = connections.save();
    saveState(stateFile, {
      watched,
      ...(this.#position && this.#marks.replayTo(this.#position, open)),
      position: this.#position,
      nextId: connections.nextId,
      open,
      output: results?.save(this.#isClosed),
      settings,
    });
    this.#saved = performance.now();
    this.#saveDuration = this.#saved - began;
    this.#savedPosition = this.#position;
    this.#savedLines = output.lines;
  }

  async *#past(
    folder: FolderSource,
    source: FrameSource,
    intake: Uint8Array | undefined,
  ): AsyncGenerator<FrameBatch, void, undefined> {
    for await (const batch of source.batches(intake)) {
      yield batch;
      this.#note(folder);
    }
  }

  async *#live(
    folder: FolderSource,
    source: FrameSource,
    intake: Uint8Array | undefined,
  ): AsyncGenerator<FrameBatch, void, undefined> {
    const { connections, signal, stateFile, resumed } = this.#parts;
    if (connections.isReplaying && signal.aborted) {
      this.#isClosed = true; // It was called off before it was where it had been: the state stays as it is.
      return;
    }
    this.#tellLost(connections.endReplay());
    this.#isReplayed = true;
    this.#position = resumed?.position; // Not where the replay came to, should files have gone meanwhile.
    try {
      this.save(); // Lines are to come: the state must no longer say that the last watch has ended.
      for await (const batch of source.batches(intake)) {
        yield batch;
        this.#note(folder);
        await this.#flush();
        this.#saveWhenDue();
      }
    } finally {
      this.#isClosed = stateFile !== undefined;
      await this.#flush();
      this.save();
    }
  }

  /** Says of how many connections the replay has not shown the beginning, and why. */
  #tellLost(lost: number): void {
    const { resumed, settings, warn } = this.#parts;
    const change = changeOf(resumed?.settings, settings);
    const count = lost === 1 ? "1 connection that was open" : `${lost} connections that were open`;
    if (change !== undefined) {
      warn(`${change}: what was open is reported where both see it; ${count} can no longer be seen`);
    } else if (lost > 0) {
      warn(`${count} began in files that are gone: of ${lost === 1 ? "it" : "them"} only what came later is reported`);
    }
  }

  #note(folder: FolderSource): void {
    const { position } = folder;
    if (position === undefined) return;
    this.#position = position;
    this.#marks.note(position, this.#parts.nids.time);
  }

  #saveWhenDue(): void {
    if (performance.now() - this.#saved >= saveInterval * this.#saveDuration) this.save();
  }

  async #flush(): Promise<void> {
    await this.#parts.output.flush();
  }
}
