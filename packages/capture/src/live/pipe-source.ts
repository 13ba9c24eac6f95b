// Frames that another program captures and writes to its standard output: tcpdump over ssh, a capture in a container, a
// decryptor. For tcpdump and dumpcap on this machine LiveSource has backends that know their options and counts.

import { closeSync, openSync } from "node:fs";
import { CaptureError } from "../capture-error.js";
import { invalidOption, isText } from "../options.js";
import type { CaptureFeed } from "./capture-feed.js";
import { FeedSource } from "./feed-source.js";
import type { FeedOptions } from "./feed-source.js";
import { ProgramProcess } from "./program-process.js";

/** Seconds a frame of a program that is not known may be late. */
const lag = 5;

const owner = "PipeSource";

/**
 * What a program writes, as frames. The program is started when they are asked for, without a shell. When no more are
 * wanted it is interrupted, and killed after a second. Programs it has started are interrupted and killed with it where
 * there is no terminal. At a terminal, where the program may ask for a password, they only find their output closed.
 *
 *     new PipeSource("ssh", ["gateway", "tcpdump", "-U", "-w", "-", "not port 22"])
 */
export class PipeSource extends FeedSource {
  /** Name or path of the program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];

  /** Starts nothing: `batches` does, and throws its errors. Throws CaptureError `invalid-option`. */
  constructor(program: string, args: readonly string[] = [], options: FeedOptions = {}) {
    super(program, options);
    if (program === "" || !isText(program))
      throw invalidOption(owner, "program", program, "the name of a program, as text without NUL");
    if (!Array.isArray(args) || !args.every(isText))
      throw invalidOption(owner, "args", args, "an array of texts without NUL");
    this.program = program;
    this.args = args;
  }

  protected override async open(): Promise<CaptureFeed> {
    const process = new ProgramProcess(this.program, this.args, !hasTerminal());
    await process.starts();
    return {
      bytes: process.bytes,
      lag,
      drops: {},
      end: async () => {
        await process.end();
        return process.isStopped || process.ending === 0 ? undefined : this.#failure(process);
      },
      finish: () => process.finish(),
      stop: () => process.stop(),
    };
  }

  #failure({ said, howEnded }: ProgramProcess): CaptureError {
    const last = said.trimEnd().split("\n").at(-1)?.trim() ?? "";
    return new CaptureError(
      "capture-failed",
      this.program,
      last === "" ? `ended with ${howEnded}` : `ended with ${howEnded}: ${last}`,
    );
  }
}

/** Whether there is a terminal at which a program may ask for a password, and from which an interrupt reaches it. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
