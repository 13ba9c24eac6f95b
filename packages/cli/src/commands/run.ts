// tsnids run FILE…, tsnids run --interface DEVICE: replays captures or watches a device, prints a line per connection
// as it ends, then a summary.

import { Nids } from "@tsnids/nids";
import type { NidsParams } from "@tsnids/nids";
import type { Command } from "commander";
import pc from "picocolors";
import { addCommunityIdOptions, communityIdOf, wantsCommunityId } from "../options/community-id-options.js";
import type { CommunityIdOptions } from "../options/community-id-options.js";
import { ConnectionWatch } from "../connection.js";
import type { Connection } from "../connection.js";
import { ConnectionLines } from "../lines/connection-line.js";
import { addEngineOptions, engineParams } from "../options/engine-options.js";
import type { EngineOptions } from "../options/engine-options.js";
import { CommandError, ExitCode } from "../exit-codes.js";
import { commandInput } from "../inputs/frame-input.js";
import type { CommandInput } from "../inputs/frame-input.js";
import { alertJson, connectionJson, summaryJson, warningJson } from "../lines/json-lines.js";
import { addLiveOptions } from "../inputs/live-input.js";
import type { LiveInputOptions } from "../inputs/live-input.js";
import { readAheadOption } from "../options/read-ahead-option.js";
import type { ReadAheadOptions } from "../options/read-ahead-option.js";
import { Replay } from "../replay.js";
import { summaryLines } from "../lines/summary.js";
import { WorkerLines } from "../lines/worker-lines.js";
import { addWorkerOptions, workersFor } from "../options/worker-options.js";
import type { WorkerOptions, RunPrinting } from "../options/worker-options.js";

interface RunOptions extends EngineOptions, CommunityIdOptions, LiveInputOptions, ReadAheadOptions, WorkerOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly alerts?: boolean;
}

const afterHelp = `
A line has: time of the first packet (UTC), client -> server, the state it ended in and why, bytes each way, duration;
then, where it applies, its Community ID, how a connection without its beginning was picked up, and bytes that are
missing.

Examples:
  tsnids run web.pcap
  tsnids run --alerts --checksums verify web.pcap
  tsnids run web.pcap 'tcp port 80 and host 10.0.0.1'
  tsnids run part1.pcap part2.pcap | grep RESET
  tsnids run --json web.pcap | jq -r 'select(.type == "connection") | .server'
  tsnids run 'tap-*.pcapng.gz'
  ssh tap tcpdump -w - | tsnids run -
  tsnids run --worker handler.js --workers 4 big.pcap
  sudo tsnids run --interface eth0 'tcp port 80'        until Ctrl-C
  tsnids run --connect 57012                            pcap over IP, as PolarProxy sends it`;

/** Adds the subcommand. `end` is told the exit code. */
export function runCommand(root: Command, end: (code: ExitCode) => void): void {
  const command = root
    .command("run")
    .description("replay captures, or watch a device: a line per connection as it ends, then a summary")
    .usage(
      "[options] <file...> [filter expression]\n       tsnids run [options] --interface <device> [filter expression]",
    )
    .argument(
      "[file...]",
      'captures, replayed as one in order of time; "-" is standard input; then a filter expression',
    )
    .option("--filter <expression>", "use only frames that fulfil a pcap-filter expression; of a device, in the kernel")
    .option("--json", "print JSON lines: connection, alert, warning, summary")
    .option("--alerts", "print a line per alert, also with --quiet (--json has them anyway)")
    .option("-q, --quiet", "print the summary only")
    .addOption(readAheadOption())
    .addHelpText("after", afterHelp);
  addLiveOptions(addWorkerOptions(command));
  addEngineOptions(addCommunityIdOptions(command)).action(async (args: string[], options: RunOptions) => {
    end(await run(await commandInput(args, options), options));
  });
}

async function run(input: CommandInput, options: RunOptions): Promise<ExitCode> {
  const { json = false, quiet = false, alerts: showsAlerts = json && !quiet } = options;
  if (options.worker !== undefined && wantsCommunityId(options)) {
    throw new CommandError(ExitCode.WRONG_INPUT, "--community-id is for connections; with --worker no line has one");
  }
  if (quiet && wantsCommunityId(options)) {
    throw new CommandError(ExitCode.WRONG_INPUT, "--community-id is for connections, and --quiet prints none");
  }
  const replay = new Replay(input, { readAhead: options.readAhead });
  const { output } = replay;
  const lines = new ConnectionLines(pc.createColors(output.isTerminal && pc.isColorSupported));
  const printing = { output, lines, json, quiet, showsAlerts };
  const params = engineParams(options);
  const workerLines = new WorkerLines(printing);
  const workers = await workersFor(options, params, printing, workerLines);
  const nids = workers ?? watchingEngine(params, await communityIdOf(options), printing);

  const { seconds, error, hasResults, ...end } = await replay.run(nids, (warning) => {
    if (json) output.line(warningJson(warning));
  });
  if (workers !== undefined && hasResults) workerLines.results(workers.results);
  const statistics = nids.statistics();
  if (hasResults) {
    const summary = { statistics, alerts: nids.alertCounts(), seconds, ...end };
    if (!json && !output.isEmpty) output.line("");
    for (const line of json ? [summaryJson(summary)] : summaryLines(summary)) output.line(line);
  }
  const exitCode = await replay.finish(error);
  workerLines.check();
  return exitCode;
}

/** An engine whose connections are printed, and its alerts where they are wanted. */
function watchingEngine(
  params: Partial<NidsParams>,
  idOf: (connection: Connection) => string | undefined,
  { output, lines, json, quiet, showsAlerts }: RunPrinting,
): Nids {
  const nids = new Nids(params);
  new ConnectionWatch(nids, (connection) => {
    if (quiet) return;
    const id = idOf(connection);
    output.line(json ? connectionJson(connection, id) : lines.connection(connection, id));
  });
  if (showsAlerts) nids.on("alert", (alert) => output.line(json ? alertJson(alert) : lines.alert(alert)));
  return nids;
}
