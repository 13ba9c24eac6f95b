// tsnids run --worker MODULE: the user's callbacks, in several threads. What they report is printed (worker-lines.ts),
// then the summary, as without them. The package with the threads is loaded only with the option.

import type { NidsParams } from "@tsnids/nids";
import type { NidsWorkers } from "@tsnids/workers";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { CommandError, ExitCode } from "../exit-codes.js";
import { alertJson } from "../lines/json-lines.js";
import type { ConnectionLines } from "../lines/connection-line.js";
import type { WorkerLines, WorkerPrinting } from "../lines/worker-lines.js";

/** What commander makes of the options. */
export interface WorkerOptions {
  readonly worker?: string;
  readonly workers?: number;
}

/** How results are printed. */
export interface RunPrinting extends WorkerPrinting {
  readonly lines: ConnectionLines;
  readonly showsAlerts: boolean;
}

/** Adds the options to a command. */
export function addWorkerOptions(command: Command): Command {
  return command
    .option("--worker <module>", "call the callbacks of this module, in several threads, and print what they report")
    .option("--workers <count>", "threads for --worker, 1 to 64; by default one per core", wholeNumber);
}

/** The workers that the options ask for, or undefined. Throws CommandError and WorkerError. */
export async function workersFor(
  { worker, workers }: WorkerOptions,
  params: Partial<NidsParams>,
  { output, lines, json, showsAlerts }: RunPrinting,
  workerLines: WorkerLines,
): Promise<NidsWorkers | undefined> {
  if (worker === undefined) {
    if (workers === undefined) return undefined;
    throw new CommandError(ExitCode.WRONG_INPUT, "--workers needs --worker MODULE: what is to be done in them");
  }
  const { NidsWorkers } = await import("@tsnids/workers");
  return new NidsWorkers({
    worker,
    workers,
    params,
    onReport: (value, index) => workerLines.report(value, index),
    onAlert: showsAlerts ? (alert) => output.line(json ? alertJson(alert) : lines.alert(alert)) : undefined,
  });
}

/** How many there may be is for NidsWorkers to say. */
function wholeNumber(given: string): number {
  if (/^\d+$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Give a whole number.");
}
