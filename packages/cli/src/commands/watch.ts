// tsnids watch PATH: follows a folder of rotated captures, or one growing file, and prints a line per
// connection as it ends.
//
//     FolderSource ─► filter ─► checkpoints ─► engine ─► lines ─► standard output, or --output
//                                   └─ after each batch, and before waiting: flush the lines, then save the state
//
// It ends when it is told to. Connections that are still open then are not reported: they are in the state, and the
// next watch goes on with them.

import { stat } from "node:fs/promises";
import { ChainSource, FolderSource, TailSource } from "@tsnids/capture";
import type { CaptureWarning, FolderPosition, FolderSourceOptions } from "@tsnids/capture";
import type { Filter, FilteredSource, FilterError } from "@tsnids/filter";
import { CallbackError, Nids } from "@tsnids/nids";
import type { NidsParams } from "@tsnids/nids";
import type { Command } from "commander";
import pc from "picocolors";
import { Checkpoints } from "../watch/checkpoints.js";
import { addCommunityIdOptions, communityIdOf } from "../options/community-id-options.js";
import type { CommunityIdOptions } from "../options/community-id-options.js";
import { ConnectionWatch } from "../connection.js";
import { ConnectionLines } from "../lines/connection-line.js";
import { addEngineOptions, engineParams } from "../options/engine-options.js";
import type { EngineOptions } from "../options/engine-options.js";
import { warn } from "../diagnostics.js";
import { CommandError, ExitCode } from "../exit-codes.js";
import { placeOf } from "../inputs/file-place.js";
import { filterWarning } from "../inputs/frame-input.js";
import { sortInputs } from "../inputs/inputs.js";
import type { Inputs } from "../inputs/inputs.js";
import { onInterrupt } from "../interrupt.js";
import { alertJson, connectionJson } from "../lines/json-lines.js";
import { outputFile } from "../options/option-values.js";
import { Output } from "../output.js";
import { memorySeconds } from "../watch/replay-marks.js";
import { ResultFile } from "../watch/result-file.js";
import { accepts, checkFiles, usualStateFile, whileLocked } from "../watch/watch-files.js";
import type { WatchFiles } from "../watch/watch-files.js";
import { loadState, requireStateOf } from "../watch/watch-state.js";
import type { WatchState } from "../watch/watch-state.js";
import { WatchedConnections } from "../watch/watched-connections.js";

interface WatchOptions extends EngineOptions, CommunityIdOptions {
  readonly filter?: string;
  readonly json?: boolean;
  readonly alerts?: boolean;
  readonly output?: string;
  readonly state?: string | false;
}

const afterHelp = `
Files are read in the order of the times of their first packets, whatever they are called, also those that tcpdump -W
writes anew or -z compresses; the last one while it grows. Names that begin with a dot or end in .part are left out.
A line has what "tsnids run" prints.

It ends with SIGINT, SIGTERM or SIGHUP. The next watch goes on where it was, with all open connections: it reads again
from the file in which the oldest of them began. After kill -9, too, no line is missing; with --output none comes
twice, otherwise lines of the last second may. The state is kept in .tsnids-watch.json in the folder; one watch at a
time has it.

Examples:
  tcpdump -i eth0 -C 100 -W 20 -w /var/cap/eth0 &
  tsnids watch /var/cap
  tsnids watch --json --output lines.jsonl --state lines.state /var/cap 'tcp port 443'
  tsnids watch --no-state growing.pcap`;

/** Adds the subcommand. `end` is told the exit code. */
export function watchCommand(root: Command, end: (code: ExitCode) => void): void {
  const command = root
    .command("watch")
    .description("follow a folder of rotated captures, or a growing one: a line per connection as it ends")
    .usage("[options] <folder|file> [filter expression]")
    .argument("<folder>", "the folder, or the file; then a filter expression")
    .argument("[expression...]")
    .option("--filter <expression>", "use only frames that fulfil a pcap-filter expression")
    .option("--json", "print JSON lines: connection, alert")
    .option("--alerts", "print a line per alert (--json has them anyway)")
    .option("--output <file>", "add the lines to this file; after a crash none comes twice", outputFile)
    .option("--state <file>", "keep the state in this file", outputFile)
    .option("--no-state", "begin with the first file, keep no state, report open connections at the end")
    .addHelpText("after", afterHelp);
  const given = new Set<string>(); // For commander they are one option, of which the last one counts.
  for (const name of ["state", "no-state"]) command.on(`option:${name}`, () => given.add(name));
  addEngineOptions(addCommunityIdOptions(command)).action(
    async (path: string, expression: string[], options: WatchOptions) => {
      if (given.size > 1) throw new CommandError(ExitCode.WRONG_INPUT, "--state and --no-state exclude each other");
      end(await watch(await sortInputs([path, ...expression], options.filter), options));
    },
  );
}

