// The arguments of a command: captures, and perhaps a filter expression behind them, quoted or not.
//
//     tsnids run a.pcap b.pcap 'tcp port 80 or 443'          tsnids run a.pcap 'part-*' tcp port 80
//
// The first argument is a capture. After it, an argument that names an existing file or is a pattern of some, or could
// only be the name of a capture, is one too; the first one that does not begins the expression, which goes on to the
// end. With --filter all arguments are captures: the way out for an expression whose first word is the name of a file.

import type { Filter } from "@tsnids/filter";
import { existsSync, statSync } from "node:fs";
import { longestPath } from "./capture-paths.js";
import { CommandError, ExitCode, isFilterError, systemReason } from "../exit-codes.js";

/** What a command is about. */
export interface Inputs {
  /** Captures, "-" being the standard input. */
  readonly paths: readonly string[];
  /** What frames must fulfil. */
  readonly filter: Filter | undefined;
}

/**
 * Sorts the arguments of a command; `expression` is that of --filter. Throws FilterError where it is wrong, and
 * CommandError where an argument can be neither a capture nor part of an expression.
 */
export async function sortInputs(args: readonly string[], expression: string | undefined): Promise<Inputs> {
  if (expression !== undefined) return { paths: args, filter: await compiled(expression) };
  const begin = await beginOfExpression(args);
  if (begin < 0) return { paths: args, filter: undefined };
  const words = args.slice(begin);
  if (words.some(isFile)) {
    throw new CommandError(ExitCode.WRONG_INPUT, `${words[0] ?? ""}: no such file (a filter comes after all files)`);
  }
  const filter = await filterOf(words);
  return { paths: filter === undefined ? args : args.slice(0, begin), filter };
}

/**
 * The filter that the words are; undefined where there is only one and it is a folder: opening it says what is wrong.
 * Throws FilterError, and CommandError where the only word looks like the name of a file.
 */
export async function filterOf(words: readonly string[]): Promise<Filter | undefined> {
  try {
    return await compiled(words.join(" "));
  } catch (error) {
    const [word = ""] = words;
    if (words.length > 1 || !couldBeName(word) || !isFilterError(error)) throw error;
    if (existsSync(word)) return undefined;
    const [why] = error.message.split("\n", 1); // The place in the expression is all of the word.
    throw new CommandError(ExitCode.WRONG_INPUT, `${word}: no such file, and no filter expression: ${why}`);
  }
}

/** Whether a word has only characters that names of files usually have. */
export function couldBeName(word: string): boolean {
  return /^[\w./\\~-]+$/.test(word);
}

const captureName = /\.(pcap|pcapng|cap)(\.[a-z0-9]+)?$/i;

/** Whether an argument is a capture. A folder is none: "src" and "net" are words of expressions. */
export function isFile(path: string): boolean {
  if (path === "-" || captureName.test(path)) return true;
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch (error) {
    // Opening it will say what is wrong. But only an expression can be so long: no file has such a name.
    return systemReason(error) !== "ENAMETOOLONG";
  }
}

/** The index of the argument that begins the expression; -1 where none does. */
async function beginOfExpression(args: readonly string[]): Promise<number> {
  for (const [index, arg] of args.entries()) {
    if (index > 0 && !isFile(arg) && !(await isPatternOfFiles(arg))) return index;
  }
  return -1;
}

/** True for a pattern that matches files and is no expression: "!(tcp)" is both, and matches almost everything. */
async function isPatternOfFiles(text: string): Promise<boolean> {
  if (text.length > longestPath || !/[*?[{]/.test(text) || (await isExpression(text))) return false;
  const { glob } = await import("tinyglobby");
  return (await glob(text, { expandDirectories: false })).length > 0;
}

async function isExpression(text: string): Promise<boolean> {
  try {
    await compiled(text);
    return true;
  } catch {
    return false;
  }
}

/** Compiles an expression. The package that does is loaded only here: most command lines have no filter. */
async function compiled(expression: string): Promise<Filter> {
  const { Filter } = await import("@tsnids/filter");
  return new Filter(expression);
}
