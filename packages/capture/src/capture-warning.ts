// What can be odd about a capture, or a folder of them, without stopping anything.

/** Something about a capture that its reader should know and that stopped nothing. */
export interface CaptureWarning {
  /**
   * `cut-record`: the capture ends inside a record; all whole ones were delivered. `cut-compressed`: the file is compressed
   * and ends in the middle; so were all records that could be decompressed.
   *
   * Of a folder that is followed: `skipped`: a file cannot be read, or not further. `overwritten`: a file was written
   * anew while it was read; what had not been read of it is lost. `left-too-soon`: a file has grown after a later one
   * was begun. `position-gone`: the file at which the reading was to go on is not there any more.
   */
  readonly code: "cut-record" | "cut-compressed" | "skipped" | "overwritten" | "left-too-soon" | "position-gone";
  /** One line, with the name of the capture and the offset. */
  readonly message: string;
  /** The capture, as in the message. */
  readonly capture: string;
  /**
   * `cut-record`: where the record begins, in bytes from the beginning of the capture; in a compressed file, of what was
   * decompressed. `cut-compressed`: where the file ends. Otherwise: bytes read of the file.
   */
  readonly offset: number;
}
