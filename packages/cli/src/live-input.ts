// A device to watch in place of files: its options on the command line, and the source they make.

import { existsSync } from "node:fs";
import { backendNames, captureProfiles, LiveSource } from "@tsnids/capture";
import type { BackendName, CaptureProfile, LiveWarning } from "@tsnids/capture";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { CommandError, ExitCode } from "./exit-codes.js";

/** What commander makes of the options. */
export interface LiveInputOptions {
  readonly interface?: string;
  readonly filter?: string | undefined;
  readonly backend?: BackendName;
  readonly profile?: CaptureProfile;
  readonly promiscuous?: boolean;
  readonly isolated?: boolean;
  readonly snapLength?: number;
  readonly bufferSize?: number;
}

/** A device to watch. */
export interface LiveInput {
  readonly device: string;
  readonly options: LiveInputOptions;
}

const mebibyte = 1024 * 1024;

/** Adds the options to a command. */
export function addLiveOptions(command: Command): Command {
  return command
    .option(
      "-i, --interface <device>",
      'watch a device instead of files, until interrupted; "tsnids devices" lists them',
    )
    .addOption(new Option("--backend <name>", "with --interface: what captures (default: cap)").choices(backendNames))
    .addOption(
      new Option("--profile <name>", "with --interface: frames soon, or many (default: latency)").choices(
        captureProfiles,
      ),
    )
    .option("--no-promiscuous", "with --interface and another backend than cap: no frames for others")
    .option("--no-isolated", "with --interface and cap: capture in this process")
    .option("--snap-length <bytes>", "with --interface: bytes kept of a frame", integer)
    .option("--buffer-size <MiB>", "with --interface: the kernel's ring (default: 64)", integer);
}

/**
 * The device the command line names; undefined where it names files. Its arguments are a filter expression, as those behind
 * files are. Throws CommandError where it names neither a device nor files, or both.
 */
export function liveInput(args: readonly string[], options: LiveInputOptions): LiveInput | undefined {
  const device = options.interface;
  if (device === undefined) {
    if (args.length > 0) return undefined;
    throw new CommandError(ExitCode.WRONG_INPUT, "missing argument: a capture file, or --interface DEVICE");
  }
  if (args.length === 0) return { device, options };
  const [first = ""] = args;
  if (options.filter !== undefined || first === "-" || existsSync(first)) {
    throw new CommandError(ExitCode.WRONG_INPUT, `${first}: a file cannot be read together with --interface`);
  }
  return { device, options: { ...options, filter: args.join(" ") } };
}

/** The frames of the device. Says on standard error when it listens. */
export function openLive(
  { device, options }: LiveInput,
  signal: AbortSignal,
  onWarning: (warning: LiveWarning) => void,
): LiveSource {
  const { bufferSize, ...others } = options;
  const live = new LiveSource(device, {
    ...others,
    bufferSize: bufferSize === undefined ? undefined : bufferSize * mebibyte,
    signal,
  });
  live.on("warning", onWarning);
  live.on("open", () => process.stderr.write(`tsnids: listening on ${device} (${live.backend})\n`));
  return live;
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Give a number.");
  return Number(text);
}
