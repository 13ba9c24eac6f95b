// Waiting for something to change in a folder. The system tells of changes (fs.watch), but not everywhere, and on
// network file systems not of changes by others; so the folder is looked at every `pollMs` in any case.
//
//     wait() ──► an event has come since the last wait ──► at once
//            ──► an event comes, pollMs have passed, or it is called off

import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";

/** Tells when to look at a folder again. */
export class FolderChanges {
  /** The file whose changes concern its own bytes only, and not what else there is in the folder. */
  current: string | undefined;
  readonly #pollMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #watcher: FSWatcher | undefined;
  #hasChanged = false;
  #folderChanged = true;
  #wake: () => void = () => undefined;
  readonly #stop = (): void => this.close();

  constructor(folder: string, pollMs: number, signal: AbortSignal | undefined) {
    this.#pollMs = pollMs;
    this.#signal = signal;
    this.#watcher = this.#watch(folder);
    // Closed by the signal itself, because its owner may never ask for another batch.
    signal?.addEventListener("abort", this.#stop, { once: true });
  }

  /** True when another file than the current one may have come, gone or changed since this was asked last. */
  takeFolderChange(): boolean {
    const changed = this.#folderChanged;
    this.#folderChanged = false;
    return changed;
  }

  /** Waits until it is worth looking again. */
  async wait(): Promise<void> {
    if (!this.#hasChanged && this.#signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.#note(false, null), this.#pollMs);
        this.#wake = () => {
          clearTimeout(timer);
          this.#signal?.removeEventListener("abort", this.#wake);
          resolve();
        };
        this.#signal?.addEventListener("abort", this.#wake, { once: true });
      });
      this.#wake = () => undefined;
    }
    this.#hasChanged = false;
  }

  close(): void {
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#watcher?.close();
  }

  #watch(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, (event, name) => this.#note(event === "change", name));
      watcher.on("error", () => watcher.close());
      watcher.unref(); // It is waiting that keeps the process alive, and there is a timer for that.
      return watcher;
    } catch {
      return undefined; // The system has no watches (left): then there is the polling.
    }
  }

  /** `isContent`: what the file of this name holds has changed, not which file that is. */
  #note(isContent: boolean, name: string | null): void {
    this.#hasChanged = true;
    if (!isContent || name === null || name !== this.current) this.#folderChanged = true;
    this.#wake();
  }
}
