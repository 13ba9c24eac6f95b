// Frames as they pass, in place of files: of a device, or of a sender of pcap over IP. The options of the command line,
// and the source they make:
//
//     --interface DEVICE           LiveSource, filtered where it captures
//     --connect [HOST:]PORT   ─┐
//     --listen [HOST:]PORT    ─┴►  PcapOverIpSource, to be filtered by whoever reads it

import { existsSync } from "node:fs";
import { backendNames, captureProfiles, LiveSource, PcapOverIpSource } from "@tsnids/capture";
import type { BackendName, CaptureProfile, FeedSource, LiveWarning } from "@tsnids/capture";
import { maximumCapturedLength } from "@tsnids/pcap";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { say } from "../diagnostics.js";
import { CommandError, ExitCode } from "../exit-codes.js";
import { isFile } from "./inputs.js";
import { refuseGiven, wholeNumber } from "../options/option-values.js";

/** One end of a TCP connection; the host's default is loopback. */
interface Endpoint {
  readonly host: string | undefined;
  readonly port: number;
}

/** What commander makes of the options. */
export interface LiveInputOptions {
  readonly interface?: string | undefined;
  readonly connect?: Endpoint;
  readonly listen?: Endpoint;
  readonly filter?: string | undefined;
  readonly backend?: BackendName;
  readonly profile?: CaptureProfile;
  readonly promiscuous?: boolean;
  readonly isolated?: boolean;
  readonly snapLength?: number;
  readonly bufferSize?: number;
}

/** What to watch: the options, one of which names it. `filter` is an expression from the arguments or an option. */
export interface LiveInput {
  readonly live: LiveInputOptions;
}

/** A live input whose frames can be asked for. */
export interface OpenLive {
  readonly feed: FeedSource;
  /** The filter, where it is still to be applied to its frames. */
  readonly filter: string | undefined;
}

const mebibyte = 1024 * 1024;
/** The ring of LiveSource has less than 2 GiB. */
const mostMebibytes = 2047;

/** Adds the options to a command. */
export function addLiveOptions(command: Command): Command {
  return command
    .option(
      "-i, --interface <device>",
      'watch a device instead of files, until interrupted; "tsnids devices" lists them',
    )
    .option("--connect <[host:]port>", "take frames from a sender of pcap over IP; host: 127.0.0.1", endpoint)
    .option("--listen <[host:]port>", "wait for a sender of pcap over IP; 0 is any free port", endpoint)
    .addOption(new Option("--backend <name>", "with --interface: what captures (default: cap)").choices(backendNames))
    .addOption(
      new Option("--profile <name>", "with --interface: frames soon, or many (default: latency)").choices(
        captureProfiles,
      ),
    )
    .option("--no-promiscuous", "with --interface and another backend than cap: no frames for others")
    .option("--no-isolated", "with --interface and cap: capture in this process")
    .option("--snap-length <bytes>", "with --interface: bytes kept of a frame", wholeNumber(1, maximumCapturedLength))
    .option("--buffer-size <MiB>", "with --interface: the kernel's ring (default: 64)", wholeNumber(1, mostMebibytes));
}

/** Whether an option names something to watch. Throws CommandError where several do. */
export function isLive({ interface: device, connect, listen }: LiveInputOptions): boolean {
  const named = Object.entries({ interface: device, connect, listen }).filter(([, value]) => value !== undefined);
  if (named.length < 2) return named.length === 1;
  const names = named.map(([name]) => `--${name}`).join(" and ");
  throw new CommandError(ExitCode.WRONG_INPUT, `${names} exclude each other`);
}

/** To be called where nothing is read from a device. Throws CommandError where an option says how to capture on one. */
export function refuseDeviceOptions(options: LiveInputOptions): void {
  const { backend, profile, promiscuous = true, isolated = true, snapLength, bufferSize } = options;
  const given = {
    "--backend": backend !== undefined,
    "--profile": profile !== undefined,
    "--no-promiscuous": !promiscuous,
    "--no-isolated": !isolated,
    "--snap-length": snapLength !== undefined,
    "--buffer-size": bufferSize !== undefined,
  };
  refuseGiven(given, "--interface DEVICE");
}

/**
 * What to watch by the command line; undefined where it names files. The arguments are then a filter expression, as
 * those behind files are. Throws CommandError where it names neither something to watch nor files, or both.
 */
export function liveInput(args: readonly string[], options: LiveInputOptions): LiveInput | undefined {
  if (options.interface === undefined) refuseDeviceOptions(options);
  if (!isLive(options)) {
    if (args.length > 0) return undefined;
    throw new CommandError(ExitCode.WRONG_INPUT, "missing argument: a capture file, or --interface DEVICE");
  }
  if (args.length === 0) return { live: options };
  const [first = ""] = args;
  if (options.filter !== undefined && !isFile(first)) {
    const what = "--filter has the filter; one of several words needs quotes there";
    throw new CommandError(ExitCode.WRONG_INPUT, `${first}: ${what}`);
  }
  if (options.filter !== undefined || first === "-" || existsSync(first)) {
    const option = options.interface === undefined ? "--connect or --listen" : "--interface";
    throw new CommandError(ExitCode.WRONG_INPUT, `${first}: a file cannot be read together with ${option}`);
  }
  return { live: { ...options, filter: args.join(" ") } };
}

/** Makes the source. Says on standard error when it listens. Throws CaptureError and CommandError. */
export function openLive(
  options: LiveInputOptions,
  signal: AbortSignal,
  onWarning: (warning: LiveWarning) => void,
): OpenLive {
  const feed = options.interface === undefined ? overIp(options, signal) : ofDevice(options.interface, options, signal);
  feed.on("warning", onWarning);
  return { feed, filter: feed instanceof LiveSource ? undefined : options.filter };
}

function ofDevice(device: string, options: LiveInputOptions, signal: AbortSignal): LiveSource {
  const { bufferSize, ...others } = options;
  const { backend = "cap", isolated = true } = options;
  refuseGiven({ "--no-isolated": !isolated && backend !== "cap" }, "--backend cap");
  const live = new LiveSource(device, {
    ...others,
    bufferSize: bufferSize === undefined ? undefined : bufferSize * mebibyte,
    signal,
  });
  live.on("open", () => say(`listening on ${device} (${live.backend})`));
  return live;
}

function overIp({ connect, listen }: LiveInputOptions, signal: AbortSignal): PcapOverIpSource {
  const end = connect ?? listen;
  const source = new PcapOverIpSource({
    host: end?.host,
    port: end?.port,
    listen: connect === undefined,
    onListening: (port) => say(`waiting for a sender on port ${port} of ${source.host}`),
    signal,
  });
  source.on("open", () => say(connect === undefined ? "a sender has called" : `connected to ${source.capture}`));
  return source;
}

/** "57012", "192.0.2.1:57012", "[2001:db8::1]:57012", "tap.example:57012". */
function endpoint(text: string): Endpoint {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]+)\]:|([^:]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65535) throw new InvalidArgumentError("Give PORT, HOST:PORT or [IPv6]:PORT.");
  return { host: bracketed ?? plain, port };
}