async function watch({ paths, filter }: Inputs, options: WatchOptions): Promise<ExitCode> {
  const [path = "", another] = paths;
  if (another !== undefined) {
    throw new CommandError(ExitCode.WRONG_INPUT, `${another}: watch follows one folder or file at a time`);
  }
  const isFolder = await isFolderAt(path);
  const stateFile = options.state === false ? undefined : (options.state ?? usualStateFile(path, isFolder));
  const files = { path, isFolder, stateFile, linesFile: options.output };
  await checkFiles(files);
  const stop = new AbortController();
  const offInterrupt = onInterrupt(() => stop.abort(ExitCode.INTERRUPTED));
  try {
    await whileLocked(files, () => follow(files, filter, options, stop));
  } finally {
    await offInterrupt();
  }
  return stop.signal.reason === ExitCode.INTERRUPTED ? ExitCode.INTERRUPTED : ExitCode.OK;
}

/** Watches until `stop` is aborted. */
async function follow(
  files: WatchFiles,
  filter: Filter | undefined,
  options: WatchOptions,
  stop: AbortController,
): Promise<void> {
  const { path, isFolder, stateFile, linesFile } = files;
  const state = stateFile === undefined ? undefined : loadState(stateFile);
  // The usual state lies with what is watched, and may be moved with it.
  if (state !== undefined && typeof options.state === "string") requireStateOf(path, state, options.state);
  const results = linesFile === undefined ? undefined : new ResultFile(linesFile, state?.output);
  const output = new Output(results?.stream ?? process.stdout, () => stop.abort(), linesFile);

  const params = engineParams(options);
  const settings = { filter: filter?.expression ?? "", params: jsonByName(params) };
  const nids = new Nids(params);
  const resumed = state?.position === undefined ? undefined : state;
  const connections = new WatchedConnections(nids, state?.nextId ?? 1, resumed?.open);
  const checkpoints = new Checkpoints({
    ...{ watched: placeOf(path), nids, connections, output, results, settings },
    stateFile: stateFile && placeOf(stateFile),
    memorySeconds: memorySeconds(params),
    resumed,
    warn,
    signal: stop.signal,
  });
  await print(nids, connections, checkpoints, output, options);

  const folder = (range: Pick<FolderSourceOptions, "from" | "to">): FolderSource => {
    const { signal } = stop;
    const onWarning = ({ code, message }: CaptureWarning): void => {
      // A replay mostly would begin further back than it needs to. If something is missing, that is seen at its end.
      if (range.to === undefined || code !== "position-gone") warn(message);
    };
    const settings = { ...range, signal, onWarning, onWait: () => checkpoints.idle() };
    return isFolder ? new FolderSource(path, { ...settings, accepts: accepts(files) }) : new TailSource(path, settings);
  };
  const live = folder({ from: resumed?.position });
  const past = resumed && folder({ from: replayBegin(resumed), to: resumed.position });
  const { FilteredSource } = await import("@tsnids/filter");
  const guarded = [past, live].map((source) => source && checkpoints.around(source, source === live, sift));
  function sift(source: FolderSource): FilteredSource | FolderSource {
    if (filter === undefined) return source;
    const onUnreadable = (error: FilterError): void => {
      if (source === live) warn(filterWarning(error).message);
    };
    // Quietly, because frames that it can be asked about may come with the next file.
    return new FilteredSource(source, filter, { onUnreadable, endsQuietly: true });
  }

  try {
    await nids.run(new ChainSource(guarded.filter((source) => source !== undefined)));
  } catch (thrown) {
    throw thrown instanceof CallbackError ? thrown.cause : thrown;
  } finally {
    await output.flush();
  }
  output.check();
}

/** Prints the lines of connections that end, and of alerts. */
async function print(
  nids: Nids,
  connections: WatchedConnections,
  checkpoints: Checkpoints,
  output: Output,
  options: WatchOptions,
): Promise<void> {
  const { json = false, alerts = json } = options;
  const lines = new ConnectionLines(pc.createColors(output.isTerminal && pc.isColorSupported));
  const idOf = await communityIdOf(options);
  new ConnectionWatch(nids, (connection) => {
    const id = connections.end(connection);
    if (id === undefined || checkpoints.isClosed) return;
    const numbered = { ...connection, id };
    const communityId = idOf(connection);
    output.line(json ? connectionJson(numbered, communityId) : lines.connection(numbered, communityId));
  });
  if (!alerts) return;
  nids.on("alert", (alert) => {
    if (connections.isReplaying || checkpoints.isClosed) return;
    output.line(json ? alertJson(alert) : lines.alert(alert));
  });
}

async function isFolderAt(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) throw new CommandError(ExitCode.WRONG_INPUT, `${path}: no such folder or file`);
  if (stats.isDirectory() || stats.isFile()) return stats.isDirectory();
  throw new CommandError(ExitCode.WRONG_INPUT, `${path}: is neither a folder nor a file; "tsnids run" reads pipes`);
}

/** Parameters as text that does not depend on the order in which they were given. */
function jsonByName(params: Partial<NidsParams>): string {
  const byName = Object.entries(params).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(Object.fromEntries(byName));
}

function replayBegin({ replayFrom, replays = 1, position }: WatchState): FolderPosition | undefined {
  const begun = position?.begun;
  const before = begun?.slice(0, begun.length - replays + 1);
  return replayFrom && { begin: replayFrom, frames: 0, begun: before };
}
