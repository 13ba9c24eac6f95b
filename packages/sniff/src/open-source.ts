// Where frames come from when somebody sniffs: a device, or whatever `open` gives instead.

import { FileSource, listDevices, LiveSource } from "@tsnids/capture";
import type { Device, FileSourceOptions } from "@tsnids/capture";
import { FilteredSource } from "@tsnids/filter";
import type { FilteredSourceOptions } from "@tsnids/filter";
import type { FrameSource } from "@tsnids/pcap";
import { requireArgument, requireOptions } from "./arguments.js";
import { SniffError } from "./errors.js";

/** What a source of frames is opened with. */
export interface OpenOptions {
  /** A pcap-filter expression; the source gives only frames that fulfil it. Undefined for all. */
  readonly filter: string | undefined;
  /** Aborted when no more frames are wanted, for whatever reason. */
  readonly signal: AbortSignal;
}

/** Gives the frames of a device; undefined where the caller named none. */
export type OpenSource = (device: string | undefined, options: OpenOptions) => FrameSource;

/** The frames of a device as they pass, filtered by the system; of the default device where none is named. */
export const openDevice: OpenSource = (device, { filter, signal }) =>
  new LiveSource(device ?? defaultDevice(), { filter, signal });

/**
 * The device to use when none is named: the first one, by name, that is up, has an address and is not the loopback
 * device. Throws SniffError `no-device`.
 */
export function defaultDevice(devices: readonly Device[] = listDevices()): string {
  const found = devices.find((each) => each.state === "up" && !each.isLoopback && each.addresses.length > 0);
  if (found !== undefined) return found.name;
  throw new SniffError("no-device", 'no device but the loopback device is up; name one, such as "lo" or "any"');
}

/** What is told of a file while it is read: see FileSource, and FilteredSource of @tsnids/filter. */
export type OpenFileOptions = Pick<FileSourceOptions, "onWarning"> & Pick<FilteredSourceOptions, "onUnreadable">;

/** An `open` that gives the frames of a file, whatever the device. Throws SniffError `invalid-argument`. */
export function openFile(path: string, options: OpenFileOptions = {}): OpenSource {
  requireArgument("path", path);
  requireOptions(options, ["onWarning", "onUnreadable"]);
  const { onWarning, onUnreadable } = options;
  return (_device, { filter, signal }) => {
    const file = new FileSource(path, { signal, onWarning });
    return filter === undefined ? file : new FilteredSource(file, filter, { keepsFragments: false, onUnreadable });
  };
}
