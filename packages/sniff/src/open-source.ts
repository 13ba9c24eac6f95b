// Where frames come from when somebody sniffs: a device, or whatever `open` gives instead.

import { FileSource } from "@tsnids/capture";
import type { FileSourceOptions } from "@tsnids/capture";
import { FilteredSource } from "@tsnids/filter";
import type { FrameSource } from "@tsnids/pcap";
import { SniffError } from "./errors.js";

/** What a source of frames is opened with. */
export interface OpenOptions {
  /** A pcap-filter expression; the source gives only frames that fulfil it. Undefined for all. */
  readonly filter: string | undefined;
  /** Aborted when no more frames are wanted. */
  readonly signal: AbortSignal;
}

/** Gives the frames of a device; undefined where the caller named none. */
export type OpenSource = (device: string | undefined, options: OpenOptions) => FrameSource;

/** The frames of a device. Throws SniffError `no-live-capture`: this version has no sources of live frames. */
export const openDevice: OpenSource = () => {
  throw new SniffError(
    "no-live-capture",
    "frames of a device cannot be captured in this version; give open, such as openFile",
  );
};

/** An `open` that gives the frames of a file, whatever the device. */
export function openFile(path: string, { onWarning }: Pick<FileSourceOptions, "onWarning"> = {}): OpenSource {
  return (_device, { filter, signal }) => {
    const file = new FileSource(path, { signal, onWarning });
    return filter === undefined ? file : new FilteredSource(file, filter, { keepsFragments: false });
  };
}
