// tsnids streams FILE…, tsnids streams --interface DEVICE: lists the stream directions that carried data, with a
// hash of their bytes, or writes the bytes to files. A stream is listed when it ends, client to server first; those
// still open at the end of the input come last, in order of beginning. The same input always gives the same lines in
// the same order.

import { Nids } from "@tsnids/nids";
import type { Command } from "commander";
import { addCommunityIdOptions, communityIdOf } from "../options/community-id-options.js";
import type { CommunityIdOptions } from "../options/community-id-options.js";
import { addEngineOptions, engineParams } from "../options/engine-options.js";
import type { EngineOptions } from "../options/engine-options.js";
import { CommandError, ExitCode, failureOf } from "../exit-codes.js";
import { DirectionLines } from "../lines/direction-line.js";
import { commandInput } from "../inputs/frame-input.js";
import type { CommandInput } from "../inputs/frame-input.js";
import { addLiveOptions } from "../inputs/live-input.js";
import type { LiveInputOptions } from "../inputs/live-input.js";
import { notEmpty } from "../options/option-values.js";
import { readAheadOption } from "../options/read-ahead-option.js";
import type { ReadAheadOptions } from "../options/read-ahead-option.js";
import { Replay } from "../replay.js";
import { directionJson } from "../streams/stream-direction.js";
import type { StreamDirection } from "../streams/stream-direction.js";
import { StreamFiles } from "../streams/stream-files.js";
import { StreamWatch } from "../streams/stream-watch.js";

interface StreamsOptions extends EngineOptions, CommunityIdOptions, LiveInputOptions, ReadAheadOptions {
  readonly json?: boolean;
  readonly write?: string;
  readonly force?: boolean;
}

const afterHelp = `
A line has: client -> server, how many streams of the same pair began before (#0 is the first), direction, bytes
delivered, the beginning of their SHA-256; then, where it applies, Community ID, bytes that are missing, and the VLANs
and tunnels the stream is in. The same pair in another VLAN or tunnel is counted apart. Files of --write are named
CLIENT.PORT-SERVER.PORT-NTH-DIRECTION.bin, with -scopeN before .bin in a VLAN or tunnel; DIR/index.jsonl lists them.

Examples:
  tsnids streams web.pcap
  tsnids streams web.pcap 'port 80'
  tsnids streams --json web.pcap | jq 'select(.bytes > 1000000)'
  tsnids streams --write out web.pcap
  sudo tsnids streams --interface eth0 --write out 'tcp port 25'`;

/** Adds the subcommand. `end` is told the exit code. */
export function streamsCommand(root: Command, end: (code: ExitCode) => void): void {
  const command = root
    .command("streams")
    .description("list stream directions with bytes, hash and gaps, or write their bytes to files")
    .usage(
      "[options] <file...> [filter expression]\n       tsnids streams [options] --interface <device> [filter expression]",
    )
    .argument(
      "[file...]",
      'captures, replayed as one in order of time; "-" is standard input; then a filter expression',
    )
    .option("--filter <expression>", "use only frames that fulfil a pcap-filter expression; of a device, in the kernel")
    .option("--json", "print a JSON line per direction")
    .option("--write <dir>", "write the bytes of each direction to a file in this folder", notEmpty)
    .option("--force", "with --write: use a folder that is not empty, overwrite its files")
    .addOption(readAheadOption())
    .addHelpText("after", afterHelp);
  addLiveOptions(command);
  addEngineOptions(addCommunityIdOptions(command)).action(async (args: string[], options: StreamsOptions) => {
    end(await streams(await commandInput(args, options), options));
  });
}

async function streams(input: CommandInput, options: StreamsOptions): Promise<ExitCode> {
  const { json = false, write, force = false } = options;
  if (force && write === undefined) throw new CommandError(ExitCode.WRONG_INPUT, "--force needs --write DIR");
  const nids = new Nids(engineParams(options));
  const files = write === undefined ? undefined : new StreamFiles(write, force);
  const replay = new Replay(input, { goesOnUnread: files !== undefined, readAhead: options.readAhead });
  const { output } = replay;
  const lines = new DirectionLines();
  const idOf = await communityIdOf(options);

  const list = (direction: StreamDirection): void => {
    if (direction.bytes === 0) return;
    const sha256 = direction.digest();
    const id = idOf(direction.name);
    const object = directionJson(direction, sha256, id);
    output.line(json ? object : lines.line(direction, sha256, id));
    direction.target?.end();
    files?.indexLine(object);
  };
  const watch = new StreamWatch(
    nids,
    (c2s, s2c) => {
      list(c2s);
      list(s2c);
    },
    (name, dir) => files?.open(name, dir),
  );

  const { error, hasResults } = await replay.run(nids);
  // Before anything waits for the reader. The lines that are there are printed, whatever becomes of the files.
  const unwritten = hasResults ? failureOf(() => files?.close()) : undefined;
  if (hasResults && unwritten === undefined && !json) {
    for (const line of lines.total(watch.streams, files)) output.line(line);
  }
  return replay.finish(error, unwritten);
}
