// What the commands of the benchmark have in common: options, and one line for what the user has to put right.

import { parseArgs } from "node:util";
import { BenchError } from "./bench-error.js";

/**
 * Runs a command with the options of the command line; where it cannot go on, it prints why and ends with 1.
 * @param {import("node:util").ParseArgsConfig["options"]} options
 * @param {(values: Record<string, string | boolean>) => Promise<void>} main
 */
export async function runCommand(options, main) {
  try {
    await main(parsed(options));
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** The options as given; the user's mistakes become the benchmark's own error. */
function parsed(options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new BenchError("bad-option", /** @type {Error} */ (error).message);
  }
}

/** @param {string} rounds as given @returns {number} @throws {BenchError} `bad-option` */
export function roundsOf(rounds) {
  if (/^[1-9][0-9]{0,2}$/.test(rounds)) return Number(rounds);
  throw new BenchError("bad-option", `--rounds must be a whole number from 1 to 999, not "${rounds}"`);
}
