// One capture file while it grows, in the manner of tail -F: a folder of which only this name is read.

import { basename, dirname } from "node:path";
import { requireText } from "../options.js";
import { FolderSource } from "./folder-source.js";
import type { FolderSourceOptions } from "./folder-source.js";

/**
 * The frames of a file, and of those that are still to be written to it, whatever it is called. It need not be there
 * yet; when it is written anew, or another one takes its name, the new capture follows the old one.
 */
export class TailSource extends FolderSource {
  readonly #name: string;

  constructor(path: string, options: Omit<FolderSourceOptions, "accepts"> = {}) {
    requireText("TailSource", "path", path, "the name of a file, as text without NUL");
    super(dirname(path), options);
    this.#name = basename(path);
  }

  /** A file that is named is read, even if its name begins with a dot or ends in ".part". */
  protected override isWanted(name: string): boolean {
    return name === this.#name;
  }
}
