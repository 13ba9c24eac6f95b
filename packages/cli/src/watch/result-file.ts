// A file that lines are added to, over many runs. What was written after the last saved state is cut off, because it
// comes again. After a run that ended in order nothing comes again: what is there then was added by others, and stays.

import { createWriteStream, fstatSync, ftruncateSync, openSync } from "node:fs";
import type { WriteStream } from "node:fs";
import { CommandError, exitCodeOfOpening, systemReason } from "../exit-codes.js";
import type { WatchState } from "./watch-state.js";

/** The file of --output. */
export class ResultFile {
  readonly stream: WriteStream;
  readonly #inode: number;
  readonly #lengthBefore: number;

  /** `saved` is what the state says of it. Throws CommandError. */
  constructor(path: string, saved: WatchState["output"]) {
    try {
      const descriptor = openSync(path, "a");
      const { ino, size } = fstatSync(descriptor);
      // If it is another file by now, or shorter, somebody has taken the lines out of it: nothing is cut off.
      const comesAgain = saved?.inode === ino && saved.length < size && saved.ended !== true;
      if (comesAgain) ftruncateSync(descriptor, saved.length);
      this.#inode = ino;
      this.#lengthBefore = comesAgain ? saved.length : size;
      this.stream = createWriteStream(path, { fd: descriptor });
    } catch (error) {
      throw new CommandError(exitCodeOfOpening(error), `${path}: cannot be written (${systemReason(error)})`);
    }
  }

  /** What the state is to say of it; `ended` where no line will follow. */
  save(ended: boolean): NonNullable<WatchState["output"]> {
    return { inode: this.#inode, length: this.#lengthBefore + this.stream.bytesWritten, ended };
  }
}
