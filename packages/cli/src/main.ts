// The command `tsnids`: its subcommands, and the one place where errors become a line on standard error and an exit
// code. Commander reads the command line; its errors become the same kind of line.

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { devicesCommand } from "./commands/devices.js";
import { recordCommand } from "./commands/record.js";
import { runCommand } from "./commands/run.js";
import { sniffCommand } from "./commands/sniff.js";
import { streamsCommand } from "./commands/streams.js";
import { watchCommand } from "./commands/watch.js";
import { say } from "./diagnostics.js";
import { CommandError, explain, ExitCode, isFilterError } from "./exit-codes.js";
import { Output } from "./output.js";

const examples = `
Examples:
  tsnids run web.pcap                     one line per connection, then a summary
  tsnids run --json web.pcap | jq .       the same for programs
  tsnids run web.pcap 'tcp port 80'       only what fulfils a filter (pcap-filter)
  tsnids streams web.pcap                 bytes and hash of every stream direction
  tsnids streams web.pcap --write out     their bytes as files
  tsnids devices                          what can be watched live
  sudo tsnids run --interface eth0        the same as "run", live
  tsnids sniff 3 web.pcap                 three packets as trees, with all fields
  tsnids record -w out.pcap web.pcap 'tcp port 80'   the packets themselves
  tsnids watch /var/cap                   follow a folder of captures as they are written

"tsnids help COMMAND" has more. "-" as FILE is standard input.

Exit codes: 0 read to the end, 1 output failed or bug, 2 wrong command line or input, 130 interrupted.`;

/** Runs the command; `argv` is that of the process. Sets the exit code of the process and never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stderr.on("error", () => undefined); // Nobody is there to be told.
  process.once("uncaughtException", (error) => {
    process.exit(report(error));
  });
  try {
    await perform(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Does what the command line says. Throws the errors to be reported. */
async function perform(argv: readonly string[]): Promise<void> {
  const end = (code: ExitCode): void => void (process.exitCode = code);
  const output = new Output(process.stdout, () => undefined);
  try {
    await program(end, output).parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    end(exitCodeOf(error));
  }
  await output.flush();
  output.check();
}

/** The command line. `end` is told how the subcommand ended; short texts, such as help, go to `output`. */
function program(end: (code: ExitCode) => void, output: Output): Command {
  const root = new Command("tsnids")
    .description("Replays network captures through a userland IP stack and shows the TCP streams in them.")
    .version(versionText(), "-V, --version")
    .exitOverride()
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => output.line(text.replace(/\n$/, "")),
      outputError: (text, write) => write(asOneLine(text)),
    })
    .addHelpText("after", examples);
  runCommand(root, end);
  streamsCommand(root, end);
  devicesCommand(root, output);
  sniffCommand(root, end);
  recordCommand(root, end);
  watchCommand(root, end);
  helpCommand(root);
  return root;
}

/** Replaces commander's own, which ignores names of commands that do not exist. */
function helpCommand(root: Command): void {
  root
    .command("help")
    .description("display help for command")
    .argument("[command]")
    .action((name?: string) => {
      const command = name === undefined ? root : root.commands.find((each) => each.name() === name);
      if (command === undefined) throw new CommandError(ExitCode.WRONG_INPUT, `unknown command '${name}'`);
      command.help();
    });
}

/** "error: unknown option '--jsn'\n(Did you mean --json?)" as "tsnids: unknown option '--jsn' (Did you mean --json?)". */
function asOneLine(text: string): string {
  return `tsnids: ${text
    .replace(/^error: /, "")
    .trim()
    .replaceAll("\n", " ")}\n`;
}

/** Help and version that were asked for end well; everything else commander ends with is a wrong command line. */
function exitCodeOf({ exitCode }: CommanderError): ExitCode {
  return exitCode === 0 ? ExitCode.OK : ExitCode.WRONG_INPUT;
}

/** A line for each error. The exit code is that of the first. */
function report(error: unknown): ExitCode {
  if (error instanceof AggregateError) {
    const [first = ExitCode.FAILED] = error.errors.map(report);
    return first;
  }
  const { text, exitCode } = explain(error);
  if (isFilterError(error))
    process.stderr.write(`tsnids: ${text}\n`); // Lines of its own: the expression, and the place.
  else say(text);
  if (process.env["DEBUG"] !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  return exitCode;
}

function versionText(): string {
  const file = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}
