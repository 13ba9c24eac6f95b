// What goes wrong with the writing of a capture: one line that names the file, and a code for programs.

/** Why a capture cannot be written, or not further. */
export type RecordErrorCode =
  /** There is a file of this name, and nobody said that it may be replaced. */
  | "exists"
  /** There is a .part file of this name, left by a recording that was killed, and nobody said that it may be replaced. */
  | "unfinished"
  /** A recorder that was not finished yet, of this process or another one, writes under this name. */
  | "in-use"
  /** The .part file was replaced while it was written, by what takes no notice of recorders: the recording is lost. */
  | "taken-over"
  /** The .part file was removed or renamed, or its folder was, while it was written: the recording is lost. */
  | "removed"
  /** What has this name is no regular file but a folder, a device or a pipe: it is not replaced in any case. */
  | "not-a-file"
  /** The folder does not exist. */
  | "not-found"
  /** The user may not write there. */
  | "no-permission"
  /** A pcap file has one link type, and a frame came with another; pcapng has no such limit. */
  | "several-link-types"
  /** The format cannot hold a number of a frame, such as a time after 2106 in pcap. */
  | "does-not-fit"
  /** An option of the recorder is not as it should be. */
  | "invalid-option"
  /** The recorder was used after it was finished. */
  | "finished"
  /** The system failed to write; `cause` has its error. */
  | "write-failed";

/** A capture cannot be written, or not further. What was written before is kept. */
export class RecordError extends Error {
  override name = "RecordError";
  /** Which of the causes it is. */
  readonly code: RecordErrorCode;
  /** The file. */
  readonly path: string;

  constructor(code: RecordErrorCode, path: string, what: string, cause?: unknown) {
    super(`${path}: ${what}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}

const systemErrors: ReadonlyMap<string, readonly [RecordErrorCode, string]> = new Map([
  ["ENOENT", ["not-found", "cannot be written: there is no such folder"]],
  ["ENOTDIR", ["not-found", "cannot be written: a part of the path is not a folder"]],
  ["EEXIST", ["exists", "was made by another program just now"]],
  ["EACCES", ["no-permission", "no permission to write it"]],
  ["EPERM", ["no-permission", "no permission to write it"]],
  ["ENOSPC", ["write-failed", "cannot be written: no space left (ENOSPC)"]],
]);

/** What the system says about a file that is written, as a RecordError. */
export function asRecordError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return error;
  const code = String(error.code);
  const [meaning, what] = systemErrors.get(code) ?? ["write-failed", `cannot be written (${code})`];
  return new RecordError(meaning, path, what, error);
}
