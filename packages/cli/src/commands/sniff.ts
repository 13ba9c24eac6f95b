// tsnids sniff [COUNT] [FILE] [FILTER]: prints packets as trees, of a device as they pass or of a capture file.

import type { FilterError } from "@tsnids/filter";
import type { OpenSource, Packet } from "@tsnids/sniff";
import type { Command } from "commander";
import { commandRecorder } from "../recording/command-recorder.js";
import { warn } from "../diagnostics.js";
import { CommandError, ExitCode } from "../exit-codes.js";
import { filterWarning } from "../inputs/frame-input.js";
import { couldBeName, filterOf, isFile } from "../inputs/inputs.js";
import { onInterrupt } from "../interrupt.js";
import { endInput } from "../inputs/interrupted-input.js";
import { addLiveOptions, isLive, openLive, refuseDeviceOptions } from "../inputs/live-input.js";
import type { LiveInputOptions } from "../inputs/live-input.js";
import { outputFile } from "../options/option-values.js";
import { Output } from "../output.js";
import { refuseOwnPart } from "../recording/own-part.js";

interface SniffOptions extends LiveInputOptions {
  readonly hex?: boolean;
  readonly timeout?: string;
  readonly write?: string;
  readonly force?: boolean;
}

/** What to sniff. */
interface Request {
  readonly count: number;
  readonly file: string | undefined;
  readonly filter: string | undefined;
}

const afterHelp = `
COUNT is how many packets; without it, all of a file, or until the interrupt. Without a file it is the device of
--interface, or the first that is up, has an address and is not the loopback device; or the sender of --connect or
--listen. The filter is an expression of pcap-filter(7). A packet that cannot be decoded to the end says so in its last
line.

Examples:
  tsnids sniff 1 pcaps/web.pcap
  tsnids sniff 3 --hex pcaps/web.pcap 'tcp port 80'
  sudo tsnids sniff 10 --interface eth0 icmp
  sudo tsnids sniff --interface lo --timeout 5 --write lo.pcap tcp port 8080`;

/** Adds the subcommand. `end` is told the exit code. */
export function sniffCommand(root: Command, end: (code: ExitCode) => void): void {
  const command = root
    .command("sniff")
    .description("print packets as trees: protocols, fields and flags")
    .usage("[options] [count] [file] [filter expression]")
    .argument("[args...]", 'number of packets; a capture, "-" is standard input; a filter expression')
    .option(
      "--filter <expression>",
      "print only packets that fulfil a pcap-filter expression; of a device, in the kernel",
    )
    .option("--hex", "print each packet's bytes too")
    .option("--timeout <seconds>", "end after so many seconds")
    .option("--write <file>", "write the packets to a capture file, too (.pcap, .cap, or else pcapng)", outputFile)
    .option("--force", "with --write: replace a file that is there")
    .addHelpText("after", afterHelp);
  addLiveOptions(command).action(async (args: string[], options: SniffOptions) => {
    end(await run(await sortArguments(args, options), options));
  });
}

async function run({ count, file, filter }: Request, options: SniffOptions): Promise<ExitCode> {
  const { interface: device, hex = false, write: dump } = options;
  if (file !== undefined && dump !== undefined) refuseOwnPart([file], dump);
  checkDump(options);
  const timeout = options.timeout === undefined ? undefined : milliseconds(options.timeout);
  const stop = new AbortController();
  const output = new Output(process.stdout, () => stop.abort());
  let exitCode: ExitCode = ExitCode.OK;
  const interrupt = (): void => {
    exitCode = ExitCode.INTERRUPTED;
    endInput(file === undefined ? [] : [file], stop);
  };
  const onWarning = ({ message }: { readonly message: string }): void => warn(message);
  const onUnreadable = (error: FilterError): void => onWarning(filterWarning(error));
  const print = async (_timestamp: unknown, packet: Packet): Promise<void> => {
    if (!output.isEmpty) output.line("");
    output.line(packet.toString());
    if (hex) output.line(packet.hexdump());
    await output.flush();
  };
  const { defaultDevice, openFile, sniffLoop } = await import("@tsnids/sniff");
  const { FilteredSource } = await import("@tsnids/filter");
  const openLiveSource: OpenSource = (name, { filter: expression, signal }) => {
    const live = isLive(options) ? options : { ...options, interface: name ?? defaultDevice() };
    const { feed, filter: filterHere } = openLive({ ...live, filter: expression }, signal, onWarning);
    const filtering = { keepsFragments: false, onUnreadable };
    return filterHere === undefined ? feed : new FilteredSource(feed, filterHere, filtering);
  };
  const open = file === undefined ? openLiveSource : openFile(file, { onWarning, onUnreadable });
  const stopWaiting = onInterrupt(interrupt);
  try {
    await sniffLoop({ count, filter, device, timeout, dump, signal: stop.signal, open }, print);
  } finally {
    await stopWaiting();
  }
  output.check();
  return exitCode;
}

/** Tells count, file and filter apart. Throws CommandError. */
async function sortArguments(args: readonly string[], options: SniffOptions): Promise<Request> {
  const { filter: expression } = options;
  const [first = ""] = args;
  const hasCount = /^\d+$/.test(first);
  const count = hasCount ? Number(first) : Infinity;
  if (count === 0) throw new CommandError(ExitCode.WRONG_INPUT, "the number of packets must be above 0");
  const rest = hasCount ? args.slice(1) : args;
  const [path] = rest;
  const live = isLive(options);
  const isPath = path !== undefined && (isFile(path) || (!live && (await isMistaken(rest))));
  const file = isPath ? path : undefined;
  if (file !== undefined && live) {
    throw new CommandError(ExitCode.WRONG_INPUT, `${file}: give a file or --interface, not both`);
  }
  if (file !== undefined || options.connect !== undefined || options.listen !== undefined) refuseDeviceOptions(options);
  const words = rest.slice(file === undefined ? 0 : 1);
  const [surplus] = words;
  if (expression !== undefined && surplus !== undefined) {
    throw new CommandError(
      ExitCode.WRONG_INPUT,
      `${surplus}: is neither a number nor a file, and --filter has the filter`,
    );
  }
  const filter = words.length === 0 ? expression : words.join(" ");
  return { count, file, filter };
}

/**
 * True where the only word is a folder: opening it says what is wrong. Throws CommandError where it looks like the name
 * of a missing file: otherwise the default device would be opened, with a file name for a filter.
 */
async function isMistaken(words: readonly string[]): Promise<boolean> {
  return words.length === 1 && words.every(couldBeName) && (await filterOf(words)) === undefined;
}

/**
 * A file of --write is replaced only with --force, and so is what was left unfinished of one. Whoever sniffs replaces
 * both; so it is tried here. Throws RecordError and CommandError.
 */
function checkDump({ write, force = false }: SniffOptions): void {
  if (write === undefined && force) throw new CommandError(ExitCode.WRONG_INPUT, "--force needs --write FILE");
  if (write === undefined || force) return;
  commandRecorder(write, {}).abandon();
}

function milliseconds(seconds: string): number {
  const value = Number(seconds);
  if (value > 0 && value <= 2_000_000) return value * 1000;
  throw new CommandError(ExitCode.WRONG_INPUT, `--timeout ${seconds}: must be seconds above 0, at most 2000000`);
}
