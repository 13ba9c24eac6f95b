// The recorder of a command that writes a capture, with --force for its `overwrites`.

import { Recorder, RecordError } from "@tsnids/capture";
import type { RecorderOptions, RecordErrorCode } from "@tsnids/capture";
import { CommandError, ExitCode } from "../exit-codes.js";

/** The errors about what is there already and may be replaced. */
const mendedByForce: readonly RecordErrorCode[] = ["exists", "unfinished"];

/** A recorder to `write`. Throws RecordError, and CommandError where --force would help. */
export function commandRecorder(write: string, options: RecorderOptions): Recorder {
  try {
    return new Recorder(write, options);
  } catch (error) {
    if (!(error instanceof RecordError) || !mendedByForce.includes(error.code)) throw error;
    throw new CommandError(ExitCode.WRONG_INPUT, `${error.message}; --force replaces it`);
  }
}
