// What the commands of the benchmark have in common: the reading of the command line, and one line for what the user
// has to put right. They end with 2 where that is the command line or a file it names, with 1 in other cases.

import { parseArgs } from "node:util";
import { BenchError } from "./bench-error.js";

const PREFIX = "bench: ";
/** An error that was not caught, up to its stack: "TypeError: …", "Error [ERR_MODULE_NOT_FOUND]: …". */
const UNCAUGHT = /^\w*Error( \[\w+\])?: [^]*?(?=\n {4}at |\n\n)/m;

/**
 * @typedef {object} Command
 * @property {string} usage the command line behind "node bench/"
 * @property {import("node:util").ParseArgsConfig["options"]} [options]
 * @property {readonly [least: number, most: number]} [operands] how many arguments there may be besides options; none
 */

/**
 * Runs a command with what stands on the command line.
 * @param {Command} command
 * @param {(values: Record<string, string | boolean>, operands: string[]) => unknown} main
 */
export async function runCommand({ usage, options = {}, operands = [0, 0] }, main) {
  process.stdout.on("error", endUnread);
  // Programs that are measured inherit the environment; and Node reads and parses the certificates in the file this
  // names at every start, which takes the engine's and npm's `pcap` 40 ms and the other peers nothing.
  delete process.env.NODE_EXTRA_CA_CERTS;
  try {
    const { values, positionals } = parsed(options, operands);
    await main(values, positionals);
  } catch (error) {
    // Errors with a code are about the input, and their message is all there is to say.
    if (!(error instanceof Error && "code" in error)) throw error;
    const hint = error.code === "bad-option" ? `; usage: node bench/${usage}` : "";
    process.stderr.write(`${PREFIX}${error.message}${hint}\n`);
    process.exitCode = error instanceof BenchError ? error.exitCode : 2;
  }
}

/** Nobody reads the output any more, or it cannot be kept. @param {NodeJS.ErrnoException} error */
function endUnread({ code, message }) {
  if (code !== "EPIPE") process.stderr.write(`${PREFIX}${message}\n`);
  process.exit(1);
}

/** The command line as given; the user's mistakes become the benchmark's own error. */
function parsed(options, [least, most]) {
  const line = parsedOptions(options);
  const { length } = line.positionals;
  if (length < least) throw new BenchError("bad-option", "an argument is missing");
  if (length > most) throw new BenchError("bad-option", `unexpected argument "${line.positionals[most]}"`);
  return line;
}

function parsedOptions(options) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    // The first sentence says what is wrong, the others how the shell is used.
    throw new BenchError("bad-option", /** @type {Error} */ (error).message.split(/\.\s/)[0]);
  }
}

/**
 * @param {string} name of the option or argument
 * @param {string} text as given
 * @param {number} least
 * @param {number} most
 * @returns {number}
 * @throws {BenchError} `bad-option`
 */
export function wholeNumber(name, text, least, most) {
  if (/^[0-9]{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new BenchError("bad-option", `${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** @param {string} rounds as given @returns {number} @throws {BenchError} `bad-option` */
export function roundsOf(rounds) {
  return wholeNumber("--rounds", rounds, 1, 999);
}

/**
 * What another command of the benchmark, or a program, gave as its reason: its last line. Where an error was not caught,
 * that is Node's version, and the error stands before it.
 * @param {string} stderr
 * @returns {string} one line
 */
export function reasonIn(stderr) {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  const uncaught = last.startsWith("Node.js v") ? UNCAUGHT.exec(stderr)?.[0].replaceAll("\n", " ") : undefined;
  return (uncaught ?? last).replace(PREFIX, "");
}
