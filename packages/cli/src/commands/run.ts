// tsnids run FILE…, tsnids run --interface DEVICE: replays captures or watches a device, prints a line per connection as it ends, then a summary.

import { Nids } from "@tsnids/nids";
import type { Command } from "commander";
import pc from "picocolors";
import { ConnectionWatch } from "../connection.js";
import { ConnectionLines } from "../connection-line.js";
import { addEngineOptions, engineParams } from "../engine-options.js";
import type { EngineOptions } from "../engine-options.js";
import type { ExitCode } from "../exit-codes.js";
import { alertJson, connectionJson, summaryJson, warningJson } from "../json-lines.js";
import { addLiveOptions, liveInput } from "../live-input.js";
import type { LiveInputOptions } from "../live-input.js";
import { Replay } from "../replay.js";
import { summaryLines } from "../summary.js";

interface RunOptions extends EngineOptions, LiveInputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly alerts?: boolean;
}

const afterHelp = `
A line has: time of the first packet (UTC), client -> server, the state it ended in and why, bytes each way, duration;
then, where it applies, how a connection without its beginning was picked up, and bytes that are missing.

Examples:
  tsnids run web.pcap
  tsnids run --alerts --checksums verify web.pcap
  tsnids run part1.pcap part2.pcap | grep RESET
  tsnids run --json web.pcap | jq -r 'select(.type == "connection") | .server'
  zcat web.pcap.gz | tsnids run -
  sudo tsnids run --interface eth0 --filter 'tcp port 80'     until Ctrl-C`;

/** Adds the subcommand. `end` is told the exit code. */
export function runCommand(root: Command, end: (code: ExitCode) => void): void {
  const command = root
    .command("run")
    .description("replay captures, or watch a device: a line per connection as it ends, then a summary")
    .argument("[file...]", 'captures, replayed as one in this order; "-" is standard input')
    .option("--json", "print JSON lines: connection, alert, warning, summary")
    .option("--alerts", "print a line per alert, also with --quiet (--json has them anyway)")
    .option("-q, --quiet", "print the summary only")
    .addHelpText("after", afterHelp);
  addLiveOptions(command);
  addEngineOptions(command).action(async (files: string[], options: RunOptions) => {
    end(await run(files, options));
  });
}

async function run(files: readonly string[], options: RunOptions): Promise<ExitCode> {
  const { json = false, quiet = false, alerts: showsAlerts = json && !quiet } = options;
  const nids = new Nids(engineParams(options));
  const replay = new Replay(liveInput(files, options) ?? files);
  const { output } = replay;
  const lines = new ConnectionLines(pc.createColors(output.isTerminal && pc.isColorSupported));
  new ConnectionWatch(nids, (connection) => {
    if (!quiet) output.line(json ? connectionJson(connection) : lines.connection(connection));
  });
  if (showsAlerts) nids.on("alert", (alert) => output.line(json ? alertJson(alert) : lines.alert(alert)));

  const { seconds, error, hasResults, exitCode, live } = await replay.run(nids, (warning) => {
    if (json) output.line(warningJson(warning));
  });
  const statistics = nids.statistics();
  if (hasResults) {
    const summary = { statistics, alerts: nids.alertCounts(), seconds, live };
    if (!json && !output.isEmpty) output.line("");
    for (const line of json ? [summaryJson(summary)] : summaryLines(summary)) output.line(line);
  }
  await output.flush();
  output.check();
  if (error !== undefined) throw error;
  return exitCode;
}
