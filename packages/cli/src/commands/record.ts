// tsnids record FILE… --write OUT: writes the frames of captures, merged and filtered, to pcap or pcapng.

import { FileSource, MergeSource, Recorder, RecordingSource } from "@tsnids/capture";
import type { RecordFormat } from "@tsnids/capture";
import { FilteredSource } from "@tsnids/filter";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { capturePaths } from "../capture-paths.js";
import { ExitCode } from "../exit-codes.js";
import { sortInputs } from "../inputs.js";
import type { Inputs } from "../inputs.js";

interface RecordOptions {
  readonly write: string;
  readonly filter?: string;
  readonly format?: RecordFormat;
  readonly size?: number;
  readonly seconds?: number;
  readonly files?: number;
  readonly force?: boolean;
}

const afterHelp = `
A file is called OUT.part until it is whole; an interrupt finishes it. With --size or --seconds there is a row of files,
OUT-00001.pcapng, OUT-00002.pcapng, …, numbered on from those that are there.

Examples:
  tsnids record --write web.pcap big.pcapng 'tcp port 80 and host 10.0.0.1'
  tsnids record --write day.pcapng 'tap-*.pcap.gz'
  ssh tap tcpdump -U -w - | tsnids record --write tap.pcapng --size 100 --files 20 -`;

/** Adds the subcommand. `end` is told the exit code. */
export function recordCommand(root: Command, end: (code: ExitCode) => void): void {
  root
    .command("record")
    .description("write the frames of captures, in order of time, to pcap or pcapng")
    .usage("--write <out> [options] <file...> [filter expression]")
    .argument("<file...>", 'captures, as one in order of time; "-" is standard input; then a filter expression')
    .requiredOption("-w, --write <out>", "the file to write; its name says the format (.pcap, .cap, or else pcapng)")
    .option("--filter <expression>", "write only frames that fulfil a pcap-filter expression")
    .addOption(new Option("--format <format>", "the format, whatever the name says").choices(["pcap", "pcapng"]))
    .option("--size <megabytes>", "begin a new file after so many megabytes (10⁶ bytes)", amount)
    .option("--seconds <seconds>", "begin a new file after so many seconds of packet time", amount)
    .option("--files <number>", "keep so many files of the row, delete the oldest", amount)
    .option("--force", "replace a file that is there")
    .addHelpText("after", afterHelp)
    .action(async (args: string[], options: RecordOptions) => {
      end(await record(sortInputs(args, options.filter), options));
    });
}

async function record({ paths, filter }: Inputs, options: RecordOptions): Promise<ExitCode> {
  const { write, format, size, seconds, files, force } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const onWarning = ({ message }: { message: string }): void => {
    process.stderr.write(`tsnids: warning: ${message}\n`);
  };
  const sources = (await capturePaths(paths)).map((path) => new FileSource(path, { signal, onWarning }));
  const all = new MergeSource(sources);
  const recorder = new Recorder(write, {
    format,
    maximumBytes: size === undefined ? undefined : size * 1e6,
    maximumSeconds: seconds,
    maximumFiles: files,
    overwrites: force,
  });
  const recording = new RecordingSource(filter === undefined ? all : new FilteredSource(all, filter), recorder);
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const batches = recording.batches();
    while ((await batches.next()).done !== true);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    const where = recorder.files.length === 1 ? recorder.files[0]! : `${recorder.files.length} files`;
    process.stderr.write(`tsnids: ${recorder.frames} frames in ${where}\n`);
  }
  return signal.aborted ? ExitCode.INTERRUPTED : ExitCode.OK;
}

function amount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
