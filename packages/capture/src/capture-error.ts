// Errors of this package: one line that names the capture, a code for programs, and where in the file it is.

import { CaptureFormatError } from "@tsnids/pcap";
import type { CaptureFormatErrorCode } from "@tsnids/pcap";
import { DamagedCompression } from "./compression/errors.js";
import type { LiveErrorCode } from "./live/live-errors.js";

/** Why a capture cannot be read, or not further: what can be wrong with its bytes, and what can be with the file. */
export type CaptureErrorCode =
  | CaptureFormatErrorCode
  | LiveErrorCode
  /** There is no file of this name. */
  | "not-found"
  /** It is a directory. */
  | "is-directory"
  /** The user may not read it. */
  | "no-permission"
  /** It is a folder to be followed, with more files than `maximumFolderFiles`. */
  | "too-many-files"
  /** It is a terminal: somebody forgot to redirect standard input. */
  | "is-terminal"
  /** It is compressed, and the compressed data is wrong. */
  | "damaged-compression"
  /** The system failed to open or to read it; `cause` has the system's error. */
  | "read-failed";

/** A capture cannot be read, or not further. Frames before the place were delivered. */
export class CaptureError extends Error {
  override name = "CaptureError";
  /** Which of the causes it is. */
  readonly code: CaptureErrorCode;
  /** The capture, as in the message. */
  readonly capture: string;
  /**
   * Where in the capture, in bytes from its beginning (in a compressed one, of what was decompressed); undefined where
   * it was never read.
   */
  readonly offset: number | undefined;

  constructor(code: CaptureErrorCode, capture: string, what: string, offset?: number, cause?: unknown) {
    super(`${capture}: ${what}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.capture = capture;
    this.offset = offset;
  }
}

/** How a message begins whose offsets are not those of the file, because it is compressed. */
export function inside(compression: string | undefined): string {
  return compression === undefined ? "" : "decompressed, ";
}

/** What the system's error codes mean for somebody who wants to read a file. */
const systemErrors: ReadonlyMap<string, readonly [CaptureErrorCode, string]> = new Map([
  ["ENOENT", ["not-found", "no such file"]],
  ["ENOTDIR", ["not-found", "no such file: a part of the path is not a directory"]],
  ["EISDIR", ["is-directory", "is a directory, not a capture file"]],
  ["EACCES", ["no-permission", "no permission to read it"]],
  ["EPERM", ["no-permission", "no permission to read it"]],
]);

/**
 * What went wrong with `capture`, as a CaptureError; errors of other origin are given back as they are. `compression` is
 * what the capture is compressed with, if it is.
 */
export function asCaptureError(error: unknown, capture: string, compression: string | undefined): unknown {
  if (error instanceof CaptureFormatError) {
    return new CaptureError(error.code, capture, `${inside(compression)}${error.message}`, error.offset, error);
  }
  if (error instanceof DamagedCompression) {
    const what = `is compressed with ${compression ?? "nothing known"}, which is damaged: ${error.message}`;
    return new CaptureError("damaged-compression", capture, what, undefined, error);
  }
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) {
    return error;
  }
  const code = String(error.code);
  const [meaning, what] = systemErrors.get(code) ?? ["read-failed", `cannot be read (${code})`];
  return new CaptureError(meaning, capture, what, undefined, error);
}
