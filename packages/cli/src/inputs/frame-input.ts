// What a command reads, whatever it is, as one source: the way in of all commands that take frames.
//
//     files ─► FileSource ─► MergeSource ─┐
//     device, pcap over IP ───────────────┴─► (filter) ─► frames
//
// What filters is loaded only where there is a filter.

import { setMaxListeners } from "node:events";
import { FileSource, MergeSource } from "@tsnids/capture";
import type { CaptureWarning, FeedSource, FileSourceOptions, LiveWarning } from "@tsnids/capture";
import type { Filter, FilteredSource, FilterError } from "@tsnids/filter";
import type { FrameSource } from "@tsnids/pcap";
import { capturePaths } from "./capture-paths.js";
import { sortInputs } from "./inputs.js";
import type { Inputs } from "./inputs.js";
import { liveInput, openLive } from "./live-input.js";
import type { LiveInput, LiveInputOptions } from "./live-input.js";
import { refuseGiven } from "../options/option-values.js";
import type { ReadAheadOptions } from "../options/read-ahead-option.js";

/** What a command line asks for. */
export type CommandInput = Inputs | LiveInput;

/** What there may be to say about an input on the way. */
export type InputWarning = CaptureWarning | LiveWarning | FilterWarning;

/** Frames of a link type are left out because the filter asks for what they do not have. */
export interface FilterWarning {
  readonly code: FilterError["code"];
  readonly message: string;
}

/** The warning that a filter cannot be asked about some frames: the first line of the error, without the place. */
export function filterWarning({ code, message }: FilterError): FilterWarning {
  const [what] = message.split("\n", 1);
  return { code, message: `filter: ${what}; they are left out` };
}

/** An input whose frames can be asked for. */
export interface FrameInput {
  readonly source: FrameSource;
  /** The files it reads; none of a live input. */
  readonly files: readonly FileSource[];
  /** What captures, of a live input. */
  readonly feed: FeedSource | undefined;
  /** The filter, where there is one and it is not the kernel's. */
  readonly filtering: FilteredSource | undefined;
}

/** What the arguments and options of a command ask for. Throws CommandError and FilterError. */
export async function commandInput(
  args: readonly string[],
  options: LiveInputOptions & Partial<ReadAheadOptions>,
): Promise<CommandInput> {
  const live = liveInput(args, options);
  if (live === undefined) return await sortInputs(args, options.filter);
  refuseGiven({ "--read-ahead": (options.readAhead ?? 0) > 0 }, "files");
  return live;
}

/**
 * Makes the sources. `signal` ends them, `reading` is for files. Throws CommandError, CaptureError and FilterError;
 * errors of opening come later.
 */
export async function openInput(
  input: CommandInput,
  signal: AbortSignal,
  onWarning: (warning: InputWarning) => void,
  reading: Pick<FileSourceOptions, "readAhead" | "onBlock"> = {},
): Promise<FrameInput> {
  if ("live" in input) {
    const { feed, filter } = openLive(input.live, signal, onWarning);
    return { ...(await filtered(feed, filter, onWarning)), files: [], feed };
  }
  setMaxListeners(0, signal); // Every open file listens to it; of more than ten Node 20 says that it is a leak.
  const files = (await capturePaths(input.paths)).map(
    (path) => new FileSource(path, { ...reading, signal, onWarning }),
  );
  return { ...(await filtered(new MergeSource(files), input.filter, onWarning)), files, feed: undefined };
}

/** The frames of a source that fulfil a filter, where there is one. */
async function filtered(
  source: FrameSource,
  filter: Filter | string | undefined,
  onWarning: (warning: InputWarning) => void,
): Promise<Pick<FrameInput, "source" | "filtering">> {
  if (filter === undefined) return { source, filtering: undefined };
  const { FilteredSource } = await import("@tsnids/filter");
  const filtering = new FilteredSource(source, filter, { onUnreadable: (error) => onWarning(filterWarning(error)) });
  return { source: filtering, filtering };
}
