// tsnids record FILE… --write OUT, tsnids record --interface DEVICE --write OUT: writes the frames of captures, or of a
// device as they pass, to pcap or pcapng: all of them, those that fulfil a filter, or those of the streams that contain
// a text.
//
//     input ─┬─► RecordingSource ─────────────────────────► Recorder ─► files
//            └─► engine ─► text found ─► StreamRecorder ─┘  (--containing)

import { RecordingSource } from "@tsnids/capture";
import type { Recorder, RecordFormat } from "@tsnids/capture";
import { CallbackError } from "@tsnids/nids";
import type { FrameSource, PcapngBlock } from "@tsnids/pcap";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { commandRecorder } from "../recording/command-recorder.js";
import { say, warn } from "../diagnostics.js";
import { addEngineOptions, engineParams, refuseEngineOptions } from "../options/engine-options.js";
import type { EngineOptions } from "../options/engine-options.js";
import { CommandError, ExitCode } from "../exit-codes.js";
import { commandInput, openInput } from "../inputs/frame-input.js";
import type { CommandInput } from "../inputs/frame-input.js";
import { onInterrupt } from "../interrupt.js";
import { endInput } from "../inputs/interrupted-input.js";
import { addLiveOptions } from "../inputs/live-input.js";
import type { LiveInputOptions } from "../inputs/live-input.js";
import { notEmpty, outputFile } from "../options/option-values.js";
import { refuseOwnPart } from "../recording/own-part.js";
import { TextRecording } from "../recording/text-recording.js";
import { UnwrittenBlocks } from "../recording/unwritten-blocks.js";

interface RecordOptions extends EngineOptions, LiveInputOptions {
  readonly write: string;
  readonly containing?: string;
  readonly format?: RecordFormat;
  readonly size?: number;
  readonly seconds?: number;
  readonly files?: number;
  readonly force?: boolean;
}

const afterHelp = `
A file is called OUT.part until it is whole; an interrupt finishes it. What a recording that was killed left under this
name is replaced only with --force. With --size or --seconds there is a row of files, OUT-00001.pcapng,
OUT-00002.pcapng, …, numbered on from those that are there, finished or not. One recording at a time has the name OUT.

With --containing every packet of the TCP streams whose data contains the text is written, from the handshake on (of
what came before the text, the first 64 KiB of packets).

Examples:
  tsnids record --write web.pcap big.pcapng 'tcp port 80 and host 10.0.0.1'
  tsnids record --write day.pcapng 'tap-*.pcap.gz'
  sudo tsnids record --interface eth0 --write eth0.pcapng --size 100 --files 20
  sudo tsnids record --interface eth0 --write login.pcap --containing 'USER anonymous' 'tcp port 21'
  ssh tap tcpdump -U -w - | tsnids record --write tap.pcapng --size 100 --files 20 -`;

/** Adds the subcommand. `end` is told the exit code. */
export function recordCommand(root: Command, end: (code: ExitCode) => void): void {
  const command = root
    .command("record")
    .description("write the frames of captures, in order of time, or of a device, to pcap or pcapng")
    .usage(
      "--write <out> [options] <file...> [filter expression]\n" +
        "       tsnids record --write <out> [options] --interface <device> [filter expression]",
    )
    .argument("[file...]", 'captures, as one in order of time; "-" is standard input; then a filter expression')
    .requiredOption(
      "-w, --write <out>",
      "the file to write; its name says the format (.pcap, .cap, or else pcapng)",
      outputFile,
    )
    .option(
      "--filter <expression>",
      "write only frames that fulfil a pcap-filter expression; of a device, in the kernel",
    )
    .option("--containing <text>", "write only the packets of TCP streams in whose data this text stands", notEmpty)
    .addOption(new Option("--format <format>", "the format, whatever the name says").choices(["pcap", "pcapng"]))
    .option("--size <megabytes>", "begin a new file after so many megabytes (10⁶ bytes)", amount)
    .option("--seconds <seconds>", "begin a new file after so many seconds of packet time", amount)
    .option("--files <number>", "keep so many files of the row, of earlier runs too, delete the oldest", amount)
    .option("--force", "replace a file that is there, or what a killed recording left of it")
    .addHelpText("after", afterHelp);
  addLiveOptions(command);
  addEngineOptions(command).action(async (args: string[], options: RecordOptions) => {
    end(await record(await commandInput(args, options), options));
  });
}

async function record(input: CommandInput, options: RecordOptions): Promise<ExitCode> {
  const { write, format, size, seconds, files, force, containing } = options;
  const isRow = size !== undefined || seconds !== undefined;
  if (files !== undefined && !isRow) {
    throw new CommandError(ExitCode.WRONG_INPUT, "--files needs --size or --seconds");
  }
  if (containing === undefined) refuseEngineOptions(options, "--containing TEXT");
  const stop = new AbortController();
  const unwritten = new UnwrittenBlocks();
  const reading = { onBlock: (block: PcapngBlock) => unwritten.note(block) };
  const { source, files: inputs } = await openInput(input, stop.signal, ({ message }) => warn(message), reading);
  const paths = inputs.map(({ path }) => path);
  if (!isRow) refuseOwnPart(paths, write);
  const recorder = commandRecorder(write, {
    format,
    maximumBytes: size === undefined ? undefined : size * 1e6,
    maximumSeconds: seconds,
    maximumFiles: files,
    overwrites: force,
  });
  let exitCode: ExitCode = ExitCode.OK;
  const offInterrupt = onInterrupt(() => {
    exitCode = ExitCode.INTERRUPTED;
    endInput(paths, stop);
  });
  try {
    if (containing === undefined) await recordAll(source, recorder);
    else await recordStreams(source, recorder, containing, options);
  } finally {
    stop.abort(); // After an error of ours, a pipe or a device would still wait for frames.
    await offInterrupt();
    const { files: written, frames, deletedFrames: deleted } = recorder;
    const where = written.length === 1 ? written[0]! : `${written.length} files`;
    const others = deleted === 0 ? "" : `; ${deleted} before them were in files that are deleted`;
    if (written.length > 0) say(`${frames - deleted} frames in ${where}${others}`);
    if (written.length > 0 && unwritten.warning !== undefined) warn(unwritten.warning);
  }
  return exitCode;
}

async function recordAll(source: FrameSource, recorder: Recorder): Promise<void> {
  const batches = new RecordingSource(source, recorder).batches();
  while ((await batches.next()).done !== true);
}

async function recordStreams(
  source: FrameSource,
  recorder: Recorder,
  text: string,
  options: EngineOptions,
): Promise<void> {
  const recording = new TextRecording(recorder, text, engineParams(options));
  try {
    await recording.run(source);
  } catch (thrown) {
    recorder.abandon();
    throw thrown instanceof CallbackError ? thrown.cause : thrown;
  }
  recorder.finish();
  const { streams, missingFrames } = recording;
  say(`${streams} ${streams === 1 ? "stream contains" : "streams contain"} the text`);
  if (missingFrames > 0) warn(`${missingFrames} of their frames before the text were no longer there`);
}

function amount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number above 0.");
}
